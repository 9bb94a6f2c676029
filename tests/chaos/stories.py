"""What is released while something goes wrong."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests import builders
from tests.builders import BAD, GOOD, wait_for
from tests.story.team import Team, make_team

CANARY = "rollout: canary 10% 5m\n"
CHECKED = (
    CANARY + "checks:\n  before:\n    - invoke: {path: /a}\n      expect: {statusCode: 200}\n"
    "  after:\n    - expect: {statusCode: 200}\n"
)


@dataclass(frozen=True)
class Story:
    """`run` uploads and operates, and gives the releases' ids, first first; without faults they
    end as `expected`."""

    name: str
    expected: tuple[str, ...]
    run: Callable[[Team], list[str]]
    alarm: bool = False


def good(team):
    return [team.upload({"index.py": GOOD + "# good\n", "pilotage.yml": CHECKED}, by="mara")]


def failing_check(team):
    return [team.upload({"index.py": BAD, "pilotage.yml": CHECKED})]


def alarm_rollback(team):
    """The group's alarm turns red as soon as users have the new version; or when they never get
    it, after a while."""
    team.tag(max_errors="5")
    release = team.upload(
        {"index.py": GOOD + "# slow\n", "pilotage.yml": CANARY.replace("5m", "60m")}
    )
    alarm = f"{team.application}-alarm"

    def shifting_or_over():
        alias = team.alias()
        return alias[1] or team.is_over(release)

    wait_for(shifting_or_over, seconds=60)
    builders.red_alarm(team.aws, alarm)
    return [release]


def crowd(team):
    """Three uploads; the second waits when the third comes."""
    slow = {"index.py": GOOD + "# first\n", "pilotage.yml": CANARY.replace("5m", "15m")}
    first = team.upload(slow)
    wait_for(lambda: team.alias()[1] or team.is_over(first), seconds=60)
    second = team.upload({"index.py": GOOD + "# second\n"})
    time.sleep(1.1)  # event times have whole seconds
    return [first, second, team.upload({"index.py": GOOD + "# third\n"})]


def roll_back(team):
    """A release goes live, and an operator goes back."""
    release = team.upload({"index.py": GOOD + "# good\n"})
    wait_for(lambda: team.is_over(release), seconds=60)
    asked = operate(team, "Roll Back")
    return [release, f"{team.application}/prod/roll-back-{asked}"]


def stop(team):
    """An operator stops a release that shifts."""
    manifest = CANARY.replace("5m", "60m")
    release = team.upload({"index.py": GOOD + "# good\n", "pilotage.yml": manifest})
    wait_for(lambda: team.alias()[1] or team.is_over(release), seconds=60)
    operate(team, "Stop Release")
    return [release]


def aborted(team):
    """Someone stops the execution by hand while users move; its deployment goes on."""
    manifest = CANARY.replace("5m", "30m")
    release = team.upload({"index.py": GOOD + "# good\n", "pilotage.yml": manifest})
    wait_for(lambda: team.alias()[1] or team.is_over(release), seconds=60)
    machine = team.outputs["StateMachine"]
    running = team.aws.stepfunctions.list_executions(
        stateMachineArn=machine, statusFilter="RUNNING"
    )
    for execution in running["executions"]:
        arn = execution["executionArn"]
        about = team.aws.stepfunctions.describe_execution(executionArn=arn)["input"]
        if release.rsplit("/", 1)[1] in about:
            team.aws.stepfunctions.stop_execution(executionArn=arn)
    return [release]


def operate(team, kind):
    detail = {"target": f"{team.application}/prod", "by": "mara", "reason": "chaos"}
    entry = {
        "EventBusName": team.outputs["OperatorBus"],
        "Source": "pilotage.operator",
        "DetailType": kind,
        "Detail": json.dumps(detail),
    }
    return team.aws.events.put_events(Entries=[entry])["Entries"][0]["EventId"]


STORIES = (
    Story("good", ("live",), good),
    Story("failing-check", ("stopped",), failing_check),
    Story("alarm-rollback", ("stopped",), alarm_rollback, alarm=True),
    Story("crowd", ("live", "superseded", "live"), crowd),
    Story("roll-back", ("live", "live"), roll_back),
    Story("stop", ("stopped",), stop),
    Story("aborted", ("live",), aborted),
)


def make_ready(aws, cloud, outputs, story):
    """A team whose version 1 users get, made without a release: nothing has gone wrong yet."""
    application = builders.unique("chaos")
    alarms = [green_alarm(aws, f"{application}-alarm")] if story.alarm else []
    team = make_team(aws, cloud, outputs, alarms=alarms, application=application)
    version = builders.publish(aws, team.function, GOOD)
    aws.lambda_.create_alias(FunctionName=team.function, Name="live", FunctionVersion=version)
    return team


def green_alarm(aws, name):
    builders.alarm(aws, name, missing="notBreaching")
    return name
