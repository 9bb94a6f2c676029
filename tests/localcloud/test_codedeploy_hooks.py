"""The contract of a lifecycle hook: what it is given, who answers for it, and how often.

https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html
"""

import base64
import json
import threading

import pytest

from localcloud.clock import Clock
from localcloud.codedeploy.hooks import HookCalls
from localcloud.codedeploy.model import Deployment
from localcloud.wire import AwsError
from tests import builders
from tests.builders import wait_for
from tests.localcloud.codedeploy_shop import (
    Silent,
    plain_client,
    refusal,
)

BEFORE = "BeforeAllowTraffic"


@pytest.fixture(scope="module")
def put(cloud):
    client = plain_client(cloud)

    def call(deployment, execution, status):
        return refusal(
            client.put_lifecycle_event_hook_execution_status,
            deploymentId=deployment,
            lifecycleEventHookExecutionId=execution,
            status=status,
        )[0]

    return call


def waiting_in(group, hook, cloud):
    deployment = group.deploy(hooks={BEFORE: hook.name})
    return deployment, hook.execution(cloud, deployment)


def test_a_hook_is_given_two_fields_and_nothing_else(shop, aws, cloud):
    hook = Silent(aws, "import json\ndef handler(event, context):\n    print(json.dumps(event))\n")
    group = shop.group()
    deployment, execution = waiting_in(group, hook, cloud)
    lines = wait_for(lambda: [line for line in hook.logged() if line.startswith("{")])
    assert json.loads(lines[0]) == {
        "DeploymentId": deployment,
        "LifecycleEventHookExecutionId": execution,
    }
    hook.answer(deployment, execution)
    group.end(deployment)


def test_the_execution_id_is_opaque_base64(shop, hook, cloud):
    group = shop.group()
    deployment, execution = waiting_in(group, hook, cloud)
    assert base64.b64decode(execution).startswith(b'{"encryptedData": "')
    answer = hook.answer(deployment, execution)
    assert answer["lifecycleEventHookExecutionId"] == execution
    group.end(deployment)


@pytest.mark.parametrize("status", ["Pending", "InProgress", "Skipped", "Unknown", "Fine"])
def test_only_succeeded_and_failed_are_answers(shop, hook, cloud, put, status):
    group = shop.group()
    deployment, execution = waiting_in(group, hook, cloud)
    assert put(deployment, execution, status) == "InvalidLifecycleEventHookExecutionStatus"
    hook.answer(deployment, execution)
    group.end(deployment)


def test_a_second_answer_is_refused(shop, hook, cloud, put):
    group = shop.group()
    deployment, execution = waiting_in(group, hook, cloud)
    hook.answer(deployment, execution, "Succeeded")
    assert put(deployment, execution, "Failed") == "LifecycleEventAlreadyCompleted"
    assert group.end(deployment)["status"] == "Succeeded"


def test_an_answer_after_a_stop_is_too_late(shop, hook, cloud, put):
    group = shop.group()
    deployment, execution = waiting_in(group, hook, cloud)
    group.stop(deployment)
    group.end(deployment)
    assert put(deployment, execution, "Succeeded") == "LifecycleEventAlreadyCompleted"


@pytest.mark.parametrize(
    ("deployment", "execution", "error"),
    [
        ("", "x", "DeploymentIdRequired"),
        ("nonsense", "x", "InvalidDeploymentId"),
        ("d-000000000", "x", "DeploymentDoesNotExist"),
        (None, "x", "InvalidLifecycleEventHookExecutionId"),
        (None, "", "InvalidLifecycleEventHookExecutionId"),
    ],
)
def test_a_wrong_id_is_refused(shop, put, deployment, execution, error):
    if deployment is None:
        group = shop.group()
        deployment = group.deploy()
        group.end(deployment)
    assert put(deployment, execution, "Succeeded") == error


def test_an_id_of_another_deployment_is_refused(shop, hook, cloud, put):
    one, other = shop.group(), shop.group()
    first, execution = waiting_in(one, hook, cloud)
    second, _ = waiting_in(other, hook, cloud)
    assert put(second, execution, "Succeeded") == "InvalidLifecycleEventHookExecutionId"
    one.stop(first)
    other.stop(second)


