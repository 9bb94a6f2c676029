"""What comes between two steps of a release: someone else's deployment, a freeze, a stop, a roll
back, an alarm; and what comes too late."""

import json
import time

import pytest

from localcloud.faults.plan import Fault
from tests import builders
from tests.builders import GOOD, part_of_pilotage, wait_for
from tests.chaos.stories import green_alarm, operate
from tests.story.team import CANARY, code, in_text, make_team
from tests.story.test_operating import answer, put, two_lives

LINEAR = "CodeDeployDefault.LambdaLinear10PercentEvery10Minutes"
PUBLISHING = Fault("slow", "lambda", "PublishVersion", "PublishRevision", seconds=6)

pytestmark = pytest.mark.long


@pytest.fixture(autouse=True)
def without_faults(cloud):
    cloud.faults.clear()
    yield
    cloud.faults.clear()


@pytest.fixture
def watched(aws, cloud, pilotage):
    """A team whose version 1 is live, and whose group watches an alarm that is green."""
    alarm = green_alarm(aws, builders.unique("alarm"))
    team = make_team(aws, cloud, pilotage, alarms=[alarm])
    assert team.release().kind == "live"
    return team, alarm


@pytest.fixture
def no_schedule(aws, pilotage):
    """Sweep comes only when something calls it."""
    rule = part_of_pilotage(aws, "SweepFunctionRegularly")
    aws.events.disable_rule(Name=rule)
    yield
    aws.events.enable_rule(Name=rule)


def upload_while(team, *faults, **more):
    """Upload, and come back as soon as the release has met a fault."""
    team.cloud.faults.set(faults)
    release = team.upload(code("three"), **more)
    wait_for(lambda: team.cloud.faults.injected)
    return release


def deploy_by_hand(team, current, version):
    return team.aws.codedeploy.create_deployment(
        applicationName=team.application,
        deploymentGroupName="prod",
        revision=builders.revision(builders.appspec(team.function, current, version)),
        deploymentConfigName=LINEAR,
    )["deploymentId"]


def by_hand(team):
    """A version that someone published beside Pilotage."""
    return builders.publish(team.aws, team.function, GOOD + "# by hand\n")


def stop_execution(team, release):
    team.aws.stepfunctions.stop_execution(executionArn=team.record(release)["execution"])


def test_someone_elses_deployment_that_begins_just_before_ours_is_waited_for(team):
    assert team.release().kind == "live"
    two = by_hand(team)
    release = upload_while(team, Fault("slow", "lambda", "GetAlias", "StartDeployment", seconds=6))
    deploy_by_hand(team, "1", two)
    assert team.ending(release, 150).kind == "live"


def test_who_is_stopped_while_someone_elses_canary_runs_is_stopped_and_needs_nobody(team):
    assert team.release().kind == "live"
    two = by_hand(team)
    release = upload_while(team, PUBLISHING)
    deploy_by_hand(team, "1", two)
    wait_for(lambda: team.held_by(release) == "deployment")
    target = f"{team.application}/prod"
    put(team, "Stop Release", target=target, release=release, by="mara", reason="no")
    ending = team.ending(release)
    assert ending.kind == "stopped"
    assert ending.told["outcome"]["command"] == "", "it would end someone else's deployment"


def test_who_went_live_is_live_though_the_next_deployment_began_at_once(team):
    assert team.release().kind == "live"
    slow = Fault("slow", "lambda", "GetAlias", "FinishRelease", seconds=8)
    release = upload_while(team, slow)
    deploy_by_hand(team, "2", by_hand(team))
    ending = team.ending(release)
    assert (ending.kind, ending.users_get) == ("live", "2")


def test_a_roll_back_does_not_end_a_release_that_nothing_holds(team):
    target = two_lives(team)
    release = upload_while(team, Fault("slow", "dynamodb", "GetItem", "PublishRevision", seconds=6))
    asked = operate(team, "Roll Back")
    assert team.ending(release, 150).kind == "live"
    back = team.ending(f"{target}/roll-back-{asked}")
    assert back.kind == "unchanged", "users have left what was live when it was asked for"


def test_who_is_held_with_its_version_is_told_and_woken_by_what_holds_it_now(watched, no_schedule):
    """An alarm ends someone else's deployment, and holds the release up in its place."""
    team, alarm = watched
    two = by_hand(team)
    release = upload_while(team, PUBLISHING)
    deploy_by_hand(team, "1", two)
    wait_for(lambda: team.held_by(release) == "deployment")
    builders.red_alarm(team.aws, alarm)
    wait_for(lambda: team.held_by(release) == "alarm")
    wait_for(lambda: team.said(release, alarm))
    green_alarm(team.aws, alarm)
    assert team.ending(release, 150).kind == "live"


def test_a_freeze_holds_who_waits_though_it_has_its_version(watched):
    team, alarm = watched
    team.cloud.faults.set([PUBLISHING])
    release = team.upload(code("two"))
    wait_for(lambda: team.cloud.faults.injected)
    builders.red_alarm(team.aws, alarm)
    wait_for(lambda: team.held_by(release) == "alarm")
    told = answer(team, operate(team, "Freeze"))
    assert told["done"][1:] == [f"{release} waits before its deployment."]
    assert told["users_get"] == "Users get what they had."
    green_alarm(team.aws, alarm)
    wait_for(lambda: team.held_by(release) == "freeze")
    assert (team.alias(), team.is_over(release)) == (("1", {}), False)
    operate(team, "Thaw")
    assert team.ending(release, 150).kind == "live"


