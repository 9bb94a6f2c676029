"""What is released while something goes wrong."""

from collections.abc import Callable
from dataclasses import dataclass

from tests import builders
from tests.builders import BAD, GOOD, wait_for
from tests.story.conftest import Team, make_team

CANARY = "rollout: canary 10% 5m\n"
CHECKED = (
    CANARY + "checks:\n  before:\n    - invoke: {path: /a}\n      expect: {statusCode: 200}\n"
    "  after:\n    - expect: {statusCode: 200}\n"
)


@dataclass(frozen=True)
class Story:
    """`run` uploads, and gives the release's id; the outcome `expected` without faults."""

    name: str
    expected: str
    run: Callable[[Team], str]
    alarm: bool = False


def good(team):
    return team.upload({"index.py": GOOD + "# good\n", "pilotage.yml": CHECKED}, by="mara")


def failing_check(team):
    return team.upload({"index.py": BAD, "pilotage.yml": CHECKED})


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
    return release


STORIES = (
    Story("good", "live", good),
    Story("failing-check", "stopped", failing_check),
    Story("alarm-rollback", "stopped", alarm_rollback, alarm=True),
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
