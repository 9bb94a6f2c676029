"""One release in each of the states that people read of, with everything that a message can show."""

from pilotage.alarm import AlarmSeen
from pilotage.artifact import Artifact
from pilotage.fault import Fault
from pilotage.hold import Hold
from pilotage.instruction import Answer, Instruction
from pilotage.notice import Seen, of, of_answer
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
PLANNED = RECEIVED._replace(plan=Plan(Target("checkout", "prod", "checkout", "live"), "41"))
WAITING = PLANNED._replace(
    step="waiting", hold=Hold("alarm", "alarm is red: checkout-p99", ("checkout-p99",))
)
CHECKING = PLANNED._replace(
    step="checking",
    times={name: at for name, at in TIMES.items() if name != "shifting"},
    plan=PLANNED.plan._replace(before_hook="CodeDeployHook_smoke"),
    revision=Revision("42", "sha", "configuration", "41"),
    replaces=Replaced("4.11.3", "51d0e77"),
    deployment=Deployment("d-7QX2B913S", alarms=("checkout-5xx", "checkout-p99")),
)
SHIFTING = CHECKING._replace(
    step="shifting",
    times=TIMES,
    plan=PLANNED.plan._replace(rollout=parse("canary 10% 5m")),
    deployment=CHECKING.deployment._replace(
        configuration="CodeDeployDefault.LambdaCanary10Percent5Minutes"
    ),
    checks=(CheckResult("before", True, took_ms=2100),),
)
BEING_STOPPED = SHIFTING._replace(
    stop=Stop("jonas (U02)", "asked for in chat", "2026-11-23T14:02:00Z")
)
LIVE = SHIFTING._replace(
    step="finished",
    times={**TIMES, "verifying": "2026-11-23T14:05:12+00:00"},
    checks=(*SHIFTING.checks, CheckResult("after", True, took_ms=3900)),
    outcome=Outcome("live", "42", at="2026-11-23T14:06:40+00:00"),
)
CHECK_FAILED = CHECKING._replace(
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
ROLLED_BACK = SHIFTING._replace(
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
REJECTED = PLANNED._replace(
    step="finished",
    faults=(
        Fault("pilotage.yml:1", 'rollout: "canari 10% 5m" is no rollout.', 'Say "canary 10% 5m".'),
        Fault('entry "../x.py"', "climbs out of the archive.", "Pack from inside the folder."),
    ),
    outcome=Outcome("rejected", "41", at="2026-11-23T14:00:01+00:00"),
)
SUPERSEDED = WAITING._replace(
    step="finished",
    outcome=Outcome(
        "superseded", "41", "4.12.1 by jonas (8kQ2mB1z) was uploaded later and goes first."
    ),
)
PUBLISHING = PLANNED._replace(step="publishing", times={"publishing": TIMES["publishing"]})
UNCHANGED = PUBLISHING._replace(
    step="finished",
    revision=Revision("41", "sha", "configuration", "41", "unchanged"),
    outcome=Outcome("unchanged", "41", at="2026-11-23T14:00:12+00:00"),
)
FIRST = PUBLISHING._replace(
    step="finished",
    plan=PLANNED.plan._replace(live=""),
    revision=Revision("1", "sha", "configuration", "", "first"),
    checks=(CheckResult("before", True, "none were asked; the version is Active"),),
    outcome=Outcome("live", "1", at="2026-11-23T14:00:12+00:00"),
)
VERIFYING = SHIFTING._replace(
    step="verifying",
    times={**TIMES, "verifying": "2026-11-23T14:05:12+00:00"},
    plan=SHIFTING.plan._replace(after_hook="CodeDeployHook_smoke"),
)
LINEAR = SHIFTING._replace(
    plan=PLANNED.plan._replace(rollout=parse("linear 10% 1m")),
    deployment=CHECKING.deployment._replace(
        configuration="CodeDeployDefault.LambdaLinear10PercentEvery1Minute"
    ),
)
IN_LINE = PLANNED._replace(step="waiting", hold=Hold("turn", "4.11.9 is on its way"))
LIVE_ALL_THE_SAME = LIVE._replace(
    stop=Stop("jonas (U02)", "asked for in chat", "2026-11-23T14:05:11Z")
)
FROZEN = Answer(
    Instruction("1", "Freeze", "2026-11-23T14:00:00Z", "checkout/prod", "mara", "moving the db"),
    users_get="Users get what they had.",
    done=("What is uploaded now waits until someone thaws it.",),
)
NO_SUCH_TARGET = Answer(
    Instruction("2", "Stop Release", "2026-11-23T14:00:00Z", "chekout/prod", "mara", "slow"),
    faults=(Fault("target chekout/prod", "No application found for name: chekout"),),
)
NEEDS_A_PERSON = SHIFTING._replace(
    step="finished",
    outcome=Outcome("needs a person", reason="The alias changed twice.", command=COMMAND),
)
ROLL_BACK = SHIFTING._replace(
    artifact=RECEIVED.artifact._replace(key="checkout/prod/roll-back", version_id="roll-back-1"),
    claimed_at="2026-11-23T15:09:40+00:00",
    step="finished",
    times={"publishing": "2026-11-23T15:09:42+00:00", "checking": "2026-11-23T15:09:43+00:00"},
    checks=(),
    facts={"by": "jonas", "notes": "slow since noon", "version": "4.11.3"},
    plan=PLANNED.plan._replace(rollout=parse("all at once")),
    deployment=Deployment("d-9KD20CB7A", "CodeDeployDefault.LambdaAllAtOnce"),
    roll_back=RollBack("jonas (U02)", "slow since noon", leaves="42"),
    revision=Revision("41", "sha", "configuration", "42"),
    replaces=Replaced("4.12.0", "9f3c2ab"),
    outcome=Outcome("live", "41", at="2026-11-23T15:10:00+00:00"),
)

GREEN = (AlarmSeen("checkout-5xx", False), AlarmSeen("checkout-p99", False))
# The notices by name, as they are told a moment after the last thing happened.
LAYOUTS = {
    "received": of(PLANNED),
    "waiting": of(WAITING),
    "waiting-in-line": of(IN_LINE),
    "publishing": of(PUBLISHING),
    "checking": of(CHECKING),
    "shifting": of(SHIFTING, Seen(0.1, GREEN)),
    "shifting-by-steps": of(LINEAR, Seen(0.3, GREEN)),
    "being-stopped": of(BEING_STOPPED, Seen(0.1, GREEN)),
    "verifying": of(VERIFYING),
    "live": of(LIVE),
    "live-first": of(FIRST),
    "live-all-the-same": of(LIVE_ALL_THE_SAME),
    "live-no-more": of(LIVE, Seen(after="4.13.0 (version 43)")),
    "check-failed": of(CHECK_FAILED),
    "rolled-back": of(ROLLED_BACK),
    "rejected": of(REJECTED),
    "superseded": of(SUPERSEDED),
    "unchanged": of(UNCHANGED),
    "needs-a-person": of(NEEDS_A_PERSON),
    "roll-back": of(ROLL_BACK),
    "frozen": of_answer(FROZEN),
    "no-such-target": of_answer(NO_SUCH_TARGET),
}
