"""`make permissions`: take each statement of each role away, and see that a story then fails.

First every story is played with all permissions, and the cloud notes which statements each relied
on. Then each statement goes, in turn, and those stories are played until one fails. Where none does,
because Pilotage repairs itself, it is said that its calls were refused. A statement that nothing asks
for must stand in `explained.py`, or go from the template.

make permissions ARGS="--only Notify"      the roles whose name begins so
"""

import argparse
import json
import multiprocessing
import sys
import time

from tests.permissions.explained import EXPLAINED
from tests.permissions.share import KNOWN, PROCESSES, known_stories, learn_share, miss_share


def main(argv):
    options = read(argv)
    started = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        learned = pool.map(learn_share, [(options, n) for n in range(PROCESSES)])
        broken = [words for _, found in learned for words in found]
        relied = merged([found for found, _ in learned])
        shares = [(options, n, relied) for n in range(PROCESSES)]
        results = [r for share in pool.map(miss_share, shares) for r in share]
    if options.write_known:
        known = {**known_stories(), **{r["statement"]: r["story"] for r in results if r["story"]}}
        KNOWN.write_text(json.dumps(dict(sorted(known.items())), indent=1) + "\n")
    return told(results, broken, time.monotonic() - started)


def merged(parts):
    """{statement: [(seconds, story)]}, the quickest story first."""
    relied = {}
    for part in parts:
        for statement, stories in part.items():
            relied.setdefault(statement, []).extend(stories)
    return {statement: sorted(stories) for statement, stories in relied.items()}


def told(results, broken, seconds):
    for words in broken:
        print(f"FAILS WITH ALL PERMISSIONS  {words}")
    bad = 0
    for result in sorted(results, key=lambda r: r["statement"]):
        explained = tuple(result["id"]) in EXPLAINED
        mark = "needed" if result["by"] else "explained" if explained else "NOT NEEDED"
        mark = "made good" if result["made_good"] and not explained else mark
        bad += mark == "NOT NEEDED"
        print(f"{mark:10}  {result['statement']}  ← {result['by'] or result['why']}")
    stale = [e for e in EXPLAINED if any(tuple(r["id"]) == e and r["by"] for r in results)]
    for explained in stale:
        print(f"explained, though a story needs it: {explained}")
    needed = sum(bool(r["by"]) for r in results)
    made_good = sum(r["made_good"] for r in results)
    print(
        f"{len(results)} statements: a story fails without {needed}; without {made_good} calls are "
        f"refused, and Pilotage makes up for it; {len(results) - needed - made_good - bad} explained; "
        f"{bad} not needed; {seconds:.0f} s"
    )
    return 1 if bad or broken or stale or not results else 0


def read(argv):
    parser = argparse.ArgumentParser(prog="make permissions")
    parser.add_argument("--only", default="", help="roles whose logical id begins so")
    parser.add_argument("--story", default="", help="only stories whose name contains this")
    parser.add_argument("--new", action="store_true", help="those of which no story is known yet")
    parser.add_argument("--write-known", action="store_true", help="keep which story missed what")
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
