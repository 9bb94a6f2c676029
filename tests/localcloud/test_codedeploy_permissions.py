"""Which resource a role must be allowed to use for each of CodeDeploy's operations.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_codedeploy.html
"""

import boto3
import pytest

from localcloud import clients
from localcloud.codedeploy.inputs import MODEL
from localcloud.codedeploy.model import Deployment, Store
from localcloud.codedeploy.resources import resources
from tests import builders
from tests.builders import unique

ARN = "arn:aws:codedeploy:us-east-1:123456789012:"
DEPLOYMENT = Deployment("app", "group", {}, None, {}, 0.0, id="d-111111111")
PARAMS = {
    "applicationName": "app",
    "deploymentGroupName": "group",
    "deploymentId": DEPLOYMENT.id,
    "deploymentConfigName": "config",
    "instanceName": "machine",
    "ResourceArn": f"{ARN}application:tagged",
}
GROUP, APPLICATION = f"{ARN}deploymentgroup:app/group", f"{ARN}application:app"
KNOWN = {
    "CreateDeployment": GROUP,
    "GetDeployment": GROUP,
    "ListDeployments": GROUP,
    "PutLifecycleEventHookExecutionStatus": GROUP,
    "CreateApplication": APPLICATION,
    "RegisterApplicationRevision": APPLICATION,
    "ListDeploymentGroups": APPLICATION,
    "GetDeploymentConfig": f"{ARN}deploymentconfig:config",
    "GetOnPremisesInstance": f"{ARN}instance:machine",
    "TagResource": f"{ARN}application:tagged",
}
WITHOUT = {
    "BatchGetDeploymentTargets",
    "ContinueDeployment",
    "DeleteGitHubAccountToken",
    "DeleteResourcesByExternalId",
    "GetDeploymentTarget",
    "ListApplications",
    "ListDeploymentConfigs",
    "ListDeploymentTargets",
    "ListGitHubAccountTokenNames",
    "ListOnPremisesInstances",
    "SkipWaitTimeForInstanceTermination",
    "StopDeployment",
}


@pytest.fixture
def store():
    found = Store()
    found.deployments[DEPLOYMENT.id] = DEPLOYMENT
    return found


@pytest.mark.parametrize(("operation", "resource"), KNOWN.items())
def test_an_operation_is_checked_on_what_it_is_about(store, operation, resource):
    assert resources(operation, PARAMS, store) == [resource]


def test_twelve_operations_know_no_resource(store):
    assert {
        name for name in MODEL.operation_names if resources(name, PARAMS, store) == ["*"]
    } == WITHOUT


def test_a_batch_is_checked_on_each_of_its_names(store):
    params = {"applicationName": "app", "deploymentGroupNames": ["one", "two"]}
    assert resources("BatchGetDeploymentGroups", params, store) == [
        f"{ARN}deploymentgroup:app/one",
        f"{ARN}deploymentgroup:app/two",
    ]


def test_an_update_is_checked_on_the_group_that_is_there(store):
    params = {"applicationName": "app", "currentDeploymentGroupName": "old"}
    assert resources("UpdateDeploymentGroup", params, store) == [f"{ARN}deploymentgroup:app/old"]


@pytest.mark.parametrize(("team", "allowed"), [("ours", True), ("theirs", False)])
def test_a_condition_on_a_groups_tags_holds_for_its_tags(aws, cloud, team, allowed):
    app = unique("app")
    aws.codedeploy.create_application(applicationName=app, computePlatform="Lambda")
    where = {"applicationName": app, "deploymentGroupName": "g"}
    tags = [{"Key": "team", "Value": team}]
    role = builders.role(aws)
    aws.codedeploy.create_deployment_group(**where, serviceRoleArn=role, tags=tags)
    condition = {"StringEquals": {"aws:ResourceTag/team": "ours"}}
    allow = {"Effect": "Allow", "Action": "codedeploy:*", "Resource": "*", "Condition": condition}
    keys = clients.credentials_of(builders.role(aws, allow=allow), "caller")
    caller = boto3.client(
        "codedeploy",
        endpoint_url=cloud.endpoint,
        **{name.lower(): value for name, value in keys.items()},
    )
    if allowed:
        assert caller.get_deployment_group(**where)
        return
    with pytest.raises(caller.exceptions.ClientError, match="AccessDenied"):
        caller.get_deployment_group(**where)
