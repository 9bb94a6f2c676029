"""What one process of the suite plays: a cloud of its own, and every second run."""

import json
import logging
import os
import random
import time
import zlib
from pathlib import Path

from localcloud import install
from localcloud.cloud import LocalCloud, Options
from localcloud.faults.plan import random_plan
from localcloud.faults.reading import as_json, read_plan
from tests.chaos.run import Run, matrix, observed, play
from tests.chaos.stories import STORIES
from tests.conftest import Clients

PROCESSES = 2
SPEED = 480
FIXED = 40
KEPT = Path(__file__).parent / "fixed.json"


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
            result = play(aws, cloud, outputs, run)
            if result.violations:
                result = shrunk(aws, cloud, outputs, result)
            results.append(as_data(result))
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


def shrunk(aws, cloud, outputs, result):
    """The violation with as few faults as still cause it."""
    faults = result.run.plan
    for left_out in faults if len(faults) > 1 else ():
        fewer = tuple(fault for fault in faults if fault is not left_out)
        again = play(aws, cloud, outputs, Run(result.run.story, fewer))
        if again.violations:
            return shrunk(aws, cloud, outputs, again)
    return result


def fixed():
    """What CI plays: one fault at every call and event that releases make, kinds in turn, and what
    was once found. `--write-fixed` chooses anew."""
    stories = {story.name: story for story in STORIES}
    kept = json.loads(KEPT.read_text())
    return [Run(stories[run["story"]], tuple(read_plan(json.dumps(run["plan"])))) for run in kept]


def write_fixed(observations):
    """One run for each call and event of all stories, each time of another kind."""
    runs = {}
    for story, calls, events in observations:
        for run in matrix(story, sorted(calls, key=str), sorted(events, key=str)):
            fault = run.plan[0]
            site = (fault.caller, fault.service, fault.operation)
            runs.setdefault(site, {}).setdefault(fault.kind, []).append(run)
    sites = sorted(runs.items())
    picked = []
    for number, (_, by_kind) in enumerate(sites[:: max(1, -(-len(sites) // FIXED))]):
        alike = by_kind[sorted(by_kind)[number % len(by_kind)]]
        picked.append(alike[number * 7 % len(alike)])
    data = [{"story": run.story.name, "plan": as_json(run.plan)} for run in picked]
    KEPT.write_text(json.dumps(data, indent=1) + "\n")
    return len(data)


def chosen(options, aws, cloud, outputs):
    """The runs of both processes, in the same order for both."""
    if not (options.all or options.only or options.random or options.write_fixed):
        return fixed()
    observations = [(story, *observed(aws, cloud, outputs, story)) for story in STORIES]
    if options.write_fixed:
        print(write_fixed(observations), "runs written")
        return []
    dice, runs = random.Random(options.seed), []
    for story, calls, events in observations:
        if options.random:
            for _ in range(options.random // len(STORIES)):
                plan = random_plan(dice.getrandbits(32), [*calls, *events], dice.choice([2, 3]))
                runs.append(Run(story, tuple(plan)))
        else:
            runs += matrix(story, sorted(calls, key=str), sorted(events, key=str))
    runs = [run for run in runs if options.only in str(run)]
    dice.shuffle(runs)
    return runs


def as_data(result):
    return {
        "run": str(result.run),
        "plan": as_json(result.run.plan),
        "injected": result.injected,
        "violations": list(result.violations),
        "seconds": result.seconds,
        "outcomes": list(result.outcomes),
    }
