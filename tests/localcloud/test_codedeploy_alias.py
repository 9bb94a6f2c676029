"""Where the alias is at each moment of a deployment, and when a deployment may not begin.

https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
https://docs.aws.amazon.com/codedeploy/latest/userguide/troubleshooting-deployments-lambda.html
"""

import pytest

from tests import builders
from tests.builders import appspec
from tests.localcloud.codedeploy_shop import (
    ALL_AT_ONCE,
    Alarm,
    watching,
)

OLD, NEW = ("1", None), ("2", None)
CANARY = ("1", {"2": 0.1})


def test_a_canary_passes_through_four_moments(shop, hook, cloud):
    group = shop.group(shop.minute)
    deployment = group.deploy(
        hooks={"BeforeAllowTraffic": hook.name, "AfterAllowTraffic": hook.name}
    )
    before = hook.execution(cloud, deployment, 0)
    assert group.alias() == OLD
    hook.answer(deployment, before)
    group.see(*CANARY)
    assert group.target(deployment)["lambdaFunctionInfo"] == {
        "functionName": shop.function,
        "functionAlias": group.name,
        "currentVersion": "1",
        "targetVersion": "2",
        "targetVersionWeight": 0.1,
    }
    after = hook.execution(cloud, deployment, 2)
    assert group.alias() == NEW
    assert group.target(deployment)["lambdaFunctionInfo"]["targetVersionWeight"] == 1.0
    hook.answer(deployment, after)
    assert group.end(deployment)["status"] == "Succeeded"
    assert group.alias() == NEW


def test_a_canary_stays_where_it_is_for_its_minutes(shop, cloud):
    info = shop.group(shop.minute).run()
    took = (info["completeTime"] - info["startTime"]).total_seconds() * cloud.clock.speed
    assert took >= 60


@pytest.mark.parametrize(
    ("shift", "moves"),
    [(("TimeBasedCanary", 10, 1), 2), (("TimeBasedLinear", 25, 1), 4), (None, 1)],
)
def test_each_step_is_one_update_and_so_is_the_flip(shop, aws, cloud, shift, moves):
    """The version and the weights change together: in between nobody sees anything else."""
    role = builders.role(aws)
    config = shop.configuration(*shift) if shift else ALL_AT_ONCE
    group = shop.group(config, serviceRoleArn=role)
    assert group.run()["status"] == "Succeeded"
    caller = role.rsplit("/", 1)[-1]
    calls = [entry.operation for entry in cloud.front.journal.entries if entry.caller == caller]
    assert calls == ["GetAlias", *["UpdateAlias"] * moves]


def test_a_deployment_without_hooks_has_three_events_that_succeeded(shop):
    group = shop.group()
    deployment = group.deploy()
    group.end(deployment)
    assert group.events(deployment) == ["Succeeded"] * 3


def updates(cloud, group, deployment):
    """The weights that the deployment set, one after the other, as its target told them."""
    seen = []

    def over():
        ended = group.show(deployment)["status"] == "Succeeded"
        weight = cloud.deployments.deployments[deployment].function.get("targetVersionWeight")
        if weight is not None and weight not in seen:
            seen.append(weight)
        return ended

    builders.wait_for(over, every=0.005)
    return seen


def test_a_linear_shift_adds_the_same_at_each_step_and_flips_at_the_last(shop, cloud):
    group = shop.group(shop.configuration("TimeBasedLinear", 25, 1))
    seen = updates(cloud, group, group.deploy())
    assert [w for w in seen if w] == [0.25, 0.5, 0.75, 1.0]
    assert group.alias() == NEW


def test_a_linear_shift_waits_between_its_steps(shop, cloud):
    """Four steps of a minute: three minutes, which are three quarters of a second here. That it
    does not wait after the last one is told of the configuration: how long is up to the machine."""
    group = shop.group(shop.configuration("TimeBasedLinear", 25, 1))
    info = group.run()
    took = (info["completeTime"] - info["startTime"]).total_seconds() * cloud.clock.speed
    assert took >= 3 * 60


def test_all_at_once_goes_from_one_to_the_other(shop):
    group = shop.group()
    assert group.run()["status"] == "Succeeded"
    assert group.alias() == NEW


def test_an_abort_mid_shift_brings_users_back(shop, aws):
    alarm = Alarm(aws)
    group = shop.group(
        shop.configuration("TimeBasedCanary", 10, 30), alarmConfiguration=watching(alarm)
    )
    deployment = group.deploy()
    group.see(*CANARY)
    alarm.turn_red()
    assert group.rollback(deployment)["status"] == "Succeeded"
    assert group.show(deployment)["status"] == "Stopped"
    assert group.events(deployment) == ["Succeeded", "Failed", "Skipped"]
    assert group.alias() == OLD


def test_a_check_that_fails_afterwards_brings_all_users_back(shop, hook, cloud):
    group = shop.group()
    deployment = group.deploy(hooks={"AfterAllowTraffic": hook.name})
    execution = hook.execution(cloud, deployment, 2)
    assert group.alias() == NEW
    hook.answer(deployment, execution, "Failed")
    group.rollback(deployment)
    assert group.alias() == OLD


