"""Rows 7 to 11 and 15: what one release takes, beside a state machine that polls.

In a cloud in which a minute passes in a second. The peer is `poll_loop.asl.json`: a release without
a callback, that asks every 15 seconds. It moves the same traffic by the same rollouts.
"""

import json
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from bench import prices
from bench.history import Seen, of_execution, of_release
from bench.row import Row, hand_over
from bench.targets import (
    Target,
    client,
    make_target,
    outcome_of,
    role,
    upload,
    wait_until,
    zipped,
)
from localcloud import install
from localcloud.cloud import LocalCloud, Options
from localcloud.journal import Entry

SPEED = 60
# CodeDeploy runs the first hook two seconds after a deployment was created. At full speed that is
# sooner than Pilotage can write down whose the deployment is, which it never is on AWS.
UNHURRIED = 10
CANARY = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
LINEAR = "CodeDeployDefault.LambdaLinear10PercentEvery10Minutes"
NAMES = {"canary 10% 5m": CANARY, "linear 10% 10m": LINEAR}
WRITES = (
    "UpdateFunctionCode",
    "PublishVersion",
    "UpdateAlias",
    "CreateAlias",
    "UpdateFunctionConfiguration",
)
LOOKS = ("GetDeployment", "BatchGetDeployments")
# It comes on its schedule, whether there are releases or not, and is counted by the month.
SWEEP = "SweepFunctionRole"
MOST_EVENTS, MOST_PAYLOAD = 25_000, 262_144
REPEATS = 5


class Peer:
    """The state machine that polls."""

    def __init__(self, outputs: dict[str, str]) -> None:
        definition = as_moto_takes_it((Path(__file__).parent / "poll_loop.asl.json").read_text())
        made = client("stepfunctions").create_state_machine(
            name="poll-loop", definition=definition, roleArn=role("states.amazonaws.com")
        )
        self._arn = made["stateMachineArn"]
        self._bucket, self._topic = outputs["ArtifactBucket"], outputs["Topic"]

    def start(self, target: Target, rollout: str) -> str:
        """The execution's ARN."""
        # Pilotage's own keys start no release of its.
        key = f"_peer/{target.application}.zip"
        client("s3").put_object(Bucket=self._bucket, Key=key, Body=zipped("# two"))
        given = {
            "function": target.function,
            "bucket": self._bucket,
            "key": key,
            "application": target.application,
            "rollout": rollout,
            "topic": self._topic,
            "appspec": appspec(target),
        }
        started = client("stepfunctions").start_execution(
            stateMachineArn=self._arn, input=json.dumps(given)
        )
        return str(started["executionArn"])


def as_moto_takes_it(definition: str) -> str:
    """Step Functions writes every member in Pascal case; moto hands them to CodeDeploy unchanged,
    which knows them with a small first letter."""
    names = r"ApplicationName|Deployment[A-Z]\w+|Revision(?:Type)?|AppSpecContent|Content|Status"
    written = rf'(?<=")({names})(?=(?:\.\$)?":)|(?<=\.)({names})(?=[."])'
    return re.sub(written, lambda found: found[0][0].lower() + found[0][1:], definition)


def appspec(target: Target) -> str:
    """With a place for the new version, as States.Format fills it."""
    return (
        "version: 0.0\nResources:\n  - f:\n      Type: AWS::Lambda::Function\n      Properties:\n"
        f"        Name: {target.function}\n        Alias: live\n"
        '        CurrentVersion: "1"\n        TargetVersion: "{}"\n'
    )


def is_over(execution: str) -> bool:
    found = client("stepfunctions").describe_execution(executionArn=execution)
    if found["status"] not in ("RUNNING", "SUCCEEDED"):
        raise RuntimeError(f"the peer {found['status']}: {found.get('cause')}")
    return bool(found["status"] == "SUCCEEDED")