def test_of_many_answers_at_once_one_counts():
    calls = HookCalls(Clock())
    deployment, told = Deployment("a", "g", {}, None, {}, 0.0), []
    # A call that waits, as `call` makes it, without a function behind it.
    from localcloud.codedeploy.hooks import _Waiting

    calls._calls["x"] = _Waiting(deployment.id, threading.Event())
    gate = threading.Barrier(8)

    def answer():
        gate.wait()
        try:
            calls.answer(deployment.id, "x", "Succeeded")
            told.append("taken")
        except AwsError as error:
            told.append(error.code)

    threads = [threading.Thread(target=answer) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["LifecycleEventAlreadyCompletedException"] * 7 + ["taken"]


@pytest.mark.long
@pytest.mark.parametrize(
    "code",
    [
        "def handler(event, context):\n    raise ValueError('no')\n",
        "def handler(event, context):\n    return 'Failed'\n",
    ],
)
def test_what_a_hook_returns_or_raises_means_nothing(shop, aws, cloud, code):
    hook, group = Silent(aws, code), shop.group()
    deployment, execution = waiting_in(group, hook, cloud)
    wait_for(lambda: any(line.startswith("REPORT") for line in hook.logged()))
    assert group.show(deployment)["status"] == "InProgress"
    assert group.events(deployment)[0] == "InProgress"
    hook.answer(deployment, execution)
    assert group.end(deployment)["status"] == "Succeeded"


def test_silence_for_an_hour_fails_and_a_later_answer_is_refused(aws, hook):
    """Here the hour passes in a tenth of a second."""
    deployment, calls = Deployment("a", "g", {}, None, {}, 0.0), HookCalls(Clock(speed=36_000))
    cause = calls.call(hook.name, deployment.events[0], deployment, builders.role(aws))
    assert (cause.status, cause.code) == ("Failed", "HOOK_EXECUTION_FAILURE")
    assert cause.rollback_event == "DEPLOYMENT_FAILURE"
    assert cause.message == (
        "The deployment timed out while waiting for a status callback. CodeDeploy expects a status "
        "callback within one hour after a deployment hook is invoked."
    )
    with pytest.raises(AwsError) as late:
        calls.answer(deployment.id, deployment.events[0].execution_id, "Succeeded")
    assert late.value.code == "LifecycleEventAlreadyCompletedException"


@pytest.mark.long
def test_a_hook_is_called_once_in_a_deployment(shop, aws, cloud):
    hook, group = Silent(aws), shop.group()
    deployment, execution = waiting_in(group, hook, cloud)
    wait_for(lambda: any(line.startswith("REPORT") for line in hook.logged()))
    hook.answer(deployment, execution)
    group.end(deployment)
    assert sum(line.startswith("START") for line in hook.logged()) == 1


@pytest.mark.long
def test_a_hook_that_throws_is_tried_again_by_lambda_with_the_same_id(shop, aws, cloud):
    hook = Silent(aws, "def handler(event, context):\n    print(event)\n    raise ValueError\n")
    group = shop.group()
    deployment, execution = waiting_in(group, hook, cloud)

    def calls():
        return [line for line in hook.logged() if execution in line]

    wait_for(lambda: len(calls()) == 3)
    hook.answer(deployment, execution)
    assert group.end(deployment)["status"] == "Succeeded"


def test_a_hook_can_be_named_by_its_arn(shop, hook, cloud):
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{hook.name}"
    group = shop.group()
    deployment = group.deploy(hooks={BEFORE: arn})
    hook.answer(deployment, hook.execution(cloud, deployment))
    assert group.end(deployment)["status"] == "Succeeded"


def test_a_hook_that_does_not_exist_cannot_be_called(shop):
    group = shop.group()
    info = group.run(hooks={BEFORE: "nobody"})
    assert (info["status"], info["errorInformation"]["code"]) == ("Failed", "IAM_ROLE_PERMISSIONS")


@pytest.mark.long
@pytest.mark.parametrize("named", ["CodeDeployHook_check", "check"])
def test_awss_own_role_may_call_hooks_of_one_name(shop, aws, named):
    """https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCodeDeployRoleForLambda.html"""
    name = builders.unique(named)
    builders.function(aws, name)
    role = builders.role(aws, allow={"Effect": "Deny", "Action": "iam:*", "Resource": "*"})
    aws.iam.attach_role_policy(
        RoleName=role.rsplit("/", 1)[-1],
        PolicyArn="arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda",
    )
    group = shop.group(serviceRoleArn=role, rollback=[])
    deployment = group.deploy(hooks={BEFORE: name})
    if named == "check":
        assert group.end(deployment)["errorInformation"]["code"] == "IAM_ROLE_PERMISSIONS"
        return
    wait_for(lambda: group.show(deployment)["status"] == "InProgress")
    wait_for(lambda: group.events(deployment)[0] == "InProgress", every=0.01)
    group.stop(deployment)
    assert group.end(deployment)["status"] == "Stopped"


@pytest.mark.parametrize("value", ["", None])
def test_a_hook_that_is_named_must_have_a_name(shop, value):
    info = shop.group().run(hooks={BEFORE: value})
    assert info["errorInformation"]["code"] == "INVALID_LAMBDA_CONFIGURATION"
    assert (
        "The Lambda function name cannot be null or empty" in (info["errorInformation"]["message"])
    )


def test_a_hook_can_learn_which_versions_it_stands_between(shop, hook, cloud):
    group = shop.group()
    deployment, execution = waiting_in(group, hook, cloud)
    info = group.target(deployment)["lambdaFunctionInfo"]
    assert (info["currentVersion"], info["targetVersion"]) == ("1", "2")
    hook.answer(deployment, execution)
    group.end(deployment)


@pytest.mark.long
def test_a_hooks_own_role_needs_the_permission_to_answer(shop, aws, cloud):
    code = (
        "import boto3\n"
        "def handler(event, context):\n"
        "    put = boto3.client('codedeploy').put_lifecycle_event_hook_execution_status\n"
        "    put(deploymentId=event['DeploymentId'], status='Succeeded',\n"
        "        lifecycleEventHookExecutionId=event['LifecycleEventHookExecutionId'])\n"
    )
    group = shop.group()
    arn = f"arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:{group.app}/{group.name}"
    action = "codedeploy:PutLifecycleEventHookExecutionStatus"
    may = builders.role(aws, allow={"Effect": "Allow", "Action": action, "Resource": arn})
    hook = builders.function(aws, code=code, Role=may)
    assert group.run(hooks={BEFORE: hook})["status"] == "Succeeded"
    other = shop.group(rollback=[])
    deployment = other.deploy(hooks={BEFORE: hook})
    denied = Silent.__new__(Silent)
    denied.aws, denied.name = aws, hook
    wait_for(lambda: any("AccessDenied" in line for line in denied.logged()))
    assert other.show(deployment)["status"] == "InProgress"
    other.stop(deployment)
    other.end(deployment)
