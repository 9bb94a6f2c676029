"""CreateDeployment: what each parameter means on Lambda, and when each error comes.

https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeployment.html
"""

import threading

import boto3
import pytest

from localcloud import clients
from localcloud.faults.plan import Fault
from tests import builders
from tests.builders import appspec, revision, unique, wait_for
from tests.localcloud.codedeploy_shop import Silent, plain_client, refusal

REVISION = revision(appspec("f", "1", "2"))
STYLE = {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITHOUT_TRAFFIC_CONTROL"}
TAG = {"Key": "k", "Value": "v", "Type": "KEY_AND_VALUE"}


@pytest.fixture(scope="module")
def groups(client, aws):
    """An application and a group of each platform, and a blue/green one."""
    made, role = {}, builders.role(aws)
    for name, platform in {
        "Lambda": "Lambda",
        "ECS": "ECS",
        "Server": "Server",
        "B/G": "Server",
    }.items():
        where = {"applicationName": unique("app"), "deploymentGroupName": unique("g")}
        client.create_application(
            applicationName=where["applicationName"], computePlatform=platform
        )
        style = {"deploymentStyle": STYLE} if name == "B/G" else {}
        client.create_deployment_group(**where, serviceRoleArn=role, **style)
        made[name] = where
    return made


S3 = {"revisionType": "S3", "s3Location": {"bucket": "b", "key": "k", "bundleType": "zip"}}
GITHUB = {
    "revisionType": "GitHub",
    "gitHubLocation": {"repository": "o/n", "commitId": "0" * 40},
}


@pytest.mark.parametrize(
    ("platform", "params", "error"),
    [
        ("Lambda", {"applicationName": ""}, "ApplicationNameRequired"),
        ("Lambda", {"applicationName": "a b"}, "InvalidApplicationName"),
        ("Lambda", {"applicationName": "nobody"}, "ApplicationDoesNotExist"),
        ("Lambda", {"deploymentGroupName": ""}, "DeploymentGroupNameRequired"),
        ("Lambda", {"deploymentGroupName": "a b"}, "InvalidDeploymentGroupName"),
        ("Lambda", {"deploymentGroupName": "nobody"}, "DeploymentGroupDoesNotExist"),
        ("Lambda", {"revision": {}}, "RevisionRequired"),
        ("Lambda", {"revision": {"revisionType": "Paper"}}, "InvalidRevision"),
        ("Lambda", {"revision": GITHUB}, "InvalidRevision"),
        (
            "Lambda",
            {"revision": {"revisionType": "AppSpecContent", "appSpecContent": {"sha256": "0"}}},
            "RevisionDoesNotExist",
        ),
        ("Lambda", {"deploymentConfigName": "a b"}, "InvalidDeploymentConfigName"),
        ("Lambda", {"deploymentConfigName": "nobody"}, "DeploymentConfigDoesNotExist"),
        (
            "Lambda",
            {"deploymentConfigName": "CodeDeployDefault.ECSAllAtOnce"},
            "InvalidDeploymentConfigName",
        ),
        ("Lambda", {"description": "x" * 257}, "DescriptionTooLong"),
        ("Lambda", {"targetInstances": {"tagFilters": [TAG]}}, "InvalidTargetInstances"),
        ("Server", {"targetInstances": {"tagFilters": [TAG]}}, "InvalidTargetInstances"),
        (
            "B/G",
            {"targetInstances": {"tagFilters": [TAG], "ec2TagSet": {"ec2TagSetList": [[TAG]]}}},
            "InvalidTargetInstances",
        ),
        (
            "B/G",
            {"targetInstances": {"ec2TagSet": {"ec2TagSetList": [[TAG]] * 4}}},
            "InvalidTargetInstances",
        ),
        (
            "B/G",
            {"targetInstances": {"autoScalingGroups": ["a"] * 11}},
            "InvalidAutoScalingGroup",
        ),
        ("Lambda", {"overrideAlarmConfiguration": {"enabled": True}}, "InvalidAlarmConfig"),
        (
            "Lambda",
            {"overrideAlarmConfiguration": {"alarms": [{"name": f"a{n}"} for n in range(51)]}},
            "AlarmsLimitExceeded",
        ),
        ("Lambda", {"autoRollbackConfiguration": {"enabled": True}}, "InvalidAutoRollbackConfig"),
        (
            "Lambda",
            {"autoRollbackConfiguration": {"enabled": True, "events": ["RAIN"]}},
            "InvalidAutoRollbackConfig",
        ),
        ("Lambda", {"fileExistsBehavior": "BURN"}, "InvalidFileExistsBehavior"),
        (
            "Lambda",
            {"updateOutdatedInstancesOnly": True},
            "InvalidUpdateOutdatedInstancesOnlyValue",
        ),
        (
            "Lambda",
            {"ignoreApplicationStopFailures": True},
            "InvalidIgnoreApplicationStopFailuresValue",
        ),
        (
            "Lambda",
            {"ec2DeploymentOptions": {"autoScalingGroupProcessesToSuspend": ["Launch"]}},
            "InvalidAutoScalingGroupProcessToSuspend",
        ),
        (
            "Lambda",
            {"ec2DeploymentOptions": {"autoScalingGroupProcessesToSuspend": ["AZRebalance"]}},
            "InvalidInput",
        ),
        ("Lambda", {"deploymentMode": "RESTART"}, "InvalidInput"),
        ("ECS", {"deploymentMode": "RESTART"}, "InvalidInput"),
        ("Server", {"deploymentMode": "RESTART"}, "InvalidInput"),  # it takes no revision
        ("Lambda", {"deploymentMode": "SOMETIMES"}, "InvalidInput"),
        ("ECS", {}, "InvalidComputePlatform"),  # not yet
        (
            "Server",
            {"revision": S3, "ignoreApplicationStopFailures": True},
            "InvalidComputePlatform",
        ),
    ],
)
def test_a_request_that_cannot_be_is_refused_at_once(client, groups, platform, params, error):
    kind = S3 if platform in ("Server", "B/G") else REVISION
    wanted = {**groups[platform], "revision": kind, **params}
    assert refusal(client.create_deployment, **wanted)[0] == error
    listed = client.list_deployments(**groups[platform])["deployments"]
    assert listed == []


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"applicationName": "nobody"}, "No application found for name: nobody"),
        ({"deploymentGroupName": "nobody"}, "No Deployment Group found for name: nobody"),
        (
            {"deploymentConfigName": "nobody"},
            "No deployment configuration found for name: nobody",
        ),
    ],
)
def test_an_unknown_name_is_told_in_so_many_words(client, groups, params, message):
    wanted = {**groups["Lambda"], "revision": REVISION, **params}
    assert refusal(client.create_deployment, **wanted)[1] == message


