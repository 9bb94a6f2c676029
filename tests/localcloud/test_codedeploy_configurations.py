"""Deployment configurations: the predefined ones, and what one's own may say.

https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html
"""

import pytest

from localcloud.codedeploy.configurations import steps
from tests.builders import unique
from tests.localcloud.codedeploy_shop import refusal

LAMBDA_CANARIES = {f"LambdaCanary10Percent{n}Minutes": n for n in (5, 10, 15, 30)}
LAMBDA_LINEARS = {
    "LambdaLinear10PercentEvery1Minute": 1,
    "LambdaLinear10PercentEvery2Minutes": 2,
    "LambdaLinear10PercentEvery3Minutes": 3,
    "LambdaLinear10PercentEvery10Minutes": 10,
}
SERVER = {
    "OneAtATime": {"type": "MOST_CONCURRENCY", "value": 1},
    "HalfAtATime": {"type": "FLEET_PERCENT", "value": 50},
    "AllAtOnce": {"type": "HOST_COUNT", "value": 0},
}


def predefined(client, name):
    found = client.get_deployment_config(deploymentConfigName=f"CodeDeployDefault.{name}")
    return found["deploymentConfigInfo"]


def create(client, **params):
    name = params.pop("name", unique("own"))
    client.create_deployment_config(deploymentConfigName=name, **params)
    return client.get_deployment_config(deploymentConfigName=name)["deploymentConfigInfo"]


def shifting(kind="TimeBasedCanary", percent=10, minutes=5):
    word = "canary" if kind == "TimeBasedCanary" else "linear"
    values = {f"{word}Percentage": percent, f"{word}Interval": minutes}
    return {
        "computePlatform": "Lambda",
        "trafficRoutingConfig": {"type": kind, f"timeBased{word.title()}": values},
    }


def test_seventeen_configurations_are_predefined_and_no_other(client):
    names = client.list_deployment_configs()["deploymentConfigsList"]
    names = [n.split(".")[1] for n in names if n.startswith("CodeDeployDefault.")]
    assert len(names) == 17
    assert {n for n in names if n.startswith("ECS")} == {
        "ECSAllAtOnce",
        "ECSCanary10Percent5Minutes",
        "ECSCanary10Percent15Minutes",
        "ECSLinear10PercentEvery1Minutes",
        "ECSLinear10PercentEvery3Minutes",
    }
    assert {n for n in names if n.startswith("Lambda")} == {
        "LambdaAllAtOnce",
        *LAMBDA_CANARIES,
        *LAMBDA_LINEARS,
    }


@pytest.mark.parametrize("name", SERVER)
def test_a_server_configuration_counts_healthy_hosts(client, name):
    found = predefined(client, name)
    assert (found["computePlatform"], found["minimumHealthyHosts"]) == ("Server", SERVER[name])


@pytest.mark.parametrize("name", ["LambdaAllAtOnce", "ECSAllAtOnce"])
def test_all_at_once_is_one_step(client, name):
    assert predefined(client, name)["trafficRoutingConfig"] == {"type": "AllAtOnce"}


@pytest.mark.parametrize(("name", "minutes"), LAMBDA_CANARIES.items())
def test_a_canary_is_ten_percent_for_some_minutes(client, name, minutes):
    assert predefined(client, name)["trafficRoutingConfig"] == {
        "type": "TimeBasedCanary",
        "timeBasedCanary": {"canaryPercentage": 10, "canaryInterval": minutes},
    }


@pytest.mark.parametrize(("name", "minutes"), LAMBDA_LINEARS.items())
def test_a_linear_one_adds_ten_percent_every_so_many_minutes(client, name, minutes):
    assert predefined(client, name)["trafficRoutingConfig"] == {
        "type": "TimeBasedLinear",
        "timeBasedLinear": {"linearPercentage": 10, "linearInterval": minutes},
    }


