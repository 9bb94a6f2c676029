"""What a release waits for, and what takes its turn before it."""

import pytest

from localcloud.faults.plan import Fault
from settle_deployment.step import MOST_ASIDE
from tests import builders
from tests.builders import GOOD, wait_for
from tests.chaos.stories import operate
from tests.story.team import CANARY, code, make_team


@pytest.fixture
def alarmed(aws, cloud, pilotage):
    """A team whose group watches a red alarm; its version 1 is live."""
    alarm = builders.unique("alarm")
    team = make_team(aws, cloud, pilotage, alarms=[alarm])
    assert team.release().kind == "live"
    assert builders.red_alarm(aws, alarm) == alarm
    return team, alarm


def test_a_release_waits_for_a_red_alarm_and_goes_on_when_it_is_ok(alarmed):
    team, alarm = alarmed
    release = team.upload(code("two"))
    wait_for(lambda: team.held_by(release) == "alarm")
    wait_for(lambda: team.said(release, f"This one waits: alarm is red: {alarm}."))
    assert team.versions() == ["1"]
    builders.alarm(team.aws, alarm, missing="notBreaching")
    assert team.ending(release).kind == "live"
    assert team.alias() == ("2", {})


def rings_before_anyone_gets_it(team, alarm, release):
    """An alarm turns red after Pilotage has looked, and before CodeDeploy does."""
    wait_for(lambda: team.cloud.faults.injected)
    builders.red_alarm(team.aws, alarm)
    wait_for(lambda: team.held_by(release) == "alarm")


def green(team, alarm):
    builders.alarm(team.aws, alarm, missing="notBreaching")
    described = team.aws.cloudwatch.describe_alarms
    wait_for(lambda: described(AlarmNames=[alarm])["MetricAlarms"][0]["StateValue"] == "OK")


@pytest.fixture
def slowly_created(cloud):
    cloud.faults.set(
        [Fault("slow", "codedeploy", "CreateDeployment", "StartDeployment", seconds=3)]
    )
    yield
    cloud.faults.clear()


@pytest.mark.long
def test_an_alarm_that_ends_a_deployment_before_anyone_got_it_is_waited_for(
    alarmed, slowly_created
):
    team, alarm = alarmed
    green(team, alarm)
    release = team.upload(code("two", "checks: {before: [{expect: {statusCode: 200}}]}\n"))
    rings_before_anyone_gets_it(team, alarm, release)
    wait_for(lambda: team.said(release, f"is published and waits: alarm is red: {alarm}."))
    assert team.alias() == ("1", {})
    green(team, alarm)
    ending = team.ending(release)
    assert ending.kind == "live"
    assert team.alias() == ("2", {})
    assert team.versions() == ["1", "2"]
    assert [m["method"] for m in ending.messages].count("chat.postMessage") == 1


@pytest.mark.long
def test_who_waits_so_can_be_stopped(alarmed, slowly_created):
    team, alarm = alarmed
    green(team, alarm)
    release = team.upload(code("two"))
    rings_before_anyone_gets_it(team, alarm, release)
    operate(team, "Stop Release")
    ending = team.ending(release)
    assert ending.kind == "stopped"
    assert "No user saw" in ending.text
    assert team.alias() == ("1", {})


@pytest.mark.long
def test_an_alarm_that_rings_each_time_ends_the_release(alarmed, slowly_created):
    """It may be the checks before that make it ring, so it is not waited for without end."""
    team, alarm = alarmed
    green(team, alarm)
    release = team.upload(code("two"))
    for _ in range(MOST_ASIDE):
        rings_before_anyone_gets_it(team, alarm, release)
        team.cloud.faults.clear()
        team.cloud.faults.set(
            [Fault("slow", "codedeploy", "CreateDeployment", "StartDeployment", seconds=3)]
        )
        green(team, alarm)
    wait_for(lambda: team.cloud.faults.injected)
    builders.red_alarm(team.aws, alarm)
    ending = team.ending(release)
    assert ending.kind == "stopped"
    assert "One or more alarms have been activated" in ending.text


