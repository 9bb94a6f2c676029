"""How deployments end: status, error, lifecycle events.

https://docs.aws.amazon.com/codedeploy/latest/userguide/deployments-rollback-and-redeploy.html
"""

import pytest

from localcloud.codedeploy.causes import stopped_by_request
from localcloud.codedeploy.engine import LambdaDeployment
from localcloud.codedeploy.model import Deployment
from tests.builders import role
from tests.localcloud.codedeploy_shop import (
    Alarm,
    engine_of,
    fails_by_hook,
    refusal,
    trusting,
    waiting_in,
    watching,
)

ALARMED = (
    "One or more alarms have been activated according to the Amazon CloudWatch metrics you "
    "selected, and the affected deployments have been stopped. Activated alarms: "
)


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


def test_who_was_told_pending_sees_stopped_also_where_it_would_have_failed(shop, cloud):
    """A stop before the AppSpec was read, which is none: made here by stopping it beforehand."""
    group = shop.group()
    kept = cloud.deployments.applications[group.app].groups[group.name]
    revision = {"appSpecContent": {"content": "no AppSpec"}}
    deployment = Deployment(group.app, group.name, revision, None, {}, 1.0)
    deployment.halt.ask(stopped_by_request(None))
    LambdaDeployment(engine_of(cloud), deployment, kept).run()
    assert (deployment.status, deployment.error["code"]) == ("Stopped", "MANUAL_STOP")


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
