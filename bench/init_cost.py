"""What a function's init costs in CPU, against `import boto3`, in paired, interleaved runs."""

import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FUNCTIONS = ROOT / "functions"
PAIRS = 9
LIMIT = 1.8


def cpu_seconds(statement: str) -> float:
    """User and system time of a fresh interpreter that runs the statement."""
    environment = {**os.environ, "PYTHONPATH": str(FUNCTIONS), "LAMBDA_TASK_ROOT": str(FUNCTIONS)}
    before = os.times()
    subprocess.run([sys.executable, "-c", statement], check=True, env=environment)
    after = os.times()
    used = after.children_user - before.children_user
    return used + after.children_system - before.children_system


def ratio(function: str) -> float:
    """The median of the pairs' ratios."""
    pairs = [
        cpu_seconds(f"import {function}.app") / cpu_seconds("import boto3") for _ in range(PAIRS)
    ]
    return statistics.median(pairs)


def main() -> int:
    cpu_seconds("import boto3")
    names = sorted(path.parent.name for path in FUNCTIONS.glob("*/app.py"))
    worst = 0.0
    print("init CPU of each function, as a multiple of `import boto3`")
    for name in names:
        found = ratio(name)
        worst = max(worst, found)
        print(f"  {name:22} {found:5.2f}")
    print(f"  limit {LIMIT}")
    return int(worst > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