@pytest.mark.parametrize(
    ("name", "kind", "values"),
    [
        ("ECSCanary10Percent5Minutes", "canary", (10, 5)),
        ("ECSCanary10Percent15Minutes", "canary", (10, 15)),
        ("ECSLinear10PercentEvery1Minutes", "linear", (10, 1)),
        ("ECSLinear10PercentEvery3Minutes", "linear", (10, 3)),
    ],
)
def test_ecs_has_four_that_shift_ten_percent_at_first(client, name, kind, values):
    found = predefined(client, name)
    member = f"timeBased{kind.title()}"
    wanted = dict(zip((f"{kind}Percentage", f"{kind}Interval"), values, strict=True))
    assert (found["computePlatform"], found["trafficRoutingConfig"][member]) == ("ECS", wanted)


@pytest.mark.parametrize(
    "name",
    [
        "Canary10Percent5Minutes",
        "CodeDeployDefault.Canary10Percent5Minutes",
        "CodeDeployDefault.Custom",
        "CodeDeployDefault.LambdaCanary5Percent5Minutes",
        "CodeDeployDefault.LambdaLinear20PercentEvery1Minute",
        "CodeDeployDefault.ECSLinear10PercentEvery10Minutes",
    ],
)
def test_short_names_and_other_numbers_are_not_predefined(client, name):
    code, _ = refusal(client.get_deployment_config, deploymentConfigName=name)
    assert code == "DeploymentConfigDoesNotExist"


def test_one_minute_is_singular_on_lambda_and_plural_on_ecs(client):
    assert predefined(client, "LambdaLinear10PercentEvery1Minute")["computePlatform"] == "Lambda"
    assert predefined(client, "ECSLinear10PercentEvery1Minutes")["computePlatform"] == "ECS"
    with pytest.raises(client.exceptions.DeploymentConfigDoesNotExistException):
        predefined(client, "LambdaLinear10PercentEvery1Minutes")


def test_ten_percent_linear_reaches_all_after_nine_intervals():
    shifts = steps(shifting("TimeBasedLinear", 10, 1)["trafficRoutingConfig"])
    assert [shift.percent for shift in shifts] == [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]
    assert sum(shift.minutes for shift in shifts) == 9


def test_a_percentage_that_does_not_divide_100_leaves_the_rest_to_the_last_step():
    shifts = steps(shifting("TimeBasedLinear", 30, 1)["trafficRoutingConfig"])
    assert [shift.percent for shift in shifts] == [30, 60, 90, 100]


@pytest.mark.parametrize("name", ["a b", "a/b", "x" * 101])
def test_a_name_has_a_hundred_of_certain_characters(client, name):
    code, _ = refusal(client.create_deployment_config, deploymentConfigName=name, **shifting())
    assert code == "InvalidDeploymentConfigName"


def test_a_name_of_ones_own_does_not_begin_like_a_predefined_one(client):
    name = "CodeDeployDefault.Mine"
    code, _ = refusal(client.create_deployment_config, deploymentConfigName=name, **shifting())
    assert code == "InvalidDeploymentConfigName"


def test_a_name_is_needed(client):
    assert refusal(client.create_deployment_config)[0] == "DeploymentConfigNameRequired"


def test_a_name_can_be_taken_once(client):
    name = create(client, **shifting())["deploymentConfigName"]
    code, _ = refusal(client.create_deployment_config, deploymentConfigName=name, **shifting())
    assert code == "DeploymentConfigAlreadyExists"


def test_a_configuration_of_ones_own_is_shown_as_it_was_made(client):
    found = create(client, **shifting("TimeBasedLinear", 25, 7))
    assert found["trafficRoutingConfig"]["timeBasedLinear"] == {
        "linearPercentage": 25,
        "linearInterval": 7,
    }
    assert found["createTime"]
    assert found["deploymentConfigId"] != found["deploymentConfigName"]


def test_ecs_takes_traffic_routing_too(client):
    assert create(client, **{**shifting(), "computePlatform": "ECS"})["computePlatform"] == "ECS"


