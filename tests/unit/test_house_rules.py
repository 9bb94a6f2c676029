"""The house: which way imports go, how large rooms are, and that one name is used everywhere."""

import ast
import json
import re
import subprocess
from pathlib import Path

import pytest

from pilotage import errors

ROOT = Path(__file__).parents[2]
FUNCTIONS = ROOT / "functions"
PURE_ALLOWED = {"yaml"}
STEPS = sorted(path.parent.name for path in FUNCTIONS.glob("*/app.py"))
MACHINE = json.loads((ROOT / "statemachine" / "release.asl.json").read_text())
SHIPPED = sorted(FUNCTIONS.rglob("*.py"))
OURS = [
    *SHIPPED,
    *sorted((ROOT / "localcloud").rglob("*.py")),
    *sorted((ROOT / "demo").rglob("*.py")),
]


def imports(path):
    """Every module that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def is_pure(path):
    parts = path.relative_to(FUNCTIONS).parts
    return parts[0] == "pilotage" and "gateways" not in parts


@pytest.mark.parametrize("path", [p for p in SHIPPED if is_pure(p)], ids=lambda p: p.stem)
def test_what_a_release_is_knows_nothing_of_the_outside(path):
    import sys

    for module in imports(path):
        top = module.split(".")[0]
        assert top == "pilotage" or top in sys.stdlib_module_names | PURE_ALLOWED, module
        assert not module.startswith("pilotage.gateways")
    assert "os.environ" not in path.read_text()
    assert "datetime.now" not in path.read_text()
    assert "time.time()" not in path.read_text()


def test_gateways_do_not_know_the_steps():
    for path in (FUNCTIONS / "pilotage").rglob("*.py"):
        assert not {m.split(".")[0] for m in imports(path)} & set(STEPS), path


def test_the_local_cloud_imports_nothing_from_what_it_runs():
    for path in (ROOT / "localcloud").rglob("*.py"):
        tops = {module.split(".")[0] for module in imports(path)}
        assert not tops & {"pilotage", "demo", "tests", *STEPS}, path


@pytest.mark.parametrize("path", OURS, ids=lambda p: str(p.relative_to(ROOT)))
def test_rooms_are_small_enough_to_know(path):
    text = path.read_text()
    assert len(text.splitlines()) <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno - node.lineno < 50, f"{node.name} is long"


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "manager"])
def test_boxes_are_named_after_what_they_do(word):
    assert not [p for p in OURS if word in p.stem]


def as_function(state):
    return re.sub(r"\W+", "_", state.lower())


def test_each_task_has_a_function_of_its_own_name():
    tasks = [name for name, state in MACHINE["States"].items() if state["Type"] == "Task"]
    template = (ROOT / "template.yaml").read_text()
    for name in tasks:
        assert as_function(name) in STEPS
        function = MACHINE["States"][name]["Arguments"]["FunctionName"]
        assert function == "${" + name.replace(" ", "") + "Arn}"
        assert f"{as_function(name)}.app.lambda_handler" in template


def test_each_function_has_an_event():
    assert sorted(path.stem for path in (ROOT / "events").glob("*.json")) == STEPS


def test_the_state_machine_catches_only_errors_that_exist():
    known = {name for name in vars(errors) if isinstance(getattr(errors, name), type)}
    named = set()
    for state in MACHINE["States"].values():
        for clause in [*state.get("Retry", []), *state.get("Catch", [])]:
            named |= set(clause["ErrorEquals"])
    foreign = ("States.", "Lambda.", "Sandbox.", "Runtime.")
    ours = {name for name in named if not name.startswith(foreign)}
    assert ours <= known
    leaves = {
        n
        for n in known
        if not any(n in (b.__name__ for b in getattr(errors, o).__bases__) for o in known)
    }
    assert leaves <= ours


def test_every_task_has_an_end_a_last_catch_and_a_comment():
    for state in MACHINE["States"].values():
        if state["Type"] == "Task":
            assert state["TimeoutSeconds"]
            assert state["Comment"]
            assert state["Catch"][-1]["ErrorEquals"] == ["States.ALL"]
            assert all("JitterStrategy" in retry for retry in state["Retry"])


def test_the_project_stands_alone():
    names = ["/wor" + "k/", "../sha" + "red", "pyp" + "i.org", "npm" + "js.org"]
    for path in kept_files():
        text = (ROOT / path).read_text(errors="replace")
        assert not [name for name in names if name in text], path


def kept_files():
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for path in done.stdout.splitlines() if (ROOT / path).is_file()]
