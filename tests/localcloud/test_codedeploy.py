"""CodeDeploy as it behaves, through its API: deployments, hooks, alarms, rollbacks."""

import json
import time

import pytest
from botocore.exceptions import ClientError, WaiterError

from localcloud.clock import Clock
from localcloud.codedeploy.hooks import HookCalls
from localcloud.codedeploy.model import Deployment
from localcloud.wire import AwsError
from tests import builders
from tests.builders import appspec, publish, revision, role, unique, wait_for

ALL_EVENTS = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"]


class Target:
    """An application, a group, and a function with versions 1 and 2 and an alias on 1."""

    def __init__(self, aws, config="LambdaCanary10Percent5Minutes", rollback=True, **group):
        self.aws = aws
        self.app = unique("app")
        self.function = builders.function(aws, code="one = 1")
        publish(aws, self.function)
        publish(aws, self.function, "two = 2")
        aws.lambda_.create_alias(FunctionName=self.function, Name="live", FunctionVersion="1")
        aws.codedeploy.create_application(applicationName=self.app, computePlatform="Lambda")
        aws.codedeploy.create_deployment_group(
            applicationName=self.app,
            deploymentGroupName="prod",
            serviceRoleArn=role(aws),
            deploymentConfigName=f"CodeDeployDefault.{config}",
            autoRollbackConfiguration={"enabled": rollback, "events": ALL_EVENTS},
            **group,
        )

    def deploy(self, current="1", target="2", hooks=None, text=None, **params):
        text = text or appspec(self.function, current, target, hooks=hooks)
        return self.aws.codedeploy.create_deployment(
            applicationName=self.app,
            deploymentGroupName="prod",
            revision=revision(text),
            **params,
        )["deploymentId"]

    def show(self, deployment):
        return self.aws.codedeploy.get_deployment(deploymentId=deployment)["deploymentInfo"]

    def end(self, deployment):
        def over():
            info = self.show(deployment)
            return info if info["status"] in ("Succeeded", "Failed", "Stopped") else None

        return wait_for(over)

    def rollback(self, deployment):
        return self.end(self.end(deployment)["rollbackInfo"]["rollbackDeploymentId"])

    def alias(self):
        found = self.aws.lambda_.get_alias(FunctionName=self.function, Name="live")
        return found["FunctionVersion"], (found.get("RoutingConfig") or {}).get(
            "AdditionalVersionWeights"
        )

    def events(self, deployment):
        (target,) = self.aws.codedeploy.list_deployment_targets(deploymentId=deployment)[
            "targetIds"
        ]
        found = self.aws.codedeploy.get_deployment_target(deploymentId=deployment, targetId=target)
        events = found["deploymentTarget"]["lambdaTarget"]["lifecycleEvents"]
        return [event["status"] for event in events]


def error_code(error):
    return error.value.response["Error"]["Code"]


def test_a_canary_goes_over_ten_percent_to_the_end(aws):
    target = Target(aws)
    deployment = target.deploy()
    wait_for(lambda: target.alias() == ("1", {"2": 0.1}))
    assert target.end(deployment)["status"] == "Succeeded"
    assert target.alias() == ("2", None)
    assert target.events(deployment) == ["Succeeded"] * 3


def test_a_linear_shift_goes_in_equal_steps_and_flips_at_the_end(aws):
    target = Target(aws, "LambdaLinear10PercentEvery1Minute")
    deployment = target.deploy()
    seen = []

    def watch():
        alias = target.alias()
        if alias not in seen:
            seen.append(alias)
        return target.show(deployment)["status"] == "Succeeded"

    wait_for(watch, every=0.02)
    assert [w["2"] for _, w in seen if w] == [n / 10 for n in range(1, 10)]
    assert target.alias() == ("2", None)


def test_the_waiter_of_boto3_waits_for_success_and_raises_on_failure(aws):
    target = Target(aws, "LambdaAllAtOnce")
    waiter = aws.codedeploy.get_waiter("deployment_successful")
    fast = {"Delay": 1, "MaxAttempts": 20}
    waiter.wait(deploymentId=target.deploy(), WaiterConfig=fast)
    with pytest.raises(WaiterError):
        waiter.wait(deploymentId=target.deploy("1", "2"), WaiterConfig=fast)


def test_a_second_deployment_is_refused_with_the_id_of_the_active_one(aws):
    target = Target(aws)
    first = target.deploy()
    with pytest.raises(ClientError) as error:
        target.deploy()
    assert error_code(error) == "DeploymentLimitExceededException"
    assert f"already has an active Deployment '{first}'" in str(error.value)
    target.end(first)


