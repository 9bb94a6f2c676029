"""`python -m tests.hostile.fuzz --seconds 60 --seed 1`: hostile inputs until the time is over.

Prints how many were tried of each kind, and the slowest and largest of them. Ends with 1 and the
smallest input that breaks a promise, if there is one. The same seed tries the same inputs.
"""

import argparse
import itertools
import sys
import time
import tracemalloc
from collections import Counter
from dataclasses import dataclass, field

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.hostile import examine, inputs

BATCH = 300
# What one input may take here. A function of 512 MB has a third of a core, and a minute.
MOST_SECONDS = 3.0
MOST_BYTES = 32 * 1024 * 1024
EVERY_MEASURED = 25


@dataclass
class Tally:
    """`refused` counts inputs that got a reason."""

    tried: Counter = field(default_factory=Counter)
    refused: Counter = field(default_factory=Counter)
    slowest: float = 0.0
    largest: int = 0

    def examined(self, kind, look, body):
        self.tried[kind] += 1
        measured = self.tried[kind] % EVERY_MEASURED == 0
        if measured:
            tracemalloc.start()
        started = time.process_time()
        try:
            self.refused[kind] += bool(look(body))
            took = time.process_time() - started
            used = tracemalloc.get_traced_memory()[1] if measured else 0
        finally:
            tracemalloc.stop()
        if not measured:  # tracing takes time of its own
            self.slowest = max(self.slowest, took)
            assert took <= MOST_SECONDS, f"{took:.1f} s of CPU"
        self.largest = max(self.largest, used)
        assert used <= MOST_BYTES, f"{used:,} bytes of memory"


KINDS = {
    "archive": (inputs.archives(), examine.archive),
    "manifest": (inputs.texts(), examine.a_manifest),
    "AppSpec in YAML": (inputs.texts(), lambda body: examine.an_appspec("appspec.yml", body)),
    "AppSpec in JSON": (inputs.texts(), lambda body: examine.an_appspec("appspec.json", body)),
}


def batch(kind, number, examples, tally):
    """One batch of inputs of a kind, its seed its number."""
    strategy, look = KINDS[kind]

    @seed(number)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def run(body):
        tally.examined(kind, look, body)

    run()


def main(argv):
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.fuzz")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    until, tally = time.monotonic() + options.seconds, Tally()
    for number in itertools.count(options.seed):
        for kind in KINDS:
            batch(kind, number, BATCH, tally)
        if time.monotonic() >= until:
            break
    for kind in KINDS:
        print(f"{kind:16} {tally.tried[kind]:9,} tried {tally.refused[kind]:9,} refused")
    print(f"slowest {tally.slowest:.2f} s of CPU; most memory {tally.largest / 1e6:.1f} MB")
    print(f"seeds {options.seed} to {number}; every promise held")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
