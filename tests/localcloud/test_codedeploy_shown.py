"""What a deployment and its target show, and CodeDeploy's quotas.

https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_DeploymentInfo.html
https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html
"""

import re

import pytest
from botocore.exceptions import WaiterError

from localcloud.clock import Clock
from localcloud.codedeploy.configurations import predefined
from localcloud.codedeploy.deployments import Deployments
from localcloud.codedeploy.inputs import MODEL
from localcloud.codedeploy.model import Deployment, Store
from localcloud.codedeploy.targets import Targets
from localcloud.wire import AwsError
from tests.builders import wait_for
from tests.localcloud.codedeploy_shop import ALL_AT_ONCE, OVER, post, refusal


@pytest.fixture(scope="module")
def done(shop):
    group = shop.group()
    deployment = group.deploy()
    group.end(deployment)
    return group, deployment


def enum(name):
    return MODEL.shape_for(name).enum


def test_an_id_is_d_and_nine_letters_or_digits(done):
    assert re.fullmatch(r"d-[A-Z0-9]{9}", done[1])


def test_a_status_is_one_of_the_models(done):
    group, deployment = done
    info, target = group.show(deployment), group.target(deployment)
    assert info["status"] in enum("DeploymentStatus")
    assert info["creator"] in enum("DeploymentCreator")
    assert target["status"] in enum("TargetStatus")
    assert all(e["status"] in enum("LifecycleEventStatus") for e in target["lifecycleEvents"])


def test_a_deployment_and_its_target_have_members_of_the_model_alone(done, cloud):
    group, deployment = done
    info = post(cloud, "GetDeployment", {"deploymentId": deployment})[1]["deploymentInfo"]
    assert set(info) <= set(MODEL.shape_for("DeploymentInfo").members)
    about = {"deploymentId": deployment, "targetId": group.target(deployment)["targetId"]}
    target = post(cloud, "GetDeploymentTarget", about)[1]["deploymentTarget"]["lambdaTarget"]
    assert set(target) == set(MODEL.shape_for("LambdaTarget").members)


def test_times_are_seconds_since_the_epoch_on_the_wire(done, cloud):
    info = post(cloud, "GetDeployment", {"deploymentId": done[1]})[1]["deploymentInfo"]
    times = [info[name] for name in ("createTime", "startTime", "completeTime")]
    assert all(isinstance(time, float | int) for time in times)
    assert times == sorted(times)


def test_a_deployment_is_created_before_it_starts():
    """Here it starts so soon that nobody sees it: one that was never started."""
    store = Store()
    configuration = predefined()[ALL_AT_ONCE]
    deployment = Deployment("a", "g", {}, configuration, {}, 1.0)
    store.deployments[deployment.id] = deployment
    get = Deployments(store, Clock(), None, None).get_deployment
    info = get({"deploymentId": deployment.id})["deploymentInfo"]
    assert (info["status"], info["startTime"], info["completeTime"]) == ("Created", None, None)
    assert info["deploymentOverview"]["Pending"] == 1


def test_queued_ready_and_baking_are_never_seen(shop, cloud):
    group, seen = shop.group(shop.configuration("TimeBasedCanary", 10, 4)), set()
    deployment = group.deploy()
    kept = cloud.deployments.deployments[deployment]

    def over():
        seen.add(kept.status)
        return kept.status in OVER

    wait_for(over, every=0.001)
    assert {"InProgress", "Succeeded"} <= seen <= {"Created", "InProgress", "Succeeded"}


@pytest.mark.parametrize(("given", "shown"), [({}, "DISALLOW"), (None, "RETAIN")])
def test_what_is_done_with_files_is_shown_though_there_are_none(shop, given, shown):
    params = {"fileExistsBehavior": shown} if given is None else given
    assert shop.group().run(**params)["fileExistsBehavior"] == shown


def test_every_cause_that_the_engine_knows_is_one_of_the_models():
    import pathlib

    from localcloud import codedeploy

    told = set()
    for path in pathlib.Path(codedeploy.__path__[0]).glob("*.py"):
        told |= set(re.findall(r'(?:missing\(|"Failed", |_CODE = )"([A-Z_]+)"', path.read_text()))
    assert {"IAM_ROLE_MISSING", "INVALID_LAMBDA_FUNCTION", "THROTTLED"} <= told
    assert told <= set(enum("ErrorCode"))


def test_a_deployment_carries_no_lifecycle_events_and_its_target_all_three(done):
    group, deployment = done
    assert "lifecycleEvents" not in group.show(deployment)
    names = [e["lifecycleEventName"] for e in group.target(deployment)["lifecycleEvents"]]
    assert names == ["BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic"]


def test_all_events_are_there_from_the_start(shop, hook, cloud):
    group = shop.group(rollback=[])
    deployment = group.deploy(hooks={"BeforeAllowTraffic": hook.name})
    hook.execution(cloud, deployment)
    assert group.events(deployment) == ["InProgress", "Pending", "Pending"]
    group.stop(deployment)
    group.end(deployment)