def test_a_check_that_fails_afterwards_without_rollback_leaves_users_there(shop, hook, cloud):
    group = shop.group(rollback=[])
    deployment = group.deploy(hooks={"AfterAllowTraffic": hook.name})
    hook.answer(deployment, hook.execution(cloud, deployment, 2), "Failed")
    assert group.end(deployment)["status"] == "Failed"
    assert group.alias() == NEW


def test_a_check_that_fails_before_leaves_users_where_they_were(shop, hook, cloud):
    group = shop.group(rollback=[])
    deployment = group.deploy(hooks={"BeforeAllowTraffic": hook.name})
    hook.answer(deployment, hook.execution(cloud, deployment), "Failed")
    assert group.end(deployment)["status"] == "Failed"
    assert group.events(deployment) == ["Failed", "Skipped", "Skipped"]
    assert group.alias() == OLD


def test_a_stop_without_rollback_leaves_the_alias_weighted_and_blocks_what_follows(shop):
    group = shop.group(shop.configuration("TimeBasedCanary", 10, 30))
    deployment = group.deploy()
    group.see(*CANARY)
    group.stop(deployment, autoRollbackEnabled=False)
    group.end(deployment)
    assert group.alias() == CANARY
    for config in (shop.minute, ALL_AT_ONCE):
        info = group.run(deploymentConfigName=config)
        assert (info["status"], info["errorInformation"]["code"]) == (
            "Failed",
            "INVALID_LAMBDA_CONFIGURATION",
        )
        assert "rollbackInfo" not in info
        assert group.alias() == CANARY
    shop.aws.lambda_.update_alias(
        FunctionName=shop.function,
        Name=group.name,
        RoutingConfig={"AdditionalVersionWeights": {}},
    )
    assert group.run(deploymentConfigName=ALL_AT_ONCE)["status"] == "Succeeded"


def test_an_alarm_mid_shift_without_rollback_leaves_the_alias_weighted(shop, aws):
    alarm = Alarm(aws)
    group = shop.group(
        shop.configuration("TimeBasedCanary", 10, 30),
        rollback=["DEPLOYMENT_FAILURE"],
        alarmConfiguration=watching(alarm),
    )
    deployment = group.deploy()
    group.see(*CANARY)
    alarm.turn_red()
    assert group.end(deployment)["status"] == "Stopped"
    assert group.alias() == CANARY


def test_equal_versions_are_refused_step_by_step_and_taken_all_at_once(shop):
    group = shop.group(shop.minute)
    info = group.run("1", "1")
    assert (info["status"], info["errorInformation"]["code"]) == (
        "Failed",
        "INVALID_LAMBDA_CONFIGURATION",
    )
    assert group.run("1", "1", deploymentConfigName=ALL_AT_ONCE)["status"] == "Succeeded"


def test_an_alias_at_another_version_is_refused(shop):
    info = shop.group().run("2", "1")
    assert info["errorInformation"]["code"] == "INVALID_LAMBDA_CONFIGURATION"


@pytest.mark.parametrize("what", ["function", "alias", "version"])
def test_what_is_missing_fails_the_deployment(shop, what):
    group = shop.group()
    text = {
        "function": appspec("nobody", "1", "2", group.name),
        "alias": appspec(shop.function, "1", "2", "nobody"),
        "version": group.appspec("1", "99"),
    }[what]
    info = group.run(text=text)
    assert (info["status"], info["errorInformation"]["code"]) == (
        "Failed",
        "INVALID_LAMBDA_FUNCTION",
    )
    assert group.alias() == OLD


@pytest.mark.parametrize("what", ["Role", "DeadLetterConfig"])
def test_versions_with_different_roles_or_dead_letters_cannot_share_an_alias(shop, what):
    aws, name = shop.aws, shop.function
    before = builders.publish(aws, name)
    queue = {"TargetArn": "arn:aws:sqs:us-east-1:123456789012:dead"}
    other = {"Role": builders.role(aws), "DeadLetterConfig": queue}[what]
    aws.lambda_.update_function_configuration(FunctionName=name, **{what: other})
    builders.settle(aws, name)
    after, group = builders.publish(aws, name), shop.group(shop.minute)
    aws.lambda_.update_alias(FunctionName=name, Name=group.name, FunctionVersion=before)
    deployment = group.deploy(before, after)
    assert group.end(deployment)["status"] == "Failed"
    assert group.events(deployment) == ["Succeeded", "Failed", "Skipped"]
    assert group.alias() == (before, None)


def test_no_alias_here_has_provisioned_concurrency_to_wait_for(shop):
    """AWS's managed role lets CodeDeploy ask for it; what it does then is not documented."""
    error = shop.aws.lambda_.exceptions.ProvisionedConcurrencyConfigNotFoundException
    with pytest.raises(error):
        shop.aws.lambda_.get_provisioned_concurrency_config(
            FunctionName=shop.function, Qualifier=shop.group().name
        )


def test_the_new_version_stays_published_after_a_rollback(shop, hook, cloud):
    group = shop.group()
    deployment = group.deploy(hooks={"AfterAllowTraffic": hook.name})
    hook.answer(deployment, hook.execution(cloud, deployment, 2), "Failed")
    group.rollback(deployment)
    versions = shop.aws.lambda_.list_versions_by_function(FunctionName=shop.function)["Versions"]
    assert "2" in [version["Version"] for version in versions]
