"""What one process of the suite plays: a cloud of its own, and every second run."""

import logging
import os
import random
import time
import zlib

from localcloud import install
from localcloud.cloud import LocalCloud, Options
from localcloud.faults.plan import random_plan
from localcloud.faults.reading import as_json
from tests.chaos.run import Run, matrix, observed, play
from tests.chaos.stories import STORIES
from tests.conftest import Clients

PROCESSES = 2
SPEED = 480
FIXED = 84


def play_share(share):
    """One process with a cloud of its own plays every second run."""
    options, number = share
    os.environ["SAM_CLI_TELEMETRY"] = "0"
    logging.disable(logging.WARNING)
    cloud = LocalCloud(Options(port=0, speed=SPEED))
    cloud.start()
    results = []
    try:
        outputs = install.install_pilotage(cloud.endpoint, cloud.environment())
        aws = Clients(cloud.endpoint)
        # The queue's six minutes at about the speed of this cloud: its clock is a real one.
        aws.sqs.set_queue_attributes(
            QueueUrl=outputs["NoticeQueue"], Attributes={"VisibilityTimeout": "5"}
        )
        started = time.monotonic()
        runs = chosen(options, aws, cloud, outputs)
        if options.verbose:
            print(f"{len(runs)} runs to play", flush=True)
        for run in (run for run in runs if zlib.crc32(str(run).encode()) % PROCESSES == number):
            if options.minutes and time.monotonic() - started > options.minutes * 60:
                break
            results.append(as_data(play(aws, cloud, outputs, run)))
            if options.verbose:
                last = results[-1]
                mark = "VIOLATION" if last["violations"] else "ok"
                print(
                    f"{last['seconds']:6.1f} s  {mark}  {last['run']}  → {last['outcomes']}",
                    flush=True,
                )
                for words in last["violations"]:
                    print(f"      {words}", flush=True)
    finally:
        cloud.stop()
    return results


def chosen(options, aws, cloud, outputs):
    """The runs of both processes, in the same order for both."""
    dice, runs = random.Random(options.seed), []
    for story in STORIES:
        calls, events = observed(aws, cloud, outputs, story)
        if options.random:
            for _ in range(options.random // len(STORIES)):
                plan = random_plan(dice.getrandbits(32), [*calls, *events], dice.choice([2, 3]))
                runs.append(Run(story, tuple(plan)))
        else:
            runs += matrix(story, sorted(calls, key=str), sorted(events, key=str))
    runs = [run for run in runs if options.only in str(run)]
    dice.shuffle(runs)
    return runs if options.all or options.only or options.random else runs[:FIXED]


def as_data(result):
    return {
        "run": str(result.run),
        "plan": as_json(result.run.plan),
        "injected": result.injected,
        "violations": list(result.violations),
        "seconds": result.seconds,
        "outcomes": list(result.outcomes),
    }
