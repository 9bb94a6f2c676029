"""The rollback that follows a bad end: when it comes, what it is, and how it ends itself.

https://docs.aws.amazon.com/codedeploy/latest/userguide/deployments-rollback-and-redeploy.html
"""

import pytest

from localcloud.codedeploy.inputs import MODEL
from tests.builders import role, wait_for
from tests.localcloud.codedeploy_shop import (
    ALL_EVENTS,
    Alarm,
    fails_by_hook,
    waiting_in,
    watching,
)


def test_a_hook_that_could_not_be_called_is_rolled_back_as_a_failure(shop, hook, aws):
    shy = role(aws, allow={"Effect": "Allow", "Action": "lambda:*Alias", "Resource": "*"})
    group = shop.group(rollback=["DEPLOYMENT_FAILURE"], serviceRoleArn=shy)
    rollback = group.rollback(group.deploy(hooks={"BeforeAllowTraffic": hook.name}))
    assert rollback["status"] == "Succeeded"


@pytest.mark.parametrize("setting", ALL_EVENTS)
@pytest.mark.parametrize("cause", ALL_EVENTS)
def test_a_rollback_needs_the_event_of_its_cause(shop, hook, aws, cloud, cause, setting):
    alarms = [Alarm(aws, red=True)] if cause == "DEPLOYMENT_STOP_ON_ALARM" else []
    settings = {"alarmConfiguration": watching(*alarms)} if alarms else {}
    group = shop.group(rollback=[setting], **settings)
    if cause == "DEPLOYMENT_FAILURE":
        deployment = fails_by_hook(group, hook, cloud)
    elif alarms:
        deployment = group.deploy()
    else:
        deployment, _ = waiting_in(group, hook, cloud)
        group.stop(deployment)
    assert ("rollbackInfo" in group.end(deployment)) is (cause == setting)


def test_the_settings_of_a_deployment_stand_for_its_groups(shop, hook, cloud):
    group = shop.group(rollback=ALL_EVENTS)
    none = {"enabled": False}
    deployment = group.deploy(
        hooks={"BeforeAllowTraffic": hook.name}, autoRollbackConfiguration=none
    )
    hook.answer(deployment, hook.execution(cloud, deployment), "Failed")
    info = group.end(deployment)
    assert ("rollbackInfo" in info, info["autoRollbackConfiguration"]) == (False, none)


@pytest.mark.parametrize("asked", [True, False])
def test_a_stop_that_says_so_overrules_the_settings(shop, hook, cloud, asked):
    group = shop.group(rollback=[] if asked else ALL_EVENTS)
    deployment, _ = waiting_in(group, hook, cloud)
    group.stop(deployment, autoRollbackEnabled=asked)
    assert ("rollbackInfo" in group.end(deployment)) is asked


def test_a_rollback_is_a_deployment_of_its_own_linked_both_ways(shop, hook, cloud):
    group = shop.group(shop.minute)
    aborted = fails_by_hook(group, hook, cloud)
    info, back = group.end(aborted), group.rollback(aborted)
    rollback = back["deploymentId"]
    assert info["rollbackInfo"] == {
        "rollbackDeploymentId": rollback,
        "rollbackMessage": f"Deployment {aborted} terminated. Automatic rollback is triggered with "
        f"a DeploymentId {rollback}.",
    }
    assert back["rollbackInfo"] == {
        "rollbackTriggeringDeploymentId": aborted,
        "rollbackMessage": f"Deployment {rollback} is triggered to roll back deployment {aborted}.",
    }
    assert (back["status"], back["creator"]) == ("Succeeded", "codeDeployRollback")
    assert back["deploymentConfigName"] == "CodeDeployDefault.LambdaAllAtOnce"
    assert (back["applicationName"], back["deploymentGroupName"]) == (group.app, group.name)
    assert back["createTime"] == info["completeTime"]
    shown = shop.aws.codedeploy.get_deployment_group(
        applicationName=group.app, deploymentGroupName=group.name
    )["deploymentGroupInfo"]
    assert shown["lastAttemptedDeployment"]["deploymentId"] == rollback


def test_what_was_rolled_back_keeps_its_end(shop, hook, cloud):
    group = shop.group()
    aborted = fails_by_hook(group, hook, cloud)
    assert group.rollback(aborted)["status"] == "Succeeded"
    info = group.show(aborted)
    assert (info["status"], info["errorInformation"]["code"]) == (
        "Failed",
        "HOOK_EXECUTION_FAILURE",
    )
    assert not [name for name in MODEL.shape_for("DeploymentStatus").enum if "oll" in name]


def test_a_rollback_has_no_description(shop, hook, cloud):
    group = shop.group()
    deployment = group.deploy(hooks={"BeforeAllowTraffic": hook.name}, description="by hand")
    hook.answer(deployment, hook.execution(cloud, deployment), "Failed")
    assert "description" not in group.rollback(deployment)


def test_a_rollback_follows_though_no_traffic_had_moved_and_nothing_succeeded_before(shop, aws):
    group = shop.group(alarmConfiguration=watching(Alarm(aws, red=True)))
    rollback = group.rollback(group.deploy())
    assert rollback["status"] == "Succeeded"
    assert group.alias() == ("1", None)


def test_a_rollback_calls_no_hooks_and_watches_no_alarms(shop, aws, hook, cloud):
    alarm = Alarm(aws)
    group = shop.group(alarmConfiguration=watching(alarm))
    deployment, execution = waiting_in(group, hook, cloud, event=2)
    alarm.turn_red()
    hook.answer(deployment, execution, "Failed")
    rollback = group.rollback(deployment)
    assert group.events(rollback["deploymentId"]) == ["Succeeded"] * 3
    kept = cloud.deployments.deployments[rollback["deploymentId"]]
    assert [event.execution_id for event in kept.events] == ["", "", ""]


def test_a_rollback_that_fails_is_not_rolled_back(shop, hook, cloud):
    group = shop.group()
    deployment, execution = waiting_in(group, hook, cloud)
    shop.aws.lambda_.delete_alias(FunctionName=shop.function, Name=group.name)
    hook.answer(deployment, execution, "Failed")
    rollback = group.rollback(deployment)
    assert rollback["status"] == "Failed"
    assert "rollbackDeploymentId" not in rollback["rollbackInfo"]


def test_a_group_is_busy_until_the_rollback_is_over(shop, hook, cloud):
    group = shop.group()
    deployment = fails_by_hook(group, hook, cloud)
    wait_for(lambda: "rollbackInfo" in group.show(deployment), every=0.01)
    limit = shop.aws.codedeploy.exceptions.DeploymentLimitExceededException

    def deployed():
        try:
            return group.deploy()
        except limit:
            return None

    again = wait_for(deployed, every=0.01)
    assert group.rollback(deployment)["completeTime"] <= group.show(again)["createTime"]
