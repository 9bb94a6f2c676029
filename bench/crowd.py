"""Rows 12 and 13: many uploads to one target, and many targets at once.

Each figure beside that of one release alone in the same run. `python -m bench.crowd --count 200` for
a larger crowd than the table's.
"""

import argparse
import json
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from bench.row import Row, hand_over
from bench.targets import Target, make_target, outcome_of, upload, wait_until
from localcloud import install
from localcloud.awslambda.limits import RequestLimit
from localcloud.cloud import LocalCloud, Options
from localcloud.faults.plan import Fault

LAMBDA_RPS = 15
CONTROL_PLANE_WRITES = ("UpdateFunctionCode", "PublishVersion", "UpdateAlias", "CreateAlias")
PILOTAGE = ("pilotage-", "CodeDeployHook_")
# Processes that stay warm: a crowd's are not started anew for want of room.
WARM = 100
# As many as the crowd: a process that starts anew costs more than a release.
WARMING, ALONE = 20, 3
QUIET_SECONDS, MOST_WAITS = 2, 15


@dataclass(frozen=True)
class Cost:
    """What releases cost: AWS API calls of Pilotage's own, Lambda's refusals among them, control
    plane writes, and CPU seconds of the functions' processes."""

    calls: int
    refused: int
    writes: int
    cpu: float


class Meter:
    """Counts what Pilotage does between two looks, from outside its code."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud
        self._cpu = 0.0

    def reset(self) -> None:
        self._cloud.front.journal.clear()
        self._cpu = self._cpu_now()

    def wait_until_quiet(self) -> None:
        """Until nothing was told for two seconds, half a minute at most."""
        for _ in range(MOST_WAITS):
            seen = len(self._cloud.slack.inbox)
            time.sleep(QUIET_SECONDS)
            if len(self._cloud.slack.inbox) == seen:
                return

    def read(self) -> Cost:
        entries = [e for e in self._cloud.front.journal.entries if _is_ours(e.caller)]
        cpu = self._cpu_now() - self._cpu
        return Cost(
            calls=sum(1 for e in entries if e.status != 429),
            refused=sum(1 for e in entries if e.status == 429),
            writes=sum(
                1
                for e in entries
                if e.service == "lambda" and e.operation in CONTROL_PLANE_WRITES and e.status < 300
            ),
            cpu=cpu,
        )

    def _cpu_now(self) -> float:
        used = self._cloud.pool.cpu_seconds()
        return sum(cpu for name, cpu in used.items() if name.startswith(PILOTAGE))


def _is_ours(caller: str) -> bool:
    return caller.endswith("FunctionRole") or caller in ("ReleaseMachineRole", "UploadRuleRole")


def one_target(cloud: LocalCloud, outputs: dict[str, str], count: int) -> dict[str, Any]:
    """Many uploads to one target within a few seconds."""
    target = make_target(outputs["Topic"])
    # S3's events are held back while the uploads are made: this machine is slower than a crowd.
    held = Fault("delayed", "aws.s3", "Object Created", times=0, seconds=count / 20)
    cloud.faults.set([held])
    started = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        releases = list(pool.map(lambda n: upload(outputs, target, f"# {n}"), range(count - 1)))
    time.sleep(1.1)  # event times have whole seconds: the last is the last by them too
    last = upload(outputs, target, "# the last")
    uploaded = time.monotonic() - started
    cloud.faults.clear()
    outcomes = [wait_until(lambda r=r: outcome_of(outputs, r), 1200) for r in [*releases, last]]  # type: ignore[misc]
    kinds = Counter(outcome["outcome"]["kind"] for outcome in outcomes)
    return {
        "uploads": count,
        "uploaded_in_seconds": round(uploaded, 1),
        "all_over_after_seconds": round(time.monotonic() - started, 1),
        "outcomes": dict(kinds),
        "lost": count - sum(kinds.values()),
        "last_upload": outcomes[-1]["outcome"]["kind"],
        "users_get_the_last": target.alias()[0] == outcomes[-1]["version"],
        "most_deployments_at_once": most_at_once(target),
        "deployments_of_one_release_at_most": most_of_one_release(target),
    }


def most_at_once(target: Target) -> int:
    """How many deployments, rollbacks apart, ran at the same time at most."""
    edges = []
    for info in target.deployments():
        edges += [(info["createTime"], 1), (info["completeTime"], -1)]
    running = most = 0
    for _, step in sorted(edges, key=lambda edge: (edge[0], edge[1])):
        running += step
        most = max(most, running)
    return most


def most_of_one_release(target: Target) -> int:
    counts = Counter(info.get("description", "") for info in target.deployments())
    return max(counts.values(), default=0)


def many_targets(cloud: LocalCloud, outputs: dict[str, str], count: int) -> dict[str, Any]:
    """One release alone, then one on each of many targets at once, under Lambda's request limit."""
    targets = [make_target(outputs["Topic"]) for _ in range(count + ALONE + WARMING)]
    meter = Meter(cloud)
    play(outputs, targets[:WARMING])
    alone = [_measured(meter, outputs, [target]) for target in targets[WARMING:][:ALONE]]
    cloud.front.lambda_limit = RequestLimit(LAMBDA_RPS)
    started = time.monotonic()
    crowd = _measured(meter, outputs, targets[WARMING + ALONE :])
    seconds = time.monotonic() - started
    cloud.front.lambda_limit = None
    calls, cpu = (sum(c.calls for c in alone) / len(alone), sum(c.cpu for c in alone) / len(alone))
    return {
        "targets": count,
        "seconds": round(seconds, 1),
        "failed": sum(1 for t in targets if t.alias() != ("2", {})),
        "calls_per_release_alone": round(calls, 1),
        "calls_per_release_in_the_crowd": round(crowd.calls / count, 1),
        "calls_ratio": round(crowd.calls / count / calls, 3),
        "refused_by_lambda_per_release": round(crowd.refused / count, 2),
        "cpu_ratio": round(crowd.cpu / count / cpu, 3),
        "cpu_seconds_alone": round(cpu, 3),
        "control_plane_writes_per_release": crowd.writes / count,
    }