@pytest.mark.parametrize(
    "routing",
    [
        shifting(percent=100),
        shifting(percent=0),
        shifting(minutes=0),
        shifting("TimeBasedCanary", 10, 2881),
        shifting("TimeBasedLinear", 10, 321),  # nine intervals are 2889 minutes
        {"computePlatform": "Lambda"},
        {"computePlatform": "Lambda", "trafficRoutingConfig": {"type": "Sometimes"}},
        {"computePlatform": "Lambda", "trafficRoutingConfig": {"type": "TimeBasedCanary"}},
        {"trafficRoutingConfig": {"type": "AllAtOnce"}},  # on the Server platform
    ],
)
def test_routing_that_cannot_be_is_refused(client, routing):
    code, _ = refusal(client.create_deployment_config, deploymentConfigName="x", **routing)
    assert code == "InvalidTrafficRoutingConfiguration"


def test_all_at_once_can_be_a_configuration_of_ones_own(client):
    routing = {"type": "AllAtOnce"}
    found = create(client, computePlatform="Lambda", trafficRoutingConfig=routing)
    assert found["trafficRoutingConfig"] == routing


def test_99_percent_and_48_hours_are_still_taken(client):
    create(client, **shifting("TimeBasedCanary", 99, 2880))
    create(client, **shifting("TimeBasedLinear", 10, 320))


@pytest.mark.parametrize(
    "hosts",
    [
        {},
        {"type": "HOST_COUNT"},
        {"type": "FLEET_PERCENT", "value": 100},
        {"type": "HOST_COUNT", "value": -1},
        {"type": "MOST_CONCURRENCY", "value": 1},
    ],
)
def test_a_minimum_of_healthy_hosts_must_make_sense(client, hosts):
    code, _ = refusal(
        client.create_deployment_config, deploymentConfigName="x", minimumHealthyHosts=hosts
    )
    assert code == "InvalidMinimumHealthyHostValue"


@pytest.mark.parametrize("kind", ["HOST_COUNT", "FLEET_PERCENT"])
def test_no_host_at_all_may_have_to_stay_healthy(client, kind):
    hosts = {"type": kind, "value": 0}
    assert create(client, minimumHealthyHosts=hosts)["minimumHealthyHosts"] == hosts


def test_zones_can_be_gone_through_one_after_the_other(client):
    hosts = {"type": "HOST_COUNT", "value": 1}
    zonal = {"monitorDurationInSeconds": 60, "minimumHealthyHostsPerZone": hosts}
    found = create(client, minimumHealthyHosts=hosts, zonalConfig=zonal)
    assert found["zonalConfig"] == zonal
    per_zone = {"type": "FLEET_PERCENT", "value": 101}
    code, _ = refusal(
        client.create_deployment_config,
        deploymentConfigName="x",
        minimumHealthyHosts=hosts,
        zonalConfig={"minimumHealthyHostsPerZone": per_zone},
    )
    assert code == "InvalidZonalDeploymentConfiguration"


def test_a_configuration_is_never_changed():
    from localcloud.codedeploy.inputs import OPERATIONS

    assert "update_deployment_config" not in OPERATIONS


def test_a_predefined_configuration_cannot_be_deleted(client):
    code, _ = refusal(
        client.delete_deployment_config, deploymentConfigName="CodeDeployDefault.LambdaAllAtOnce"
    )
    assert code == "InvalidOperation"


def test_a_configuration_in_use_cannot_be_deleted(aws, client):
    from tests import builders

    name, app = create(client, **shifting())["deploymentConfigName"], unique("app")
    client.create_application(applicationName=app, computePlatform="Lambda")
    client.create_deployment_group(
        applicationName=app,
        deploymentGroupName="g",
        deploymentConfigName=name,
        serviceRoleArn=builders.role(aws),
    )
    assert refusal(client.delete_deployment_config, deploymentConfigName=name)[0] == (
        "DeploymentConfigInUse"
    )
    client.delete_deployment_group(applicationName=app, deploymentGroupName="g")
    client.delete_deployment_config(deploymentConfigName=name)
    client.delete_deployment_config(deploymentConfigName=name)  # gone already: no error


def test_an_unknown_name_is_told_in_so_many_words(client):
    code, message = refusal(client.get_deployment_config, deploymentConfigName="nobody")
    assert (code, message) == (
        "DeploymentConfigDoesNotExist",
        "No deployment configuration found for name: nobody",
    )
