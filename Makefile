# Everything sets itself up: the first call makes .venv, later calls use it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
CHECKS := .venv-checks
REVIEWERS := $(CHECKS)/ready
export SAM_CLI_TELEMETRY := 0
export AWS_DEFAULT_REGION ?= us-east-1

.PHONY: demo up test test-all chaos permissions fuzz bench check review format pictures aws-proof lock clean

demo: $(READY)
	@$(BIN)/python -m demo $(ARGS)

up: $(READY)
	@$(BIN)/python -m localcloud up $(ARGS)

test: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadfile -m "not long" $(ARGS)

test-all: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)
	@$(MAKE) --no-print-directory chaos
	@$(MAKE) --no-print-directory permissions

chaos: $(READY)
	@PYTHONPATH=.:functions $(BIN)/python -m tests.chaos $(ARGS)

fuzz: $(READY)
	@PYTHONPATH=.:functions $(BIN)/python -m tests.hostile.fuzz $(ARGS)

bench: $(READY)
	@PYTHONPATH=.:functions $(BIN)/python -m bench $(ARGS)

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy functions localcloud demo bench review
	$(BIN)/sam validate --lint
	$(BIN)/sam validate --lint -t examples/orders/template.yaml
	$(BIN)/python -m localcloud.check_state_machine statemachine/release.asl.json
	@$(MAKE) --no-print-directory review

# checkov and parliament want other versions of what sam needs, so they live apart.
review: $(REVIEWERS)
	$(CHECKS)/bin/python -W ignore -m review

# In a sandbox account of yours; it asks first, and removes what it made.
aws-proof: $(READY)
	@$(BIN)/python -m demo.proof $(ARGS)

permissions: $(READY)
	@PYTHONPATH=.:functions $(BIN)/python -m tests.permissions $(ARGS)

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Needs Chromium on the PATH.
pictures: $(READY)
	@$(BIN)/python -m demo.pictures

lock: $(READY)
	$(BIN)/uv pip compile -q --no-header --no-annotate --generate-hashes --group lambda -o functions/requirements.txt pyproject.toml
	$(BIN)/uv pip compile -q --no-header --no-annotate --group dev -o requirements-dev.txt pyproject.toml
	$(BIN)/uv pip compile -q --no-header --no-annotate --group review -o requirements-review.txt pyproject.toml

clean:
	rm -rf .aws-sam .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(READY): requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Pilotage needs Python 3.11 or newer; call make PYTHON=python3.11 …"; exit 1; }
	@echo "Setting up $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv
	@$(BIN)/uv pip install -q --python $(BIN)/python -r requirements-dev.txt
	@touch $(READY)

$(REVIEWERS): requirements-review.txt $(READY)
	@echo "Setting up $(CHECKS) …"
	@$(PYTHON) -m venv $(CHECKS)
	@$(BIN)/uv pip install -q --python $(CHECKS)/bin/python -r requirements-review.txt
	@touch $@
