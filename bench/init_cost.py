"""Rows 1 and 2: what the start of a function costs, against `import boto3`.

Counted with what its first event makes it do: the module is imported, every client that its step uses
is made, and what it imports only then is imported, so that what is put off does not hide. Instructions by callgrind where valgrind is
installed, else CPU in paired runs. The package is the one that ships, its SDK included; the anchor's
boto3 is without awscrt, which would change the figures.
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import build_package
from bench.row import Row, hand_over

ROOT = Path(__file__).resolve().parent.parent
LEAN = ROOT / ".aws-sam"
PAIRS = 7

TABLE, TOPIC, TURN = (
    "dynamodb",
    "sns",
    ("dynamodb", "sns", "codedeploy", "cloudwatch", "stepfunctions"),
)
# The clients that a release's events make each function use.
CLIENTS: dict[str, tuple[str, ...]] = {
    "inspect_artifact": (TABLE, TOPIC, "s3", "codedeploy", "lambda"),
    "take_turn": TURN,
    "publish_revision": (TABLE, TOPIC, "lambda", "codedeploy"),
    "start_deployment": (TABLE, TOPIC, "codedeploy", "cloudwatch", "lambda"),
    "before_allow_traffic": (TABLE, TOPIC, "codedeploy", "lambda"),
    "after_allow_traffic": (TABLE, TOPIC, "codedeploy", "lambda"),
    "settle_deployment": (TABLE, "codedeploy", "stepfunctions"),
    "finish_release": (TABLE, TOPIC, "s3", "codedeploy", "lambda", "cloudwatch", "stepfunctions"),
    "notify": (TABLE, "ssm", "lambda", "cloudwatch", "scheduler", "codedeploy"),
    "answer_operator": TURN,
    "answer_click": (TABLE, "ssm", "events"),
    "resume_waiting": (TABLE, "codedeploy", "cloudwatch", "stepfunctions"),
    "sweep": (TABLE, "s3", "stepfunctions"),
}
# What a first event makes it import beside: an archive has a manifest, and Slack is told.
LATER = {
    "inspect_artifact": ("pilotage.plain_yaml",),
    "notify": ("slack_sdk.web.client",),
    "answer_click": ("slack_sdk.signature", "slack_sdk.web.client"),
}
# Instructions of `import boto3`: a handler that notifies, one that answers a hook, one that reads S3.
MOST = {
    "notify": 0.6,
    "before_allow_traffic": 1.1,
    "after_allow_traffic": 1.1,
    "inspect_artifact": 1.4,
}
MOST_OF_ANY = 1.5

ANCHOR = "import boto3"
Measure = Callable[[str, Path], float]


def statement(function: str) -> str:
    """What a cold start does, the first event's clients and imports included."""
    made = "".join(f"; client({service!r})" for service in CLIENTS[function])
    made += "".join(f"; import {module}" for module in LATER.get(function, ()))
    return f"import {function}.app; from pilotage.gateways.aws import client{made}"


def lean_boto3() -> Path:
    """boto3 as pinned, and what it needs; nothing else."""
    pins = (ROOT / "requirements-dev.txt").read_text()
    wanted = re.findall(r"^(?:boto3|botocore|s3transfer)==\S+$", pins, re.MULTILINE)
    lean = LEAN / f"lean-{wanted[0].replace('==', '-')}"
    if not lean.exists():
        LEAN.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=LEAN) as scratch:
            made = Path(scratch) / "site"
            pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
            subprocess.run([*pip, "-t", str(made), *wanted], check=True, stdout=sys.stderr)
            made.rename(lean)
    return lean


def environment(package: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(package),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LAMBDA_TASK_ROOT": str(package),
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
    }


def python(code: str) -> list[str]:
    # -S: what this environment has installed must not be seen; awscrt is among it.
    return [sys.executable, "-S", "-c", code]


def instructions(code: str, package: Path) -> float:
    """In millions, by callgrind."""
    valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    done = subprocess.run(
        [*valgrind, *python(code)],
        env=environment(package),
        check=True,
        capture_output=True,
        text=True,
    )
    (collected,) = re.findall(r"Collected : (\d+)", done.stderr)
    return int(collected) / 1e6


def cpu_seconds(code: str, package: Path) -> float:
    """User and system time of a fresh interpreter that runs the code."""
    before = os.times()
    subprocess.run(python(code), check=True, env=environment(package))
    after = os.times()
    used = after.children_user - before.children_user
    return used + after.children_system - before.children_system


def by_callgrind(package: Path) -> list[Row]:
    """The code of both hooks and its clients are the same; they are measured once."""
    names = [name for name in CLIENTS if name != "after_allow_traffic"]
    runs = [(ANCHOR, lean_boto3()), *((statement(name), package) for name in names)]
    with ThreadPoolExecutor(2) as pool:
        anchor, *found = pool.map(lambda run: instructions(*run), runs)
    return [
        _row(name, value, "M instructions", anchor)
        for name, value in zip(names, found, strict=True)
    ]


def by_cpu(package: Path) -> list[Row]:
    rows = []
    for name in CLIENTS:
        pairs = [
            (cpu_seconds(statement(name), package), cpu_seconds(ANCHOR, lean_boto3()))
            for _ in range(PAIRS)
        ]
        anchor = statistics.median(theirs for _, theirs in pairs)
        pair = statistics.median(ours / theirs for ours, theirs in pairs)
        rows.append(_row(name, pair * anchor * 1000, "ms of CPU", anchor * 1000))
    return rows


def _row(name: str, value: float, unit: str, anchor: float) -> Row:
    most = MOST.get(name, MOST_OF_ANY)
    return Row("1", f"first event's init, {name}", value, unit, ANCHOR, anchor, most)


def compiled(package: Path) -> list[Row]:
    """Row 2: the package as built, beside itself compiled once more, and beside itself without."""
    code = "; ".join(f"import {name}.app" for name in CLIENTS) + "; import yaml, slack_sdk"
    with tempfile.TemporaryDirectory() as scratch:
        again, bare = Path(scratch) / "again", Path(scratch) / "bare"
        shutil.copytree(package, again)
        build_package.compile_all(again)
        shutil.copytree(package, bare, ignore=shutil.ignore_patterns("__pycache__"))
        tries = [[cpu_seconds(code, p) for p in (package, again, bare)] for _ in range(PAIRS * 2)]
    built, fully, plain = (statistics.median(column) for column in zip(*tries, strict=True))
    pair = statistics.median(one / other for one, other, _ in tries)
    sources = list(package.rglob("*.py"))
    there = [
        s
        for s in sources
        if (s.parent / "__pycache__" / f"{s.stem}.{sys.implementation.cache_tag}.pyc").exists()
    ]
    return [
        Row("2", "CPU to import the built package", pair * fully * 1000, "ms", "fully precompiled", fully * 1000, 1.05),
        Row("2", "… and without compiled files", plain * 1000, "ms", "the built package", built * 1000),
        Row("2", "modules with a compiled file", len(there), "", "modules", len(sources), 1, counted=True, at_least=True),
    ]  # fmt: skip


def main() -> int:
    lean_boto3()
    with tempfile.TemporaryDirectory() as scratch:
        package = build_package.build(Path(scratch) / "package")
        measure = by_callgrind if shutil.which("valgrind") else by_cpu
        hand_over([*measure(package), *compiled(package)])
    return 0


if __name__ == "__main__":
    sys.exit(main())
