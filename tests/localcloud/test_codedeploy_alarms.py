"""Alarms of a deployment: polled by name, by their state and not by its changes.

https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-create-alarms.html
"""

import pytest

from localcloud.codedeploy import choices
from tests import builders
from tests.builders import unique
from tests.localcloud.codedeploy_shop import Alarm, watching


@pytest.fixture(scope="module")
def red(aws):
    return Alarm(aws, red=True)


def ends(group, **params):
    info = group.run(**params)
    return info["status"], info.get("errorInformation", {}).get("code")


STOPPED, SUCCEEDED = ("Stopped", "ALARM_ACTIVE"), ("Succeeded", None)


def test_an_alarm_that_was_red_before_stops_it_before_traffic_moves(shop, red):
    group = shop.group(rollback=[], alarmConfiguration=watching(red))
    deployment = group.deploy()
    assert group.end(deployment)["status"] == "Stopped"
    assert group.events(deployment) == ["Failed", "Skipped", "Skipped"]
    assert group.alias() == ("1", None)


def test_an_alarm_that_turns_red_stops_it(shop, aws, hook, cloud):
    alarm = Alarm(aws)
    group = shop.group(alarmConfiguration=watching(alarm))
    deployment = group.deploy(hooks={"BeforeAllowTraffic": hook.name})
    hook.execution(cloud, deployment)
    alarm.turn_red()
    info = group.end(deployment)
    assert (info["status"], info["errorInformation"]["code"]) == STOPPED


def test_alarms_are_looked_at_within_the_half_minute_that_was_seen_on_aws():
    assert choices.ALARM_POLL_SECONDS <= 16


def test_an_alarm_without_data_is_not_red(shop, aws):
    alarm = Alarm(aws)
    aws.cloudwatch.set_alarm_state(
        AlarmName=alarm.name, StateValue="INSUFFICIENT_DATA", StateReason="none"
    )
    assert ends(shop.group(alarmConfiguration=watching(alarm))) == SUCCEEDED


def test_any_of_several_alarms_stops_it_and_all_red_ones_are_named(shop, aws, red):
    green, second = Alarm(aws), Alarm(aws, red=True)
    group = shop.group(rollback=[], alarmConfiguration=watching(red, green, second))
    message = group.run()["errorInformation"]["message"]
    assert message.endswith(f"Activated alarms: <{red.name}> <{second.name}>")


@pytest.mark.parametrize(("ignored", "end"), [(False, STOPPED), (True, SUCCEEDED)])
def test_an_alarm_that_does_not_exist_cannot_be_read(shop, ignored, end):
    alarms = watching("nobody", ignorePollAlarmFailure=ignored)
    assert ends(shop.group(rollback=[], alarmConfiguration=alarms)) == end


@pytest.mark.parametrize(
    ("event", "follows"), [("DEPLOYMENT_STOP_ON_ALARM", True), ("DEPLOYMENT_FAILURE", False)]
)
def test_what_cannot_be_read_is_rolled_back_as_an_alarm_is(shop, event, follows):
    group = shop.group(rollback=[event], alarmConfiguration=watching("nobody"))
    deployment = group.deploy()
    assert ("rollbackInfo" in group.end(deployment)) is follows
    if follows:
        assert group.rollback(deployment)["status"] == "Succeeded"


@pytest.mark.parametrize(("ignored", "end"), [(False, STOPPED), (True, SUCCEEDED)])
def test_a_role_that_may_not_look_cannot_read(shop, aws, ignored, end):
    shy = builders.role(aws, allow={"Effect": "Allow", "Action": "lambda:*", "Resource": "*"})
    alarms = watching(Alarm(aws), ignorePollAlarmFailure=ignored)
    group = shop.group(rollback=[], serviceRoleArn=shy, alarmConfiguration=alarms)
    assert ends(group) == end


def test_a_list_that_is_not_enabled_is_kept_and_not_watched(shop, red):
    alarms = {"enabled": False, "alarms": [{"name": red.name}]}
    group = shop.group(alarmConfiguration=alarms)
    assert ends(group) == SUCCEEDED
    shown = shop.aws.codedeploy.get_deployment_group(
        applicationName=group.app, deploymentGroupName=group.name
    )["deploymentGroupInfo"]["alarmConfiguration"]
    assert shown == alarms


@pytest.mark.parametrize("override", [{"enabled": False}, {}])
def test_a_deployment_can_go_through_while_its_groups_alarm_is_red(shop, red, override):
    group = shop.group(alarmConfiguration=watching(red))
    deployment = group.deploy(overrideAlarmConfiguration=override)
    info = group.end(deployment)
    assert (info["status"], info["overrideAlarmConfiguration"]) == ("Succeeded", override)


def test_a_deployments_alarms_stand_for_its_groups(shop, aws, red):
    group = shop.group(rollback=[], alarmConfiguration=watching(Alarm(aws)))
    assert ends(group, overrideAlarmConfiguration=watching(red)) == STOPPED


@pytest.mark.parametrize("event", ["BeforeAllowTraffic", "AfterAllowTraffic"])
def test_alarms_are_watched_from_the_first_event_to_the_last(shop, aws, hook, cloud, event):
    alarm = Alarm(aws)
    group = shop.group(rollback=[], alarmConfiguration=watching(alarm))
    deployment = group.deploy(hooks={event: hook.name})
    hook.execution(cloud, deployment, 0 if event.startswith("Before") else 2)
    alarm.turn_red()
    assert group.end(deployment)["status"] == "Stopped"


def test_alarms_are_taken_from_a_group_by_an_empty_list(shop, red):
    group = shop.group(alarmConfiguration=watching(red))
    where = {"applicationName": group.app, "currentDeploymentGroupName": group.name}
    update = shop.aws.codedeploy.update_deployment_group
    update(**where, autoRollbackConfiguration={"enabled": False})  # does not name the alarms
    assert ends(group) == STOPPED
    update(**where, alarmConfiguration={"enabled": False, "alarms": []})
    assert ends(group) == SUCCEEDED


def test_an_alarm_that_stays_red_can_be_set_back_by_hand(shop, aws):
    alarm = Alarm(aws, red=True)
    group = shop.group(rollback=[], alarmConfiguration=watching(alarm))
    assert ends(group) == STOPPED
    builders.alarm(aws, alarm.name, missing="ignore")
    aws.cloudwatch.set_alarm_state(AlarmName=alarm.name, StateValue="OK", StateReason="fixed")
    assert ends(group) == SUCCEEDED


def test_a_group_can_name_alarms_that_do_not_exist_yet(shop):
    assert shop.group(alarmConfiguration=watching(unique("later"))).name


def test_an_alarm_that_turns_red_after_the_end_changes_nothing(shop, aws):
    alarm = Alarm(aws)
    group = shop.group(alarmConfiguration=watching(alarm))
    deployment = group.deploy()
    assert group.end(deployment)["status"] == "Succeeded"
    alarm.turn_red()
    assert group.run("2", "1")["errorInformation"]["code"] == "ALARM_ACTIVE"
    assert group.show(deployment)["status"] == "Succeeded"
    assert group.alias() == ("2", None)