def test_an_alarm_that_is_red_at_the_start_stops_it_and_a_rollback_still_follows(aws):
    alarm = builders.red_alarm(aws)
    target = Target(aws, alarmConfiguration={"enabled": True, "alarms": [{"name": alarm}]})
    deployment = target.deploy()
    info = target.end(deployment)
    assert (info["status"], info["errorInformation"]["code"]) == ("Stopped", "ALARM_ACTIVE")
    assert info["errorInformation"]["message"].endswith(f"Activated alarms: <{alarm}>")
    assert target.events(deployment) == ["Failed", "Skipped", "Skipped"]
    rollback = target.rollback(deployment)
    assert (rollback["status"], rollback["creator"]) == ("Succeeded", "codeDeployRollback")
    assert rollback["rollbackInfo"]["rollbackTriggeringDeploymentId"] == deployment
    overridden = target.deploy(overrideAlarmConfiguration={"enabled": False})
    assert target.end(overridden)["status"] == "Succeeded"


def test_a_stop_mid_shift_without_rollback_leaves_the_alias_and_blocks_the_next(aws):
    target = Target(aws)
    deployment = target.deploy()
    wait_for(lambda: target.alias()[1])
    answer = aws.codedeploy.stop_deployment(deploymentId=deployment, autoRollbackEnabled=False)
    assert answer["status"] == "Pending"
    assert target.end(deployment)["status"] == "Stopped"
    assert target.events(deployment) == ["Succeeded", "Failed", "Skipped"]
    assert target.alias() == ("1", {"2": 0.1})
    info = target.end(target.deploy())
    assert (info["status"], info["errorInformation"]["code"]) == (
        "Failed",
        "INVALID_LAMBDA_CONFIGURATION",
    )
    assert "rollbackInfo" not in info


def test_a_stop_with_rollback_brings_the_alias_back_and_links_both(aws):
    target = Target(aws)
    deployment = target.deploy()
    wait_for(lambda: target.alias()[1])
    aws.codedeploy.stop_deployment(deploymentId=deployment, autoRollbackEnabled=True)
    rollback = target.rollback(deployment)
    info = target.show(deployment)
    assert info["rollbackInfo"]["rollbackMessage"] == (
        f"Deployment {deployment} terminated. Automatic rollback is triggered with a "
        f"DeploymentId {rollback['deploymentId']}."
    )
    assert info["completeTime"] == rollback["createTime"]
    assert target.alias() == ("1", None)
    with pytest.raises(ClientError) as error:
        aws.codedeploy.stop_deployment(deploymentId=deployment)
    assert error_code(error) == "DeploymentAlreadyCompletedException"


HOOK = """
import boto3
def handler(event, context):
    print(sorted(event))
    put = boto3.client("codedeploy").put_lifecycle_event_hook_execution_status
    put(deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"], status="STATUS")
"""


@pytest.mark.parametrize("moment", ["BeforeAllowTraffic", "AfterAllowTraffic"])
def test_a_hook_that_fails_fails_the_deployment_and_users_are_on_the_old_version(aws, moment):
    target = Target(aws, "LambdaAllAtOnce")
    hook = builders.function(aws, code=HOOK.replace("STATUS", "Failed"))
    deployment = target.deploy(hooks={moment: hook})
    info = target.end(deployment)
    assert (info["status"], info["errorInformation"]["code"]) == (
        "Failed",
        "HOOK_EXECUTION_FAILURE",
    )
    assert "lifecycle event validation functions failed" in info["errorInformation"]["message"]
    target.rollback(deployment)
    assert target.alias() == ("1", None)


def test_a_hook_is_given_two_fields_and_answers_once(aws, cloud):
    target = Target(aws, "LambdaAllAtOnce")
    hook = builders.function(
        aws, code="def handler(event, context):\n    print('keys', sorted(event), event)\n"
    )
    deployment = target.deploy(hooks={"BeforeAllowTraffic": hook})
    execution = wait_for(lambda: cloud.deployments.deployments[deployment].events[0].execution_id)
    put = aws.codedeploy.put_lifecycle_event_hook_execution_status
    for status in ("InProgress", "Pending"):
        with pytest.raises(ClientError) as error:
            put(deploymentId=deployment, lifecycleEventHookExecutionId=execution, status=status)
        assert error_code(error) == "InvalidLifecycleEventHookExecutionStatusException"
    with pytest.raises(ClientError) as error:
        put(deploymentId=deployment, lifecycleEventHookExecutionId="no", status="Succeeded")
    assert error_code(error) == "InvalidLifecycleEventHookExecutionIdException"
    put(deploymentId=deployment, lifecycleEventHookExecutionId=execution, status="Succeeded")
    with pytest.raises(ClientError) as error:
        put(deploymentId=deployment, lifecycleEventHookExecutionId=execution, status="Failed")
    assert error_code(error) == "LifecycleEventAlreadyCompletedException"
    assert target.end(deployment)["status"] == "Succeeded"
    group = f"/aws/lambda/{hook}"
    keys = "keys ['DeploymentId', 'LifecycleEventHookExecutionId']"

    def logged():
        events = aws.logs.filter_log_events(logGroupName=group)["events"]
        return any(keys in event["message"] for event in events)

    wait_for(logged)


