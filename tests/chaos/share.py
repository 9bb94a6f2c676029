"""What one process of the suite plays: a cloud of its own, and its part of the runs."""

import logging
import os
import time
import zlib

from localcloud import install
from localcloud.cloud import LocalCloud, Options
from localcloud.faults.reading import as_json
from tests.chaos.chosen import chosen, site_of
from tests.chaos.run import Run, play
from tests.conftest import Clients

SPEED = 480


def play_share(share):
    """One process with a cloud of its own plays its part of the runs."""
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
            sites = {site_of(run.plan) for run in runs}
            print(f"{len(runs)} runs to play, {len(sites)} kinds of fault at calls", flush=True)
        for run in (
            run for run in runs if zlib.crc32(str(run).encode()) % options.processes == number
        ):
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


def as_data(result):
    return {
        "run": str(result.run),
        "plan": as_json(result.run.plan),
        "injected": result.injected,
        "violations": list(result.violations),
        "seconds": result.seconds,
        "outcomes": list(result.outcomes),
    }
