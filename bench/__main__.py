"""`python -m bench [--only FAMILY …]`: every figure, as one table and as JSON.

Each family runs in a process of its own, because a local cloud keeps its resources in the process.
Those that wait and those that count instructions run side by side; what is compared by time runs
alone.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from bench.row import Row, received, table

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results.json"
# First those that may run side by side, then those that need the machine for themselves.
TOGETHER = ("init_cost", "long_releases")
ALONE = ("archives", "releases", "chat", "crowd", "beside_moto")


def run(family: str, failed: list[str]) -> list[Row]:
    """Its rows; those that it got to, when it failed, which is noted."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{family}"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'functions'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        # The other families' figures are worth having all the same.
        failed.append(family)
        print(
            f"bench.{family} ended with {done.returncode}:\n{done.stderr[-3000:]}", file=sys.stderr
        )
        return received(done.stdout)
    took = time.monotonic() - started
    print(f"  {family} done after {took:.0f} s", file=sys.stderr, flush=True)
    return received(done.stdout)


def measure(families: list[str], failed: list[str]) -> list[Row]:
    together = [family for family in TOGETHER if family in families]
    with ThreadPoolExecutor(len(TOGETHER)) as pool:
        rows = [
            row for found in pool.map(lambda name: run(name, failed), together) for row in found
        ]
    for family in ALONE:
        if family in families:
            rows += run(family, failed)
    return sorted(rows, key=lambda row: int(row.row))


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument(
        "--only", nargs="+", choices=[*TOGETHER, *ALONE], default=[*TOGETHER, *ALONE]
    )
    options = parser.parse_args(argv)
    started = time.monotonic()
    failed: list[str] = []
    rows = measure(options.only, failed)
    print(table(rows))
    took = round(time.monotonic() - started)
    machine = f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} CPUs, {platform.machine()}"
    RESULTS.write_text(
        json.dumps(
            {
                "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                "machine": machine,
                "seconds": took,
                "failed": failed,
                "rows": [{**asdict(row), "ratio": row.ratio, "met": row.is_met} for row in rows],
            },
            indent=1,
        )
        + "\n"
    )
    print(f"\n{machine}; {took} s; {RESULTS.relative_to(ROOT)}")
    if failed:
        print(f"Not all was measured: {', '.join(failed)} failed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
