"""CodeDeploy's quotas: how many of everything there may be.

https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html
"""

import pytest

from localcloud.clock import Clock
from localcloud.codedeploy.applications import Applications
from localcloud.codedeploy.appspec import HOOK_EVENTS
from localcloud.codedeploy.custom_configurations import MAX_SHIFT_MINUTES, Configurations
from localcloud.codedeploy.groups import Groups
from localcloud.codedeploy.hooks import HOOK_LIMIT_SECONDS
from localcloud.codedeploy.model import Application, Store
from localcloud.codedeploy.service_role import ServiceRoles
from localcloud.wire import AwsError
from tests.builders import unique
from tests.localcloud.codedeploy_shop import (
    refusal,
)


@pytest.mark.parametrize(
    ("operation", "member", "most"),
    [
        ("batch_get_deployments", "deploymentIds", 25),
        ("batch_get_applications", "applicationNames", 100),
        ("batch_get_deployment_groups", "deploymentGroupNames", 100),
        ("batch_get_on_premises_instances", "instanceNames", 25),
        ("batch_get_application_revisions", "revisions", 25),
    ],
)
def test_a_batch_has_a_most(client, operation, member, most):
    app = unique("app")
    client.create_application(applicationName=app)
    one = {"deploymentIds": "d-000000000", "applicationNames": app, "revisions": S3}.get(
        member, "x"
    )
    about = {"applicationName": app} if operation.endswith(("groups", "revisions")) else {}
    call = getattr(client, operation)
    call(**about, **{member: [one] * most})
    assert refusal(call, **about, **{member: [one] * (most + 1)})[0] == "BatchLimitExceeded"


def test_no_lambda_deployment_can_take_more_than_fifty_hours():
    """By what it is made of: the longest shift that a configuration may have, and two hooks."""
    assert MAX_SHIFT_MINUTES * 60 + len(HOOK_EVENTS) * HOOK_LIMIT_SECONDS == 50 * 3600


S3 = {"revisionType": "S3", "s3Location": {"bucket": "b", "key": "k", "bundleType": "zip"}}


def code(call, params):
    with pytest.raises(AwsError) as error:
        call(params)
    return error.value.code.removesuffix("Exception")


def test_an_account_has_a_thousand_applications():
    store = Store()
    store.applications = {f"a{n}": Application(f"a{n}", "Lambda", 0.0) for n in range(1000)}
    create = Applications(store, Clock()).create_application
    assert code(create, {"applicationName": "more"}) == "ApplicationLimitExceeded"


def test_an_application_has_a_thousand_groups():
    store = Store()
    app = store.applications["a"] = Application("a", "Lambda", 0.0)
    app.groups = dict.fromkeys(f"g{n}" for n in range(1000))
    create = Groups(store, ServiceRoles(enforced=False), None).create_deployment_group
    wanted = {"applicationName": "a", "deploymentGroupName": "g", "serviceRoleArn": "r"}
    assert code(create, wanted) == "DeploymentGroupLimitExceeded"


def test_an_account_has_fifty_configurations_of_its_own():
    store = Store()
    configurations = Configurations(store, Clock())
    wanted = {"computePlatform": "Lambda", "trafficRoutingConfig": {"type": "AllAtOnce"}}
    create = configurations.create_deployment_config
    for n in range(50):
        create({"deploymentConfigName": f"c{n}", **wanted})
    assert code(create, {"deploymentConfigName": "more", **wanted}) == (
        "DeploymentConfigLimitExceeded"
    )


def test_an_account_runs_1300_deployments(shop, cloud):
    from localcloud.codedeploy.model import Group as Kept

    group = shop.group()
    busy = cloud.deployments.applications["busy"] = Application("busy", "Lambda", 0.0)
    for n in range(1300):
        busy.groups[f"g{n}"] = Kept("busy", f"g{n}", "Lambda", {}, active="d-000000000")
    try:
        with pytest.raises(shop.aws.codedeploy.exceptions.DeploymentLimitExceededException):
            group.deploy()
    finally:
        del cloud.deployments.applications["busy"]


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        (
            {"alarmConfiguration": {"alarms": [{"name": f"a{n}"} for n in range(51)]}},
            "AlarmsLimitExceeded",
        ),
        (
            {
                "triggerConfigurations": [
                    {
                        "triggerName": f"t{n}",
                        "triggerTargetArn": "arn:aws:sns:us-east-1:123456789012:t",
                        "triggerEvents": ["DeploymentStart"],
                    }
                    for n in range(11)
                ]
            },
            "TriggerTargetsLimitExceeded",
        ),
        ({"tags": [{"Key": f"k{n}", "Value": "v"} for n in range(51)]}, "InvalidTagsToAdd"),
    ],
)
def test_a_group_has_a_most_of_everything(shop, client, settings, error):
    app = unique("app")
    client.create_application(applicationName=app, computePlatform="Lambda")
    wanted = {"applicationName": app, "deploymentGroupName": "g", "serviceRoleArn": shop.role}
    assert refusal(client.create_deployment_group, **wanted, **settings)[0] == error


def test_a_description_has_256_characters(shop, client):
    group = shop.group()
    assert group.run(description="x" * 256)["status"] == "Succeeded"
    place = {"applicationName": group.app, "revision": S3}
    call = client.register_application_revision
    assert refusal(call, **place, description="x" * 257)[0] == "DescriptionTooLong"