def test_no_one_is_moved_after_the_outcome_was_told(team):
    """A roll back has no hooks that could turn its deployment away."""
    target = two_lives(team)
    slow = Fault("slow", "codedeploy", "CreateDeployment", "StartDeployment", seconds=12)
    team.cloud.faults.set([slow])
    release = f"{target}/roll-back-{operate(team, 'Roll Back')}"
    wait_for(lambda: team.cloud.faults.injected)
    stop_execution(team, release)
    ending = team.ending(release)
    assert (ending.kind, ending.users_get) == ("live", "1")
    assert team.alias() == ("1", {})


def test_no_alarm_of_a_version_is_left_when_it_could_not_be_written_down(team):
    team.tag(max_errors="5")
    assert team.release().kind == "live"
    team.cloud.faults.set([Fault("denied", "dynamodb", "UpdateItem", "StartDeployment", call=2)])
    assert team.release(code("two")).kind == "stopped"
    prefix = f"pilotage-{team.application}"
    left = team.aws.cloudwatch.describe_alarms(AlarmNamePrefix=prefix)["MetricAlarms"]
    assert [alarm["AlarmName"] for alarm in left] == []


def test_a_late_roll_back_to_a_version_does_not_hit_what_came_after(team):
    target = two_lives(team)
    said = {"target": target, "by": "mara", "reason": "slow", "version": "1"}
    told = answer(team, put(team, "Roll Back", "2020-01-01T00:00:00Z", **said))
    assert "since that was asked for" in told["faults"][0]["reason"]
    assert team.alias() == ("2", {})


def test_a_late_urgent_upload_does_not_stop_a_newer_one(team):
    team.tag(urgent="allowed")
    assert team.release().kind == "live"
    team.cloud.faults.set([Fault("delayed", "aws.s3", "Object Created", seconds=10)])
    urgent = team.upload(code("fix"), urgent="prices")
    time.sleep(1.1)  # event times have whole seconds
    newer = team.upload(code("newer, with the fix", CANARY.replace("60m", "90m")))
    assert team.ending(newer, 150).kind == "live"
    assert team.ending(urgent).kind == "superseded"
    assert team.alias() == ("2", {})


def test_a_lost_event_of_the_same_second_does_not_take_users_back(team):
    """Sweep finds the first of two uploads of a key, after the second has gone live."""
    assert team.release(code("zero")).kind == "live"
    team.cloud.faults.set([Fault("dropped", "aws.s3", "Object Created")])
    wait_for(lambda: time.time() % 1 < 0.2, every=0.01)
    first = team.upload(code("one"))
    second = team.upload(code("two"))
    assert team.ending(second).kind == "live"
    assert team.ending(first, 150).kind == "superseded"
    assert team.alias() == ("2", {})


def test_the_same_code_under_another_number_is_told_as_what_users_get(team):
    assert team.release().kind == "live"
    manifest = "rollout: all at once\nchecks:\n  before:\n    - expect: {statusCode: 201}\n"
    assert team.release(code("two", manifest)).kind == "stopped"
    release = team.upload()
    assert team.ending(release).kind == "unchanged"
    asked = put(team, "Freeze", target=f"{team.application}/prod", by="mara", reason="look")
    answer(team, asked)
    put(team, "Thaw", target=f"{team.application}/prod", by="mara", reason="looked")
    assert "Users get version 3 now" not in in_text(team.message_of(release))
    assert team.alias() == ("1", {})


def test_after_a_roll_back_the_message_of_what_is_live_again_says_so(team):
    first = team.upload()
    assert team.ending(first).kind == "live"
    second = team.upload(code("two"))
    assert team.ending(second).kind == "live"
    wait_for(lambda: "Users get version 2 now" in team.message_of(first)["text"])
    asked = operate(team, "Roll Back")
    assert team.ending(f"{team.application}/prod/roll-back-{asked}").kind == "live"
    wait_for(lambda: "Users get version 1 now" in team.message_of(second)["text"])
    wait_for(lambda: "Users get version 2 now" not in team.message_of(first)["text"])


def test_a_roll_back_that_waits_is_not_told_to_be_frozen(team):
    target = two_lives(team)
    team.upload(code("three", CANARY))
    wait_for(lambda: team.alias()[1])
    told = answer(team, operate(team, "Freeze"))
    assert told["users_get"] == "What is on its way moves users on until it ends."
    back = f"{target}/roll-back-{operate(team, 'Roll Back')}"
    wait_for(lambda: team.held_by(back) == "turn" and team.record(back)["hold"]["words"])
    assert "frozen" not in team.record(back)["hold"]["words"]
    operate(team, "Thaw")


def test_nobody_freezes_by_the_default_bus(team):
    """Whoever may put events on the account's default bus is not yet an operator."""
    detail = {"target": "everything", "by": "mallory", "reason": "x"}
    entry = {"Source": "pilotage.operator", "DetailType": "Freeze", "Detail": json.dumps(detail)}
    team.aws.events.put_events(Entries=[entry])
    assert team.release().kind == "live"


@pytest.mark.parametrize("more", [0, 2])
def test_an_execution_that_was_stopped_by_hand_is_swept_at_once(watched, no_schedule, more):
    """By the rule of executions that end alone; and `more` sweeps at the same time do no harm."""
    team, alarm = watched
    builders.red_alarm(team.aws, alarm)
    release = team.upload(code("two"))
    wait_for(lambda: team.held_by(release) == "alarm")
    stop_execution(team, release)
    for _ in range(more):
        team.aws.lambda_.invoke(
            FunctionName=part_of_pilotage(team.aws, "SweepFunction"),
            InvocationType="Event",
            Payload=b"{}",
        )
    assert team.ending(release).kind == "stopped"
    green_alarm(team.aws, alarm)
    assert team.release(code("three")).kind == "live"