def play(outputs: dict[str, str]) -> tuple[dict[str, Seen], dict[str, Seen]]:
    """Ours and the peer's, by rollout; all at the same time."""
    peer = Peer(outputs)
    ours, theirs = {}, {}
    for words, name in NAMES.items():
        ours[words] = upload(outputs, make_target(outputs["Topic"], name), "# two")
        theirs[words] = peer.start(make_target(outputs["Topic"], name), name)
    for words in NAMES:
        wait_until(lambda w=words: outcome_of(outputs, ours[w]), 300)  # type: ignore[misc]
        wait_until(lambda w=words: is_over(theirs[w]), 300)  # type: ignore[misc]
    return (
        {words: of_release(outputs, release) for words, release in ours.items()},
        {words: of_execution(execution) for words, execution in theirs.items()},
    )


def ways(outputs: dict[str, str]) -> list[Row]:
    """Rows 7 and 8, and row 9 by the prices of transitions."""
    ours, theirs = play(outputs)
    most = {"canary 10% 5m": 0.17, "linear 10% 10m": 0.011}
    rows = []
    for words, seen in ours.items():
        other = theirs[words]
        rows += [
            Row("7", f"transitions, {words}", seen.transitions, "", "poll-loop peer", other.transitions, most[words], counted=True),
            Row("8", f"history events, {words}", seen.events, "", "poll-loop peer", other.events, counted=True),
        ]  # fmt: skip
    canary = ours["canary 10% 5m"]
    return [
        *rows,
        Row("7", "transitions of a release", canary.transitions, "", "of nine allowed", 9, 1, counted=True),
        Row("8", "history events of a release", canary.events, "", "of 80 allowed", 80, 1, counted=True),
        Row("8", "… of Step Functions' limit", canary.events, "", "hard limit", MOST_EVENTS, counted=True),
        Row("8", "largest payload", canary.largest_payload, "B", "Step Functions' limit", MOST_PAYLOAD, 0.02, counted=True),
    ]  # fmt: skip


def calls(cloud: LocalCloud, outputs: dict[str, str]) -> tuple[list[Row], prices.Counts]:
    """Row 10, and what a release uses of everything that is billed."""
    play_one(outputs)  # warm, so that nothing is made for the first time
    cloud.front.journal.clear()
    before = invocations(cloud)
    cloud.clock.speed = UNHURRIED
    release = play_one(outputs)
    cloud.clock.speed = SPEED
    entries = settle_down(cloud)
    swept = sum(e.caller == SWEEP and e.operation in LOOKS for e in entries)
    entries = [e for e in entries if e.caller != SWEEP]
    made = Counter((e.service, e.operation) for e in entries)
    writes = sum(n for (service, name), n in made.items() if service == "lambda" and name in WRITES)
    asked = sum(e.operation in LOOKS for e in entries)
    counts = prices.Counts(
        transitions=of_release(outputs, release).transitions,
        invocations=invocations(cloud) - before,
        table_writes=sum(made[("dynamodb", n)] for n in ("PutItem", "UpdateItem", "DeleteItem")),
        table_reads=sum(made[("dynamodb", n)] for n in ("GetItem", "BatchGetItem", "Query")),
        item_kilobytes=kilobytes(outputs, release),
        notices=made[("sns", "Publish")],
        schedules=made[("scheduler", "CreateSchedule")],
        s3_puts=1 + made[("s3", "PUT")] + made[("s3", "PutObject")],
        s3_gets=sum(n for (s, name), n in made.items() if s == "s3" and "PUT" not in name.upper()),
    )
    rows = [
        Row("10", "Lambda control-plane writes", writes, "", "UpdateFunctionCode with Publish", 1, 2, counted=True),
        Row("10", "looks at CodeDeploy's deployments", asked, "", "one GetDeployment", 1, 1, counted=True),
        Row("10", "… and sweep's, whose schedule may fall into it", swept, "", "one GetDeployment", 1, counted=True),
        Row("10", "AWS API calls of a release", sum(made.values()), "", "transitions", counts.transitions, counted=True),
    ]  # fmt: skip
    print(json.dumps({f"{s}:{n}": c for (s, n), c in sorted(made.items())}), file=sys.stderr)
    return rows, counts


