"""`make chaos`: play the fault matrix, or random combinations, and print what was found.

make chaos                           the fixed part that CI runs
make chaos ARGS="--all --minutes 60" every call × every fault × every story, each pair of call and
                                     fault once before any is met again
make chaos ARGS="--random 200 --seed 7"   combinations of two or three faults
"""

import argparse
import json
import multiprocessing
import sys
import time

from tests.chaos.share import play_share


def main(argv):
    options = read(argv)
    started = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(options.processes) as pool:
        shares = [(options, number) for number in range(options.processes)]
        results = [result for share in pool.map(play_share, shares) for result in share]
    bad = [result for result in results if result["violations"]]
    for result in bad:
        print(f"VIOLATION {result['run']}  → {', '.join(result['outcomes'])}")
        for words in result["violations"]:
            print(f"    {words}")
        print(f"    plan: {json.dumps(result['plan'])}")
    for result in results:
        if not result["injected"]:
            print(f"met nothing: {result['run']}")
    injected = sum(result["injected"] for result in results)
    print(
        f"{injected} faults injected in {len(results)} runs, {len(bad)} runs with violations, "
        f"seed {options.seed}, {time.monotonic() - started:.0f} s"
    )
    return 1 if bad or (results and not injected) else 0


def read(argv):
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--all", action="store_true", help="the whole matrix")
    parser.add_argument("--random", type=int, default=0, help="so many random combinations instead")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=0, help="start no run after so long")
    parser.add_argument("--processes", type=int, default=2, help="clouds side by side")
    parser.add_argument("--only", default="", help="runs whose words contain this")
    parser.add_argument("--after", default="", help="leave out what this --verbose log has met")
    parser.add_argument("--write-fixed", action="store_true", help="choose the fixed part anew")
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
