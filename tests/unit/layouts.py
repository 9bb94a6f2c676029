"""One release in each of the states that people read of, with everything that a message can show."""

from dataclasses import replace

from pilotage.alarm import AlarmSeen
from pilotage.artifact import Artifact
from pilotage.fault import Fault
from pilotage.hold import Hold
from pilotage.notice import Seen
from pilotage.outcome import Outcome
from pilotage.release import (
    CheckResult,
    Deployment,
    Plan,
    Release,
    Replaced,
    Revision,
    RollBack,
    Stop,
)
from pilotage.rollout import parse
from pilotage.target import Target

EXECUTION = "arn:aws:states:eu-west-1:111122223333:execution:pilotage-release-1a2b3c4d:7f1e"
TIMES = {
    "publishing": "2026-11-23T14:00:02+00:00",
    "checking": "2026-11-23T14:00:09+00:00",
    "shifting": "2026-11-23T14:00:11+00:00",
}
COMMAND = "aws lambda update-alias --function-name checkout --name live --function-version 41 --routing-config AdditionalVersionWeights={}"

RECEIVED = Release(
    Artifact("bucket", "checkout/prod/checkout.zip", "3HL4kqtJvjVBH40Nr", 1, "t"),
    EXECUTION,
    "2026-11-23T14:00:00+00:00",
    facts={
        "version": "4.12.0",
        "commit": "9f3c2ab",
        "by": "mara",
        "url": "https://github.com/shop/checkout",
        "run": "https://github.com/shop/checkout/actions/runs/812",
    },
)
PLANNED = replace(RECEIVED, plan=Plan(Target("checkout", "prod", "checkout", "live"), "41"))
WAITING = replace(
    PLANNED, step="waiting", hold=Hold("alarm", "alarm is red: checkout-p99", ("checkout-p99",))
)
CHECKING = replace(
    PLANNED,
    step="checking",
    times={name: at for name, at in TIMES.items() if name != "shifting"},
    plan=replace(PLANNED.plan, before_hook="CodeDeployHook_smoke"),
    revision=Revision("42", "sha", "configuration", "41"),
    replaces=Replaced("4.11.3", "51d0e77"),
    deployment=Deployment("d-7QX2B913S", alarms=("checkout-5xx", "checkout-p99")),
)
SHIFTING = replace(
    CHECKING,
    step="shifting",
    times=TIMES,
    plan=replace(PLANNED.plan, rollout=parse("canary 10% 5m")),
    deployment=replace(
        CHECKING.deployment, configuration="CodeDeployDefault.LambdaCanary10Percent5Minutes"
    ),
    checks=(CheckResult("before", True, took_ms=2100),),
)
BEING_STOPPED = replace(
    SHIFTING, stop=Stop("jonas (U02)", "asked for in chat", "2026-11-23T14:02:00Z")
)
LIVE = replace(
    SHIFTING,
    step="finished",
    times={**TIMES, "verifying": "2026-11-23T14:05:12+00:00"},
    checks=(*SHIFTING.checks, CheckResult("after", True, took_ms=3900)),
    outcome=Outcome("live", "42", at="2026-11-23T14:06:40+00:00"),
)
CHECK_FAILED = replace(
    CHECKING,
    step="finished",
    checks=(CheckResult("before", False, "statusCode is 502, expected 200", 1800),),
    outcome=Outcome(
        "stopped",
        "41",
        reason="check before traffic: statusCode is 502, expected 200",
        at="2026-11-23T14:00:14+00:00",
        command=COMMAND,
    ),
)
ROLLED_BACK = replace(
    SHIFTING,
    step="finished",
    alarms=(
        AlarmSeen("checkout-5xx", True, 4.2, 1.0, "GreaterThanThreshold", "%"),
        AlarmSeen("checkout-p99", False, 212.0, 300.0, "GreaterThanThreshold"),
    ),
    outcome=Outcome(
        "stopped",
        "41",
        reason="One or more alarms have been activated: checkout-5xx",
        share=0.1,
        seconds=112,
        at="2026-11-23T14:02:20+00:00",
        command=COMMAND,
        exposed=True,
    ),
)
REJECTED = replace(
    PLANNED,
    step="finished",
    faults=(
        Fault("pilotage.yml:1", 'rollout: "canari 10% 5m" is no rollout.', 'Say "canary 10% 5m".'),
        Fault('entry "../x.py"', "climbs out of the archive.", "Pack from inside the folder."),
    ),
    outcome=Outcome("rejected", "41", at="2026-11-23T14:00:01+00:00"),
)
SUPERSEDED = replace(
    WAITING,
    step="finished",
    outcome=Outcome("superseded", "41", "4.12.1 was uploaded later and goes first."),
)
UNCHANGED = replace(LIVE, outcome=Outcome("unchanged", "41", at="2026-11-23T14:00:12+00:00"))
NEEDS_A_PERSON = replace(
    SHIFTING,
    step="finished",
    outcome=Outcome("needs a person", reason="The alias changed twice.", command=COMMAND),
)
ROLL_BACK = replace(
    SHIFTING,
    artifact=replace(RECEIVED.artifact, key="checkout/prod/roll-back", version_id="roll-back-1"),
    step="finished",
    checks=(),
    facts={"by": "jonas", "notes": "slow since noon"},
    roll_back=RollBack("jonas (U02)", "slow since noon", leaves="42"),
    revision=Revision("41", "sha", "configuration", "42"),
    replaces=Replaced("4.12.0", "9f3c2ab"),
    outcome=Outcome("live", "41", at="2026-11-23T15:10:00+00:00"),
)

GREEN = (AlarmSeen("checkout-5xx", False), AlarmSeen("checkout-p99", False))
# By name: the release, and what notify sees of it at that moment.
LAYOUTS = {
    "received": (RECEIVED, Seen()),
    "waiting": (WAITING, Seen()),
    "checking": (CHECKING, Seen()),
    "shifting": (SHIFTING, Seen(0.1, GREEN)),
    "being-stopped": (BEING_STOPPED, Seen(0.1, GREEN)),
    "live": (LIVE, Seen()),
    "check-failed": (CHECK_FAILED, Seen()),
    "rolled-back": (ROLLED_BACK, Seen()),
    "rejected": (REJECTED, Seen()),
    "superseded": (SUPERSEDED, Seen()),
    "unchanged": (UNCHANGED, Seen()),
    "needs-a-person": (NEEDS_A_PERSON, Seen()),
    "roll-back": (ROLL_BACK, Seen()),
}