def test_an_urgent_upload_overrides_an_alarm_that_is_already_red(alarmed):
    team, _ = alarmed
    team.tag(urgent="allowed")
    ending = team.release(code("fix"), urgent="prices are wrong")
    assert ending.kind == "live"
    assert "urgent: prices are wrong" in ending.text


def test_urgent_without_a_grant_or_a_reason_is_rejected(settled_team):
    ending = settled_team.release(code("fix"), urgent=" ")
    assert ending.kind == "rejected"
    assert 'metadata: "urgent" gives no reason.' in " ".join(ending.faults)
    assert "tag the group pilotage:urgent = allowed" in " ".join(ending.faults)


@pytest.mark.long
def test_an_urgent_upload_stops_the_running_release_and_brings_its_users_back(team):
    team.tag(urgent="allowed")
    assert team.release().kind == "live"
    first = team.upload(code("two", CANARY))
    wait_for(lambda: team.alias()[1])
    urgent = team.upload(code("fix"), urgent="prices are wrong")
    ending = team.ending(first)
    assert ending.kind == "stopped"
    assert "goes first: prices are wrong" in ending.text
    assert team.ending(urgent).kind == "live"
    assert team.alias() == ("3", {})


@pytest.mark.long
def test_a_release_waits_for_the_end_of_someone_elses_deployment(team):
    assert team.release().kind == "live"
    two = builders.publish(team.aws, team.function, GOOD + "# by hand\n")
    team.aws.codedeploy.create_deployment(
        applicationName=team.application,
        deploymentGroupName="prod",
        revision=builders.revision(builders.appspec(team.function, "1", two)),
        deploymentConfigName="CodeDeployDefault.LambdaCanary10Percent15Minutes",
    )
    release = team.upload(code("three"))
    wait_for(lambda: team.held_by(release) == "deployment")
    assert team.ending(release).kind == "live"
    assert team.alias() == ("3", {})
    wait_for(lambda: team.said(release, "which is no release's, runs on the group"))


@pytest.mark.long
def test_in_order_every_upload_has_its_turn(team):
    team.tag(queue="in-order")
    assert team.release().kind == "live"
    releases = [team.upload(code("a", CANARY.replace("60m", "15m")))]
    wait_for(lambda: team.alias()[1])
    releases += [team.upload(code(word)) for word in ("b", "c")]
    assert [team.ending(release).kind for release in releases] == ["live"] * 3
    assert team.alias()[0] == "4"


@pytest.mark.long
def test_two_targets_of_one_function_publish_one_at_a_time(team):
    team.aws.codedeploy.create_deployment_group(
        applicationName=team.application,
        deploymentGroupName="beta",
        serviceRoleArn=builders.role(team.aws),
        deploymentConfigName="CodeDeployDefault.LambdaAllAtOnce",
        tags=[{"Key": "pilotage:function", "Value": f"{team.function}:beta"}],
    )
    prod = team.upload(code("prod"))
    beta = team.upload(code("beta"), key=f"{team.application}/beta/app.zip")
    assert [team.ending(release).kind for release in (prod, beta)] == ["live", "live"]
    aliases = team.aws.lambda_.list_aliases(FunctionName=team.function)["Aliases"]
    published = {a["Name"]: a["FunctionVersion"] for a in aliases}
    assert published["live"] != published["beta"]


@pytest.mark.long
def test_what_comes_up_after_the_turn_was_taken_is_waited_for_before_deploying(team):
    """Someone starts a deployment while the release publishes its version."""
    assert team.release().kind == "live"
    two = builders.publish(team.aws, team.function, GOOD + "# by hand\n")
    slow = Fault("slow", "lambda", "PublishVersion", "PublishRevision", seconds=3)
    team.cloud.faults.set([slow])
    try:
        release = team.upload(code("three"))
        wait_for(lambda: team.cloud.faults.injected)
        team.aws.codedeploy.create_deployment(
            applicationName=team.application,
            deploymentGroupName="prod",
            revision=builders.revision(builders.appspec(team.function, "1", two)),
            deploymentConfigName="CodeDeployDefault.LambdaCanary10Percent30Minutes",
        )
        wait_for(lambda: team.held_by(release) == "deployment")
    finally:
        team.cloud.faults.clear()
    assert team.record(release)["step"] == "publishing"
    assert team.ending(release).kind == "live"
    assert team.alias() == ("3", {})