def test_what_is_wrong_is_told_in_an_order(client, groups):
    """Names, application, group, configuration, revision, all else."""
    wrong = {
        "applicationName": ("nobody", "ApplicationDoesNotExist"),
        "deploymentGroupName": ("nobody", "DeploymentGroupDoesNotExist"),
        "deploymentConfigName": ("nobody", "DeploymentConfigDoesNotExist"),
        "revision": ({"revisionType": "Paper"}, "InvalidRevision"),
        "description": ("x" * 257, "DescriptionTooLong"),
    }
    right = {**groups["Lambda"], "revision": REVISION}
    params = {**right, **{name: value for name, (value, _) in wrong.items()}}
    assert refusal(client.create_deployment, **{**params, "deploymentGroupName": "a b"})[0] == (
        "InvalidDeploymentGroupName"
    )
    for name, (_, error) in wrong.items():
        assert refusal(client.create_deployment, **params)[0] == error
        params.pop(name)
        params.update({name: right[name]} if name in right else {})


def test_the_platform_that_is_not_deployed_to_yet_says_so(client, groups):
    _, message = refusal(client.create_deployment, **groups["ECS"], revision=REVISION)
    assert message == "The local cloud does not deploy to the ECS platform yet."


def test_a_group_deploys_once_at_a_time_and_names_the_one_that_does(shop, aws, cloud):
    hook, group = Silent(aws), shop.group(rollback=[])
    first = group.deploy(hooks={"BeforeAllowTraffic": hook.name})
    with pytest.raises(aws.codedeploy.exceptions.DeploymentLimitExceededException) as error:
        group.deploy()
    assert error.value.response["Error"]["Message"] == (
        f"The Deployment Group '{group.name}' already has an active Deployment '{first}'"
    )
    group.stop(first)
    group.end(first)


