"""One run: a story under a plan of faults, then a good upload, then what must hold."""

import time
from dataclasses import dataclass

from localcloud.faults.plan import CALL_KINDS, EVENT_KINDS, Call, Fault
from tests.builders import GOOD, wait_for
from tests.chaos.invariants import is_quiet, violations
from tests.chaos.stories import Story, green_alarm, make_ready

PATIENCE_SECONDS = 90
# More than botocore's own four tries, so that the state machine's retries are needed.
MANY = 5
LASTING = ("throttled", "unavailable")
SLOW_SECONDS = 1.5
# The same call of the same function, again and again, fails no differently.
ALIKE = 6

# What an operator asks for and never comes is known to nobody but the operator, whom chat does not
# answer. EventBridge keeps what PutEvents took until its rule has had it, or sends it to the queue.
UNKNOWABLE = ("dropped", "pilotage.operator")

# The parties of a release. Others (the owner, CodeDeploy, the functions of users) are not Pilotage.
PARTIES = ("UploadRule", "ReleaseMachine")


@dataclass(frozen=True)
class Run:
    story: Story
    plan: tuple[Fault, ...]

    def __str__(self):
        return f"{self.story.name}: {', '.join(map(in_words, self.plan))}"


@dataclass(frozen=True)
class Result:
    run: Run
    injected: int
    violations: tuple[str, ...]
    seconds: float
    outcomes: tuple[str, ...] = ()


def in_words(fault):
    who = f"{fault.caller} " if fault.caller else ""
    times = f" × {fault.times}" if fault.times > 1 else ""
    return f"{fault.kind}{times} {who}{fault.service}:{fault.operation} #{fault.call}"


def observed(aws, cloud, outputs, story):
    """The calls and events of the story when nothing goes wrong, in order."""
    team = make_ready(aws, cloud, outputs, story)
    time.sleep(1)  # what making the team set off
    cloud.front.journal.clear()
    events = len(cloud.bus.sent)
    releases = story.run(team)
    wait_for(lambda: is_quiet(team, releases), PATIENCE_SECONDS)
    calls = [Call(e.caller, e.service, e.operation, e.process) for e in cloud.front.journal.entries]
    sent = [Call("", e["source"], e["detail-type"]) for e in cloud.bus.sent[events:]]
    settle_alarm(team, story)
    ends = tuple(team.outcome_now(release)["outcome"]["kind"] for release in releases)
    assert ends == story.expected, (story.name, ends)
    return [c for c in calls if is_pilotages(c)], sent


def is_pilotages(call):
    return call.caller.startswith(PARTIES) or (
        call.caller.endswith("FunctionRole") and not call.caller.startswith("Sweep")
    )


def matrix(story, calls, events):
    """Every call and event of a story with every fault that can happen to it."""
    runs, counted = [], {}
    for call in calls:
        name = (call.caller, call.service, call.operation)
        counted[name] = counted.get(name, 0) + 1
        if counted[name] > ALIKE:
            continue
        for kind in CALL_KINDS:
            if kind.startswith("killed") and not call.process:
                continue
            times = MANY if kind in LASTING else 1
            seconds = SLOW_SECONDS if kind == "slow" else 0.0
            runs.append(
                Run(story, (Fault(kind, name[1], name[2], name[0], counted[name], times, seconds),))
            )
    for source, kind_of_event in dict.fromkeys((e.service, e.operation) for e in events):
        count = sum(1 for e in events if (e.service, e.operation) == (source, kind_of_event))
        for number in range(1, count + 1):
            for kind in EVENT_KINDS:
                if (kind, source) == UNKNOWABLE:
                    continue
                seconds = SLOW_SECONDS if kind == "delayed" else 0.0
                runs.append(
                    Run(story, (Fault(kind, source, kind_of_event, "", number, 1, seconds),))
                )
    return runs


def play(aws, cloud, outputs, run):
    """Play a run; gives what it came to. What the cloud says afterwards is asked without faults."""
    team = make_ready(aws, cloud, outputs, run.story)
    started = time.monotonic()
    cloud.faults.set(run.plan)
    found, releases, injected = [], [], 0
    try:
        releases += run.story.run(team)
        found += came_to_rest(team, releases, "the story")
        injected = len(cloud.faults.injected)
        cloud.faults.clear()
        settle_alarm(team, run.story)
        releases.append(team.upload({"index.py": GOOD + "# after\n"}))
        found += came_to_rest(team, releases, "the good upload afterwards")
        if not found and team.outcome_now(releases[-1])["outcome"]["kind"] != "live":
            found.append(
                f"the good upload afterwards is {team.outcome_now(releases[-1])['outcome']}"
            )
        found += violations(team, releases, answers_may_be_lost=may_lose_answers(run))
    except Exception as error:  # a run that breaks is a finding, not the end of the suite
        found.append(f"broke: {error!r}")
    finally:
        cloud.faults.clear()
    ends = [team.outcome_now(release) for release in releases]
    kinds = tuple(end["outcome"]["kind"] if end else "none" for end in ends)
    return Result(run, injected, tuple(found), time.monotonic() - started, kinds)


def came_to_rest(team, releases, what):
    try:
        wait_for(lambda: is_quiet(team, releases), PATIENCE_SECONDS, every=0.1)
    except AssertionError:
        return [f"{what} did not come to rest within {PATIENCE_SECONDS} s"]
    return []


def settle_alarm(team, story):
    """The alarm is OK again, as it is some time after users have come back."""
    if not story.alarm:
        return
    name = green_alarm(team.aws, f"{team.application}-alarm")

    def is_green():
        (alarm,) = team.aws.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return alarm["StateValue"] == "OK"

    wait_for(is_green)


def may_lose_answers(run):
    """Slack has no idempotency key: a notifier that dies, or cannot write down what it posted,
    posts again."""
    return any(fault.caller.startswith("Notify") for fault in run.plan)