def test_a_lambda_deployment_has_one_target_whose_weight_is_a_fraction(done, client):
    group, deployment = done
    (target_id,) = client.list_deployment_targets(deploymentId=deployment)["targetIds"]
    found = client.get_deployment_target(deploymentId=deployment, targetId=target_id)
    assert found["deploymentTarget"]["deploymentTargetType"] == "LambdaTarget"
    target = found["deploymentTarget"]["lambdaTarget"]
    assert (target["targetId"], target["deploymentId"]) == (target_id, deployment)
    assert target["targetArn"].endswith(f":function:{group.shop.function}:{group.name}")
    assert target["lambdaFunctionInfo"]["targetVersionWeight"] == 1.0
    batch = client.batch_get_deployment_targets(deploymentId=deployment, targetIds=[target_id])
    assert batch["deploymentTargets"] == [found["deploymentTarget"]]


@pytest.mark.parametrize(
    ("operation", "params", "error"),
    [
        ("get_deployment_target", {}, "DeploymentTargetIdRequired"),
        ("get_deployment_target", {"targetId": "nobody"}, "DeploymentTargetDoesNotExist"),
        ("batch_get_deployment_targets", {"targetIds": ["nobody"]}, "DeploymentTargetDoesNotExist"),
        ("batch_get_deployment_targets", {"targetIds": [""]}, "InvalidDeploymentTargetId"),
        (
            "batch_get_deployment_targets",
            {"targetIds": ["a", "b"]},
            "DeploymentTargetListSizeExceeded",
        ),
        ("list_deployment_targets", {"targetFilters": {"Size": ["L"]}}, "InvalidTargetFilterName"),
        (
            "list_deployment_targets",
            {"targetFilters": {"TargetStatus": ["Gone"]}},
            "InvalidInstanceStatus",
        ),
        (
            "list_deployment_targets",
            {"targetFilters": {"ServerInstanceLabel": ["Red"]}},
            "InvalidInstanceType",
        ),
        ("list_deployment_instances", {}, "InvalidComputePlatform"),
        ("list_deployment_instances", {"instanceStatusFilter": ["Gone"]}, "InvalidInstanceStatus"),
        ("list_deployment_instances", {"instanceTypeFilter": ["Red"]}, "InvalidInstanceType"),
        ("get_deployment_instance", {"instanceId": "i"}, "InvalidComputePlatform"),
        ("get_deployment_instance", {}, "InstanceIdRequired"),
        ("batch_get_deployment_instances", {"instanceIds": ["i"]}, "InvalidComputePlatform"),
        (
            "continue_deployment",
            {"deploymentWaitType": "READY_WAIT"},
            "UnsupportedActionForDeploymentType",
        ),
        ("continue_deployment", {"deploymentWaitType": "LONG"}, "InvalidDeploymentWaitType"),
        ("skip_wait_time_for_instance_termination", {}, "UnsupportedActionForDeploymentType"),
    ],
)
def test_a_question_about_a_target_that_cannot_be_is_refused(
    done, client, operation, params, error
):
    assert refusal(getattr(client, operation), deploymentId=done[1], **params)[0] == error


@pytest.mark.parametrize(("status", "found"), [("Succeeded", 1), ("Failed", 0)])
def test_targets_are_listed_by_their_status(done, client, status, found):
    filters = {"TargetStatus": [status]}
    listed = client.list_deployment_targets(deploymentId=done[1], targetFilters=filters)
    assert len(listed["targetIds"]) == found


def test_there_is_no_target_before_the_start():
    store = Store()
    deployment = Deployment("a", "g", {}, None, {}, 1.0)
    store.deployments[deployment.id] = deployment
    for name in ("list_deployment_targets", "get_deployment_target"):
        with pytest.raises(AwsError) as error:
            getattr(Targets(store), name)({"deploymentId": deployment.id, "targetId": "x"})
        assert error.value.code == "DeploymentNotStartedException"


def test_an_appspec_that_cannot_be_read_has_no_target(shop, client):
    group = shop.group()
    deployment = group.deploy(text="no AppSpec")
    group.end(deployment)
    assert client.list_deployment_targets(deploymentId=deployment)["targetIds"] == []


def test_the_waiter_of_boto3_gives_up_after_half_an_hour(client):
    """A linear shift of ten intervals of ten minutes takes longer."""
    config = client.get_waiter("deployment_successful").config
    assert (config.delay, config.max_attempts) == (15, 120)


FAST = {"Delay": 1, "MaxAttempts": 20}


def test_the_waiter_of_boto3_comes_back_from_a_success(shop):
    waiter = shop.aws.codedeploy.get_waiter("deployment_successful")
    waiter.wait(deploymentId=shop.group().deploy(), WaiterConfig=FAST)


@pytest.mark.parametrize("end", ["Failed", "Stopped"])
def test_the_waiter_of_boto3_raises_for_a_failure_and_a_stop(shop, aws, hook, cloud, end):
    group = shop.group()
    deployment = group.deploy(hooks={"BeforeAllowTraffic": hook.name})
    execution = hook.execution(cloud, deployment)
    if end == "Failed":
        hook.answer(deployment, execution, "Failed")
    else:
        group.stop(deployment)
    group.end(deployment)
    with pytest.raises(WaiterError) as error:
        waiter = aws.codedeploy.get_waiter("deployment_successful")
        waiter.wait(deploymentId=deployment, WaiterConfig=FAST)
    assert error.value.last_response["deploymentInfo"]["status"] == end