def test_of_many_requests_at_once_one_makes_a_deployment(shop, cloud):
    group, gate, told = shop.group(shop.minute), threading.Barrier(8), []
    clients = [plain_client(cloud) for _ in range(8)]

    def deploy(client):
        gate.wait()
        try:
            client.create_deployment(
                applicationName=group.app,
                deploymentGroupName=group.name,
                revision=revision(group.appspec()),
            )
            told.append("made")
        except client.exceptions.DeploymentLimitExceededException:
            told.append("refused")

    threads = [threading.Thread(target=deploy, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["made"] + ["refused"] * 7
    (made,) = shop.aws.codedeploy.list_deployments(
        applicationName=group.app, deploymentGroupName=group.name
    )["deployments"]
    assert group.end(made)["status"] == "Succeeded"


def test_a_deployments_configuration_stands_for_its_groups(shop):
    group = shop.group()
    info = group.run(deploymentConfigName=shop.minute, description="by hand")
    assert (info["deploymentConfigName"], info["description"]) == (shop.minute, "by hand")


def test_without_one_a_deployment_has_its_groups_configuration(shop):
    assert shop.group(shop.minute).run()["deploymentConfigName"] == shop.minute


def test_where_the_group_has_none_either_it_is_all_at_once(shop, client):
    group = shop.group()
    where = {"applicationName": unique("app"), "deploymentGroupName": "g"}
    client.create_application(applicationName=where["applicationName"], computePlatform="Lambda")
    client.create_deployment_group(**where, serviceRoleArn=shop.role)
    made = client.create_deployment(**where, revision=revision(group.appspec()))
    info = group.end(made["deploymentId"])
    assert (info["status"], info["deploymentConfigName"]) == (
        "Succeeded",
        "CodeDeployDefault.LambdaAllAtOnce",
    )


def test_what_is_false_or_standard_can_be_said_to_lambda(shop):
    info = shop.group().run(
        deploymentMode="STANDARD",
        ignoreApplicationStopFailures=False,
        updateOutdatedInstancesOnly=False,
    )
    assert info["status"] == "Succeeded"
    assert "deploymentMode" not in info  # it is told of a restart alone


def test_only_a_planned_fault_throttles_and_in_the_modelled_form(shop, cloud, client):
    group = shop.group()
    wanted = {
        "applicationName": group.app,
        "deploymentGroupName": group.name,
        "revision": revision(group.appspec()),
    }
    cloud.faults.set([Fault("throttled", "codedeploy", "CreateDeployment", "owner")])
    try:
        assert refusal(client.create_deployment, **wanted)[0] == "Throttling"
    finally:
        cloud.faults.clear()
    made = client.create_deployment(**wanted)["deploymentId"]
    assert group.end(made)["status"] == "Succeeded"


def test_a_revision_is_registered_by_its_first_deployment(shop):
    group = shop.group()
    text = group.appspec()
    group.run(text=text)
    found = shop.aws.codedeploy.get_application_revision(
        applicationName=group.app, revision=revision(text)
    )
    assert found["revision"]["appSpecContent"]["content"] == text


def test_the_same_request_twice_is_two_deployments(shop):
    group = shop.group()
    first = group.deploy()
    assert group.end(first)["status"] == "Succeeded"
    assert group.deploy("2", "1") != first


def who_may(aws, cloud, *operations):
    """A client that may do these operations alone."""
    actions = [f"codedeploy:{name}" for name in operations]
    role = builders.role(aws, allow={"Effect": "Allow", "Action": actions, "Resource": "*"})
    keys = clients.credentials_of(role, "caller")
    return boto3.client(
        "codedeploy",
        endpoint_url=cloud.endpoint,
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
        aws_session_token=keys["AWS_SESSION_TOKEN"],
    )


@pytest.mark.parametrize(
    ("allowed", "missing"),
    [
        ("GetDeploymentConfig", "RegisterApplicationRevision"),
        ("RegisterApplicationRevision", "GetDeploymentConfig"),
    ],
)
def test_who_deploys_may_register_revisions_and_read_the_configuration(
    shop, aws, cloud, allowed, missing
):
    group, caller = shop.group(), who_may(aws, cloud, "CreateDeployment", allowed)
    with pytest.raises(caller.exceptions.ClientError, match=f"codedeploy:{missing} on"):
        caller.create_deployment(
            applicationName=group.app,
            deploymentGroupName=group.name,
            deploymentConfigName=shop.minute,
            revision=revision(group.appspec()),
        )


def test_overriding_alarms_needs_the_permission_to_update_the_group(shop, aws, cloud):
    group = shop.group()
    ours = f"arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:{group.app}/{group.name}"
    caller = who_may(aws, cloud, "CreateDeployment", "RegisterApplicationRevision")
    wanted = {
        "applicationName": group.app,
        "deploymentGroupName": group.name,
        "revision": revision(group.appspec()),
    }
    with pytest.raises(caller.exceptions.ClientError) as error:
        caller.create_deployment(**wanted, overrideAlarmConfiguration={"enabled": False})
    assert f"codedeploy:UpdateDeploymentGroup on resource: {ours}" in str(error.value)
    assert group.end(caller.create_deployment(**wanted)["deploymentId"])["status"] == "Succeeded"


def test_deployments_are_listed_by_group_status_and_time_the_newest_first(shop):
    group = shop.group()
    listed = shop.aws.codedeploy.list_deployments
    ids = [group.deploy()]
    group.end(ids[0])
    ids.append(group.deploy("2", "1"))
    end = group.end(ids[1])["createTime"]
    where = {"applicationName": group.app, "deploymentGroupName": group.name}
    assert listed(**where)["deployments"] == ids[::-1]
    assert listed(**where, includeOnlyStatuses=["Succeeded"])["deployments"] == ids[::-1]
    assert listed(**where, includeOnlyStatuses=["Failed"])["deployments"] == []
    assert listed(**where, createTimeRange={"start": end})["deployments"] == ids[1:]
    found = shop.aws.codedeploy.batch_get_deployments(deploymentIds=[*ids, "d-000000000"])
    assert [info["deploymentId"] for info in found["deploymentsInfo"]] == ids
    wait_for(lambda: group.show(ids[1])["status"] == "Succeeded")
