"""CodeDeploy applications, groups and configurations."""

from typing import Any

from localcloud.cloudformation.resource_type import (
    Asked,
    Made,
    ResourceType,
    call,
    define,
    only,
    tags_of,
)

_GROUP = [
    "AlarmConfiguration",
    "AutoRollbackConfiguration",
    "AutoScalingGroups",
    "BlueGreenDeploymentConfiguration",
    "DeploymentConfigName",
    "DeploymentStyle",
    "ECSServices",
    "LoadBalancerInfo",
    "OutdatedInstancesStrategy",
    "ServiceRoleArn",
    "TerminationHookEnabled",
    "TriggerConfigurations",
]


def _lower(value: Any) -> Any:
    """CloudFormation writes `TriggerEvents`, the API `triggerEvents`; `ECSServices`, `ecsServices`."""
    if isinstance(value, list):
        return [_lower(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {_member(key): _lower(inner) for key, inner in value.items()}


def _member(name: str) -> str:
    return "ecsServices" if name == "ECSServices" else name[0].lower() + name[1:]


def _create_application(asked: Asked) -> Made:
    name = asked.name("ApplicationName", 100)
    platform = asked.properties.get("ComputePlatform")
    tags = tags_of(asked.properties) or None
    call(
        "codedeploy", "CreateApplication", applicationName=name, computePlatform=platform, tags=tags
    )
    return Made(name)


define(
    ResourceType(
        "AWS::CodeDeploy::Application",
        _create_application,
        lambda made: _done(
            call("codedeploy", "DeleteApplication", applicationName=made.physical_id)
        ),
        lambda made, _: made,
        ("ApplicationName", "ComputePlatform"),
        "ApplicationName",
    )
)


def _done(_: Any) -> None:
    return None


def _create_group(asked: Asked) -> Made:
    properties = asked.properties
    name = asked.name("DeploymentGroupName", 100)
    call(
        "codedeploy",
        "CreateDeploymentGroup",
        applicationName=properties["ApplicationName"],
        deploymentGroupName=name,
        tags=tags_of(properties) or None,
        **_lower(only(properties, *_GROUP)),
    )
    return Made(name, {"Application": properties["ApplicationName"]})


def _update_group(made: Made, asked: Asked) -> Made:
    call(
        "codedeploy",
        "UpdateDeploymentGroup",
        applicationName=asked.properties["ApplicationName"],
        currentDeploymentGroupName=made.physical_id,
        **_lower(only(asked.properties, *_GROUP)),
    )
    return made


define(
    ResourceType(
        "AWS::CodeDeploy::DeploymentGroup",
        _create_group,
        lambda made: _done(
            call(
                "codedeploy",
                "DeleteDeploymentGroup",
                applicationName=made.attributes["Application"],
                deploymentGroupName=made.physical_id,
            )
        ),
        _update_group,
        ("ApplicationName", "DeploymentGroupName"),
    )
)


def _create_configuration(asked: Asked) -> Made:
    name = asked.name("DeploymentConfigName", 100)
    given = only(
        asked.properties,
        "ComputePlatform",
        "MinimumHealthyHosts",
        "TrafficRoutingConfig",
        "ZonalConfig",
    )
    call("codedeploy", "CreateDeploymentConfig", deploymentConfigName=name, **_lower(given))
    return Made(name)


define(
    ResourceType(
        "AWS::CodeDeploy::DeploymentConfig",
        _create_configuration,
        lambda made: _done(
            call("codedeploy", "DeleteDeploymentConfig", deploymentConfigName=made.physical_id)
        ),
        named_by="DeploymentConfigName",
    )
)