def _measured(meter: Meter, outputs: dict[str, str], targets: list[Target]) -> Cost:
    meter.wait_until_quiet()
    meter.reset()
    play(outputs, targets)
    meter.wait_until_quiet()
    return meter.read()


def play(outputs: dict[str, str], targets: list[Target]) -> None:
    releases = [upload(outputs, target, "# two") for target in targets]
    for release in releases:
        wait_until(lambda r=release: outcome_of(outputs, r), 1200)  # type: ignore[misc]


def rows_of_one_target(found: dict[str, Any]) -> list[Row]:
    uploads = found["uploads"]
    ended = uploads - found["lost"]
    return [
        Row("12", "uploads to one target that have an outcome", ended, "", "uploads", uploads, 1, counted=True, at_least=True),
        Row("12", "most deployments of the target at once", found["most_deployments_at_once"], "", "CodeDeploy's limit", 1, 1, counted=True),
        Row("12", "most deployments of one release", found["deployments_of_one_release_at_most"], "", "one", 1, 1, counted=True),
    ]  # fmt: skip


def rows_of_many_targets(found: dict[str, Any]) -> list[Row]:
    targets = found["targets"]
    wall = targets * found["control_plane_writes_per_release"] / LAMBDA_RPS
    calls, alone = found["calls_per_release_in_the_crowd"], found["calls_per_release_alone"]
    cpu = found["cpu_seconds_alone"]
    live = targets - found["failed"]
    return [
        Row("12", f"API calls of a release among {targets}", calls, "", "a release alone", alone, 1.1, counted=True),
        Row("12", f"functions' CPU of a release among {targets}", found["cpu_ratio"] * cpu, "s", "a release alone", cpu, 1.1),
        Row("13", f"seconds until {targets} targets are live", found["seconds"], "s", "writes at 15 a second", wall, 1.15, note="this machine is the limit, not Lambda's"),
        Row("13", "targets that went live", live, "", "targets", targets, 1, counted=True, at_least=True),
    ]  # fmt: skip


ROWS = {"one_target": rows_of_one_target, "many_targets": rows_of_many_targets}


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.crowd")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--only", choices=["one_target", "many_targets"], default="")
    # Slower for a larger crowd: CodeDeploy gives a hook an hour, and all share this machine.
    parser.add_argument("--speed", type=float, default=120)
    options = parser.parse_args(argv)
    cloud = LocalCloud(Options(port=0, speed=options.speed))
    cloud.pool.most_idle = WARM
    cloud.start()
    try:
        outputs = install.install_pilotage(cloud.endpoint, cloud.environment())
        for part in (one_target, many_targets):
            if options.only in ("", part.__name__):
                found = part(cloud, outputs, options.count)
                print(json.dumps({part.__name__: found}, indent=2), file=sys.stderr, flush=True)
                hand_over(ROWS[part.__name__](found))
    finally:
        cloud.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
