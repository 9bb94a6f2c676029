"""How deployments end: status, error, lifecycle events; and the rollback that follows.

https://docs.aws.amazon.com/codedeploy/latest/userguide/deployments-rollback-and-redeploy.html
"""

import pytest

from localcloud.codedeploy.causes import stopped_by_request
from localcloud.codedeploy.engine import LambdaDeployment
from localcloud.codedeploy.inputs import MODEL
from localcloud.codedeploy.model import Deployment
from tests.builders import role, wait_for
from tests.localcloud.codedeploy_shop import (
    ALL_EVENTS,
    Alarm,
    refusal,
    trusting,
    watching,
)

ALARMED = (
    "One or more alarms have been activated according to the Amazon CloudWatch metrics you "
    "selected, and the affected deployments have been stopped. Activated alarms: "
)


def waiting_in(group, hook, cloud, event=0):
    """A deployment that waits in a hook; gives its id and the hook execution's."""
    name = ("BeforeAllowTraffic", "", "AfterAllowTraffic")[event]
    deployment = group.deploy(hooks={name: hook.name})
    return deployment, hook.execution(cloud, deployment, event)


def engine_of(cloud):
    return next(part._engine for part in cloud.codedeploy.parts if hasattr(part, "_engine"))


def fails_by_hook(group, hook, cloud, event=0):
    deployment, execution = waiting_in(group, hook, cloud, event)
    hook.answer(deployment, execution, "Failed")
    return deployment


def test_a_deployment_is_created_runs_and_succeeds(shop, hook, cloud):
    group = shop.group()
    deployment, execution = waiting_in(group, hook, cloud)
    info = group.show(deployment)
    assert (info["status"], info["creator"]) == ("InProgress", "user")
    assert info["deploymentOverview"]["InProgress"] == 1
    assert "completeTime" not in info
    hook.answer(deployment, execution)
    info = group.end(deployment)
    assert info["status"] == "Succeeded"
    assert info["createTime"] <= info["startTime"] <= info["completeTime"]
    assert info["deploymentOverview"]["Succeeded"] == 1
    assert "errorInformation" not in info
    assert "rollbackInfo" not in info


def test_an_alarm_stops_and_is_told_by_its_name(shop, aws):
    alarm = Alarm(aws, red=True)
    info = shop.group(alarmConfiguration=watching(alarm)).run()
    assert info["status"] == "Stopped"
    assert info["errorInformation"] == {
        "code": "ALARM_ACTIVE",
        "message": f"{ALARMED}<{alarm.name}>",
    }


def test_a_hook_that_reports_failed_fails(shop, hook, cloud):
    group = shop.group()
    info = group.end(fails_by_hook(group, hook, cloud))
    assert info["status"] == "Failed"
    assert info["errorInformation"] == {
        "code": "HOOK_EXECUTION_FAILURE",
        "message": "The deployment failed because one or more of the lifecycle event validation "
        "functions failed.",
    }


def test_a_role_that_may_not_call_the_hook_fails_at_once(shop, hook, aws):
    shy = role(aws, allow={"Effect": "Allow", "Action": "lambda:*Alias", "Resource": "*"})
    group = shop.group(serviceRoleArn=shy)
    info = group.run(hooks={"BeforeAllowTraffic": hook.name})
    assert (info["status"], info["errorInformation"]["code"]) == ("Failed", "IAM_ROLE_PERMISSIONS")
    assert info["errorInformation"]["message"].startswith(
        f"The IAM role {shy} does not give you permission to perform operations in the following "
        "AWS service: AWSLambda."
    )


def test_a_role_that_may_not_move_the_alias_fails(shop, aws):
    shy = role(aws, allow={"Effect": "Allow", "Action": "lambda:GetAlias", "Resource": "*"})
    info = shop.group(serviceRoleArn=shy).run()
    assert info["errorInformation"]["code"] == "IAM_ROLE_PERMISSIONS"


def test_a_bad_appspec_fails_after_the_id_was_given_with_all_events_skipped(shop):
    group = shop.group()
    deployment = group.deploy(current="2", target="1")  # the alias is at 1
    info = group.end(deployment)
    assert (info["status"], info["errorInformation"]["code"]) == (
        "Failed",
        "INVALID_LAMBDA_CONFIGURATION",
    )
    assert info["errorInformation"]["message"].startswith(
        "The deployment failed because the AppSpec file that specifies the AWS Lambda deployment "
        "configuration is missing or has an invalid configuration."
    )
    assert group.events(deployment) == ["Skipped"] * 3
    assert "rollbackInfo" not in info


def test_a_role_that_is_gone_fails(shop, aws):
    gone = trusting(aws, "codedeploy")
    group = shop.group(serviceRoleArn=gone)
    name = gone.rsplit("/", 1)[-1]
    aws.iam.delete_role_policy(RoleName=name, PolicyName="only")
    aws.iam.delete_role(RoleName=name)
    assert group.run()["errorInformation"] == {
        "code": "IAM_ROLE_MISSING",
        "message": f"IAM Role is missing for deployment group: {group.name}",
    }


def test_a_stop_is_stopped_by_hand(shop, hook, cloud):
    group = shop.group()
    deployment, _ = waiting_in(group, hook, cloud)
    answer = group.stop(deployment)
    assert (answer["status"], bool(answer["statusMessage"])) == ("Pending", True)
    info = group.end(deployment)
    assert (info["status"], info["errorInformation"]["code"]) == ("Stopped", "MANUAL_STOP")