def kilobytes(outputs: dict[str, str], release: str) -> int:
    """The release's item, rounded up."""
    where = {"pk": {"S": f"release#{release}"}, "sk": {"S": "release"}}
    item = client("dynamodb").get_item(TableName=outputs["Table"], Key=where)["Item"]
    size = sum(len(name) + len(str(next(iter(value.values())))) for name, value in item.items())
    return -(-size // 1024)


def play_one(outputs: dict[str, str]) -> str:
    release = upload(outputs, make_target(outputs["Topic"]), "# two")
    wait_until(lambda: outcome_of(outputs, release), 120)
    return release


def settle_down(cloud: LocalCloud) -> list[Entry]:
    """Pilotage's calls, once no more came in for a second: the last notice is sent."""
    seen: list[Entry] = []
    while True:
        time.sleep(1)
        now = [e for e in cloud.front.journal.entries if is_ours(e)]
        if len(now) == len(seen):
            return now
        seen = now


def invocations(cloud: LocalCloud) -> int:
    """Of Pilotage's own functions, until now."""
    metrics = client("cloudwatch")
    names = [
        name
        for name in cloud.pool.cpu_seconds()
        if name.startswith(("pilotage-", "CodeDeployHook_")) and "Sweep" not in name
    ]
    now = time.time()
    found = [
        metrics.get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName="Invocations",
            Dimensions=[{"Name": "FunctionName", "Value": name}],
            StartTime=now - 3600,
            EndTime=now + 60,
            Period=7200,
            Statistics=["Sum"],
        )["Datapoints"]
        for name in names
    ]
    return int(sum(point["Sum"] for points in found for point in points))


def is_ours(entry: Entry) -> bool:
    return entry.caller.endswith("FunctionRole") or entry.caller == "ReleaseMachineRole"


def work(cloud: LocalCloud, outputs: dict[str, str]) -> list[Row]:
    """Rows 11 and 15: CPU of the cloud's own process, in which Step Functions and all else runs."""
    states = 8
    idle = median(cpu_of(lambda: time.sleep(1)) for _ in range(3))
    seconds = [timed(lambda: play_one(outputs)) for _ in range(REPEATS)]
    release = median(cpu - idle * took for cpu, took in seconds)
    noop = noop_machine(states)
    nothing = median(cpu_of(lambda: run_noop(noop)) for _ in range(REPEATS * 3))
    sts = client("sts")
    call = median(
        cpu_of(lambda: [sts.get_caller_identity() for _ in range(50)]) / 50 for _ in range(5)
    )
    cloud.front.journal.clear()
    play_one(outputs)
    made = len(settle_down(cloud))
    return [
        Row("11", "cloud's CPU of a release", release * 1000, "ms", f"{states} no-op states", nothing * 1000, 1.5),
        Row("15", f"cloud's CPU of a release with {made} calls", release * 1000, "ms", f"{made} calls of sts", call * made * 1000, 1.6),
    ]  # fmt: skip


def cpu_of(do: Callable[[], object]) -> float:
    return timed(do)[0]


def timed(do: Callable[[], object]) -> tuple[float, float]:
    """CPU and wall time, in seconds."""
    cpu, wall = time.process_time(), time.monotonic()
    do()
    return time.process_time() - cpu, time.monotonic() - wall


def noop_machine(states: int) -> str:
    names = [f"S{n}" for n in range(states)]
    chain: dict[str, Any] = {a: {"Type": "Pass", "Next": b} for a, b in pairwise(names)}
    chain[names[-1]] = {"Type": "Pass", "End": True}
    made = client("stepfunctions").create_state_machine(
        name="no-op",
        definition=json.dumps({"StartAt": "S0", "States": chain}),
        roleArn=role("states.amazonaws.com"),
    )
    return str(made["stateMachineArn"])


def run_noop(machine: str) -> None:
    started = client("stepfunctions").start_execution(stateMachineArn=machine)
    wait_until(lambda: is_over(started["executionArn"]), 30)


def main() -> int:
    cloud = LocalCloud(Options(port=0, speed=SPEED))
    cloud.start()
    try:
        outputs = install.install_pilotage(cloud.endpoint, cloud.environment())
        rows, counts = calls(cloud, outputs)
        rows = [*ways(outputs), *prices.rows(counts), *rows, *work(cloud, outputs)]
    finally:
        cloud.stop()
    hand_over(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