def test_a_silent_hook_fails_after_its_hour(aws):
    """Here the hour passes in a tenth of a second."""
    target = Target(aws, "LambdaAllAtOnce")
    hook = builders.function(aws, code="def handler(event, context):\n    raise ValueError\n")
    deployment = Deployment(target.app, "prod", {}, None, {}, 0.0)
    calls = HookCalls(Clock(speed=36_000))
    cause = calls.call(hook, deployment.events[0], deployment, role(aws))
    assert cause.status == "Failed"
    assert "timed out while waiting for a status callback" in cause.message
    with pytest.raises(AwsError):  # a late answer is refused
        calls.answer(deployment.id, deployment.events[0].execution_id, "Succeeded")


def test_a_hook_that_cannot_be_called_fails_at_once(aws):
    target = Target(aws, "LambdaAllAtOnce")
    info = target.end(target.deploy(hooks={"BeforeAllowTraffic": "nobody"}))
    assert info["errorInformation"]["code"] == "IAM_ROLE_PERMISSIONS"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "neither YAML nor JSON"),
        ("version: 1.0\n", 'must be "0.0"'),
        ('{"version": 0.0, "Resources": []}', "exactly one function"),
        (appspec("f", "1", "2", alias=""), "alias cannot be null or empty"),
        (appspec("f", "$LATEST", "2"), "positive integer"),
        (appspec("f", "1", "2", hooks={"BeforeAllowTraffic": ""}), "cannot be null or empty"),
    ],
)
def test_a_bad_appspec_fails_after_the_id_was_given(aws, text, reason):
    target = Target(aws)
    info = target.end(target.deploy(text=text))
    assert info["errorInformation"]["code"] == "INVALID_LAMBDA_CONFIGURATION"
    assert reason in info["errorInformation"]["message"]


def test_equal_versions_are_refused_for_a_canary_and_taken_all_at_once(aws):
    target = Target(aws)
    assert target.end(target.deploy("1", "1"))["status"] == "Failed"
    all_at_once = target.deploy("1", "1", deploymentConfigName="CodeDeployDefault.LambdaAllAtOnce")
    assert target.end(all_at_once)["status"] == "Succeeded"


def test_keys_of_an_appspec_are_read_in_any_case(aws):
    target = Target(aws, "LambdaAllAtOnce")
    text = appspec(target.function, "1", "2")
    for word in (
        "Resources",
        "Type",
        "Properties",
        "Name",
        "Alias",
        "CurrentVersion",
        "TargetVersion",
    ):
        text = text.replace(f'"{word}"', f'"{word.lower()}"')
    assert target.end(target.deploy(text=text))["status"] == "Succeeded"


def test_triggers_and_events_have_their_real_form(aws, cloud):
    topic = aws.sns.create_topic(Name=unique("topic"))["TopicArn"]
    queue = aws.sqs.create_queue(QueueName=unique("queue"))["QueueUrl"]
    arn = aws.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    aws.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    events = [
        "DeploymentStart",
        "DeploymentSuccess",
        "DeploymentFailure",
        "DeploymentStop",
        "DeploymentRollback",
    ]
    target = Target(
        aws,
        "LambdaAllAtOnce",
        triggerConfigurations=[
            {"triggerName": "t", "triggerTargetArn": topic, "triggerEvents": events}
        ],
    )
    hook = builders.function(aws, code=HOOK.replace("STATUS", "Failed"))
    deployment = target.deploy(hooks={"BeforeAllowTraffic": hook})
    rollback = target.rollback(deployment)["deploymentId"]
    got = []

    def all_told():
        answer = aws.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        got.extend(json.loads(m["Body"]) for m in answer.get("Messages", []))
        return len(got) >= 6

    wait_for(all_told)
    test, *told = got
    assert "applicationName" not in test["Message"]
    messages = [json.loads(m["Message"]) for m in told]
    assert [(m["deploymentId"], m["status"]) for m in messages] == [
        (deployment, "CREATED"),
        (deployment, "FAILED"),
        (rollback, "CREATED"),
        (rollback, "IN_PROGRESS"),
        (rollback, "SUCCEEDED"),
    ]
    failed = messages[1]
    assert json.loads(failed["errorInformation"])["ErrorCode"] == "HOOK_EXECUTION_FAILURE"
    assert json.loads(failed["rollbackInformation"]) == {}
    assert (
        json.loads(messages[-1]["rollbackInformation"])["RollbackTriggeringDeploymentId"]
        == deployment
    )
    assert time.strptime(failed["createTime"], "%a %b %d %H:%M:%S UTC %Y")
    assert told[1]["Subject"] == f"FAILED: AWS CodeDeploy {deployment} in us-east-1 to {target.app}"
    states = [
        (e["detail"]["deploymentId"], e["detail"]["state"])
        for e in cloud.bus.sent
        if e["source"] == "aws.codedeploy" and e["detail"]["application"] == target.app
    ]
    assert states == [
        (deployment, "START"),
        (deployment, "FAILURE"),
        (rollback, "START"),
        (rollback, "SUCCESS"),
    ]