@pytest.mark.parametrize(
    ("event", "statuses"),
    [(0, ["Failed", "Skipped", "Skipped"]), (2, ["Succeeded", "Succeeded", "Failed"])],
)
def test_the_event_under_way_failed_those_before_stay_those_after_are_skipped(
    shop, hook, cloud, event, statuses
):
    group = shop.group()
    deployment = fails_by_hook(group, hook, cloud, event)
    group.end(deployment)
    assert group.events(deployment) == statuses
    assert group.target(deployment)["status"] == "Failed"


@pytest.mark.parametrize("by", ["an alarm", "a person"])
def test_the_target_of_what_was_stopped_has_failed(shop, aws, hook, cloud, by):
    alarm = Alarm(aws)
    group = shop.group(rollback=[], alarmConfiguration=watching(alarm))
    deployment, _ = waiting_in(group, hook, cloud)
    if by == "an alarm":
        alarm.turn_red()
    else:
        group.stop(deployment)
    info = group.end(deployment)
    assert (info["status"], group.target(deployment)["status"]) == ("Stopped", "Failed")
    assert info["deploymentOverview"]["Failed"] == 1


def test_a_hook_that_could_not_be_called_is_rolled_back_as_a_failure(shop, hook, aws):
    shy = role(aws, allow={"Effect": "Allow", "Action": "lambda:*Alias", "Resource": "*"})
    group = shop.group(rollback=["DEPLOYMENT_FAILURE"], serviceRoleArn=shy)
    rollback = group.rollback(group.deploy(hooks={"BeforeAllowTraffic": hook.name}))
    assert rollback["status"] == "Succeeded"


def test_who_was_told_pending_sees_stopped_also_where_it_would_have_failed(shop, cloud):
    """A stop before the AppSpec was read, which is none: made here by stopping it beforehand."""
    group = shop.group()
    kept = cloud.deployments.applications[group.app].groups[group.name]
    revision = {"appSpecContent": {"content": "no AppSpec"}}
    deployment = Deployment(group.app, group.name, revision, None, {}, 1.0)
    deployment.halt.ask(stopped_by_request(None))
    LambdaDeployment(engine_of(cloud), deployment, kept).run()
    assert (deployment.status, deployment.error["code"]) == ("Stopped", "MANUAL_STOP")


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


@pytest.mark.parametrize("gone", ["application", "group"])
def test_a_deployment_whose_owner_is_gone_fails(shop, cloud, gone):
    """Deleted between the request and the start: made here by starting it once more."""
    group = shop.group()
    kept = cloud.deployments.applications[group.app].groups[group.name]
    wanted = {"application": group.app}
    if gone == "group":
        shop.aws.codedeploy.delete_deployment_group(
            applicationName=group.app, deploymentGroupName=group.name
        )
    else:
        shop.aws.codedeploy.delete_application(applicationName=wanted["application"])
    deployment = Deployment(group.app, group.name, {}, None, {}, 1.0)
    LambdaDeployment(engine_of(cloud), deployment, kept).run()
    code = "APPLICATION_MISSING" if gone == "application" else "DEPLOYMENT_GROUP_MISSING"
    assert (deployment.status, deployment.error["code"]) == ("Failed", code)


def test_what_is_over_cannot_be_stopped(shop):
    group = shop.group()
    deployment = group.deploy()
    group.end(deployment)
    with pytest.raises(shop.aws.codedeploy.exceptions.DeploymentAlreadyCompletedException):
        group.stop(deployment)


@pytest.mark.parametrize(
    ("deployment", "error"),
    [
        ("", "DeploymentIdRequired"),
        ("nonsense", "InvalidDeploymentId"),
        ("d-000000000", "DeploymentDoesNotExist"),
    ],
)
def test_what_is_not_there_cannot_be_stopped(client, deployment, error):
    assert refusal(client.stop_deployment, deploymentId=deployment)[0] == error


def test_two_stops_are_one(shop, hook, cloud):
    group = shop.group(rollback=[])
    deployment, _ = waiting_in(group, hook, cloud)
    for _ in range(2):
        try:
            assert group.stop(deployment)["status"] == "Pending"
        except shop.aws.codedeploy.exceptions.DeploymentAlreadyCompletedException:
            break
    assert group.end(deployment)["status"] == "Stopped"


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


def test_a_stop_of_what_has_no_group_any_more_is_refused(shop, hook, cloud):
    group = shop.group()
    deployment, _ = waiting_in(group, hook, cloud)
    shop.aws.codedeploy.delete_deployment_group(
        applicationName=group.app, deploymentGroupName=group.name
    )
    with pytest.raises(shop.aws.codedeploy.exceptions.DeploymentGroupDoesNotExistException):
        group.stop(deployment)
    hook.answer(deployment, hook.execution(cloud, deployment), "Failed")
    group.end(deployment)


@pytest.mark.parametrize("kind", ["continue_deployment", "skip_wait_time_for_instance_termination"])
def test_a_lambda_deployment_waits_for_nobody(shop, kind):
    group = shop.group()
    deployment = group.deploy()
    codedeploy = shop.aws.codedeploy
    with pytest.raises(codedeploy.exceptions.UnsupportedActionForDeploymentTypeException):
        getattr(codedeploy, kind)(deploymentId=deployment)
    group.end(deployment)