@pytest.mark.long
def test_a_function_that_is_being_published_is_waited_for_and_taken_over_from_the_dead(team):
    where = {"pk": {"S": f"function#{team.function}"}, "sk": {"S": "publishing"}}
    table = team.outputs["Table"]
    someone = {**where, "holder": {"S": "another/target/of-this-function"}}
    team.aws.dynamodb.put_item(TableName=table, Item=someone)
    release = team.upload()
    wait_for(lambda: team.record(release).get("step") == "publishing")
    assert team.versions() == []
    team.aws.dynamodb.delete_item(TableName=table, Key=where)
    assert team.ending(release).kind == "live"
    dead = {**where, "holder": {"S": release}}  # it is over, and has not let go
    team.aws.dynamodb.put_item(TableName=table, Item=dead)
    assert team.release(code("two")).kind == "live"


@pytest.mark.long
def test_a_roll_back_does_not_wait_behind_a_release_that_a_red_alarm_holds(aws, cloud, pilotage):
    """The alarm is red because of what is live: only the roll back ends that."""
    alarm = builders.unique("alarm")
    team = make_team(aws, cloud, pilotage, alarms=[alarm])
    builders.alarm(aws, alarm, missing="notBreaching")
    assert team.release().kind == "live"
    assert team.release(code("two")).kind == "live"
    slow = Fault("slow", "lambda", "PublishVersion", "PublishRevision", seconds=3)
    cloud.faults.set([slow])
    try:
        held = team.upload(code("three"))
        wait_for(lambda: cloud.faults.injected)
        asked = operate(team, "Roll Back")
        builders.red_alarm(aws, alarm)
        assert team.ending(f"{team.application}/prod/roll-back-{asked}").kind == "live"
    finally:
        cloud.faults.clear()
    ending = team.ending(held)
    assert ending.kind == "stopped"
    assert "roll back goes first" in ending.text
    assert team.alias() == ("1", {})


@pytest.mark.long
def test_after_a_thaw_an_urgent_upload_stops_what_runs(team):
    team.tag(urgent="allowed")
    assert team.release().kind == "live"
    running = team.upload(code("two", CANARY))
    wait_for(lambda: team.alias()[1])
    operate(team, "Freeze")
    wait_for(lambda: any(f"Freeze: {team.application}/prod" in m["text"] for m in team.messages()))
    urgent = team.upload(code("fix"), urgent="prices are wrong")
    wait_for(lambda: team.said(urgent, "is on its way; after that"))
    wait_for(lambda: team.said(urgent, "is frozen by mara"))
    assert team.alias()[1], "who runs is not stopped while the target is frozen"
    operate(team, "Thaw")
    assert team.ending(running).kind == "stopped"
    assert team.ending(urgent).kind == "live"


@pytest.mark.long
def test_who_waits_for_the_function_is_told_so(team):
    where = {"pk": {"S": f"function#{team.function}"}, "sk": {"S": "publishing"}}
    someone = {**where, "holder": {"S": "another/target/of-this-function"}}
    team.aws.dynamodb.put_item(TableName=team.outputs["Table"], Item=someone)
    release = team.upload()
    wait_for(lambda: team.said(release, f"is publishing {team.function} for another target"))
    # Who lets go just when it is asked whose the function is, is still the one who had it.
    slow = Fault("slow", "dynamodb", "GetItem", "PublishRevision", times=0, seconds=1)
    team.cloud.faults.set([slow])
    try:
        before = len(asked_whose(team))
        wait_for(lambda: len(asked_whose(team)) > before)
        team.aws.dynamodb.delete_item(TableName=team.outputs["Table"], Key=where)
        wait_for(lambda: not team.held_by(release))
    finally:
        team.cloud.faults.set([])
    ending = team.ending(release)
    assert ending.kind == "live"
    edits = [m["text"] for m in ending.messages if "for another target" in m["text"]]
    assert len(edits) == 1, "however often it looks"


def asked_whose(team):
    entries = team.cloud.front.journal.entries
    return [
        e for e in entries if e.caller.startswith("PublishRevision") and e.operation == "PutItem"
    ]
