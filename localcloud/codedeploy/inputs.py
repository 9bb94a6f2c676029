"""Inputs held to CodeDeploy's own model: types, required members, enums, lengths and patterns.

The model is botocore's. Where an operation models an error for the bad member it is that error;
else the general ValidationException of AWS's services.
https://docs.aws.amazon.com/codedeploy/latest/APIReference/CommonErrors.html
"""

import functools
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from botocore import xform_name
from moto.core.utils import get_service_model

from localcloud.wire import AwsError, Params

MODEL = get_service_model("codedeploy")
OPERATIONS: dict[str, str] = {xform_name(name): name for name in MODEL.operation_names}

# A required member that is absent or empty. Some are required though the model does not say so.
_REQUIRED = {
    "applicationName": "ApplicationNameRequiredException",
    "applicationNames": "ApplicationNameRequiredException",
    "deploymentGroupName": "DeploymentGroupNameRequiredException",
    "currentDeploymentGroupName": "DeploymentGroupNameRequiredException",
    "deploymentGroupNames": "DeploymentGroupNameRequiredException",
    "deploymentConfigName": "DeploymentConfigNameRequiredException",
    "deploymentId": "DeploymentIdRequiredException",
    "deploymentIds": "DeploymentIdRequiredException",
    "revision": "RevisionRequiredException",
    "revisions": "RevisionRequiredException",
    "serviceRoleArn": "RoleRequiredException",
    "targetId": "DeploymentTargetIdRequiredException",
    "targetIds": "DeploymentTargetIdRequiredException",
    "instanceId": "InstanceIdRequiredException",
    "instanceIds": "InstanceIdRequiredException",
    "instanceName": "InstanceNameRequiredException",
    "instanceNames": "InstanceNameRequiredException",
    "tokenName": "GitHubAccountTokenNameRequiredException",
    "tags": "TagRequiredException",
    "Tags": "TagRequiredException",
    "TagKeys": "TagRequiredException",
    "ResourceArn": "ResourceArnRequiredException",
}
_ALSO_REQUIRED = {
    "ContinueDeployment": ["deploymentId"],
    "CreateDeployment": ["deploymentGroupName"],
    "DeleteGitHubAccountToken": ["tokenName"],
    "PutLifecycleEventHookExecutionStatus": ["deploymentId"],
    "SkipWaitTimeForInstanceTermination": ["deploymentId"],
    "UpdateApplication": ["applicationName"],
}

# A value that its shape does not allow: the errors in question, of which the operation models one.
_INVALID = {
    "ApplicationName": ["InvalidApplicationName"],
    "ApplicationRevisionSortBy": ["InvalidSortBy"],
    "Arn": ["InvalidArn"],
    "AutoRollbackEvent": ["InvalidAutoRollbackConfig"],
    "AutoScalingGroupProcess": ["InvalidAutoScalingGroupProcessToSuspend"],
    "AutoScalingGroupProcessesToSuspendList": ["InvalidAutoScalingGroupProcessToSuspend"],
    "BundleType": ["InvalidRevision"],
    "ComputePlatform": ["InvalidComputePlatform"],
    "DeploymentConfigName": ["InvalidDeploymentConfigName"],
    "DeploymentGroupName": ["InvalidDeploymentGroupName"],
    "DeploymentMode": ["InvalidInput"],
    "DeploymentOption": ["InvalidDeploymentStyle"],
    "DeploymentReadyAction": ["InvalidBlueGreenDeploymentConfiguration"],
    "DeploymentStatus": ["InvalidDeploymentStatus"],
    "DeploymentType": ["InvalidDeploymentStyle"],
    "DeploymentWaitType": ["InvalidDeploymentWaitType"],
    "EC2TagFilterType": ["InvalidTargetInstances", "InvalidEC2Tag"],
    "FileExistsBehavior": ["InvalidFileExistsBehavior"],
    "GreenFleetProvisioningAction": ["InvalidBlueGreenDeploymentConfiguration"],
    "InstanceAction": ["InvalidBlueGreenDeploymentConfiguration"],
    "InstanceStatus": ["InvalidInstanceStatus"],
    "InstanceType": ["InvalidInstanceType"],
    "LifecycleEventStatus": ["InvalidLifecycleEventHookExecutionStatus"],
    "ListStateFilterAction": ["InvalidDeployedStateFilter"],
    "MinimumHealthyHostsPerZoneType": ["InvalidZonalDeploymentConfiguration"],
    "MinimumHealthyHostsType": ["InvalidMinimumHealthyHostValue"],
    "OutdatedInstancesStrategy": ["InvalidInput"],
    "RegistrationStatus": ["InvalidRegistrationStatus"],
    "RevisionLocationType": ["InvalidRevision"],
    "SortOrder": ["InvalidSortOrder"],
    "TagFilterType": ["InvalidTagFilter", "InvalidTag"],
    "TargetFilterName": ["InvalidTargetFilterName"],
    "TrafficRoutingType": ["InvalidTrafficRoutingConfiguration"],
    "TriggerEventType": ["InvalidTriggerConfig"],
}
# These two have a sentence of their own for what the enum says.
_SAID_BY_THE_SERVICE = {"DeploymentOption", "LifecycleEventStatus"}
_TYPES: dict[str, type | tuple[type, ...]] = {
    "structure": dict,
    "map": dict,
    "list": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "timestamp": (datetime, int, float),
}


def operations(cls: Any) -> Any:
    """Class decorator: each public method is an operation, and its input is checked before it."""
    for name, method in list(vars(cls).items()):
        if not name.startswith("_"):
            setattr(cls, name, _checked(OPERATIONS[name], method))
    return cls


def _checked(operation: str, method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def checked(self: Any, params: Params) -> Any:
        check_types(operation, params)
        check_required(operation, params)
        if operation != "CreateDeployment":  # which looks at its members in an order of its own
            check_values(operation, params)
        return method(self, params)

    return checked


def check_types(operation: str, params: Params) -> None:
    """Raises SerializationException for JSON of another type than the model's."""
    for path, shape, value in _walk(MODEL.operation_model(operation).input_shape, params):
        wanted = _TYPES.get(shape.type_name, object)
        wrong = isinstance(value, bool) and shape.type_name != "boolean"
        if wrong or not isinstance(value, wanted):
            message = f"{path or 'The input'} must be of the type {shape.type_name}"
            raise AwsError("SerializationException", message)


def check_required(operation: str, params: Params) -> None:
    shape = MODEL.operation_model(operation).input_shape
    for member in [*shape.required_members, *_ALSO_REQUIRED.get(operation, [])]:
        if not params.get(member):
            raise AwsError(_REQUIRED[member], f"The {member} is required.")


def check_values(operation: str, params: Params) -> None:
    """Raises the operation's own error for a value outside its enum, length or pattern."""
    for path, shape, value in _walk(MODEL.operation_model(operation).input_shape, params):
        constraint = "" if shape.name in _SAID_BY_THE_SERVICE else _broken(shape, value)
        if constraint:
            message = (
                f"1 validation error detected: Value '{value}' at '{path}' failed to satisfy "
                f"constraint: {constraint}"
            )
            raise AwsError(_error(operation, shape.name), message)


def _walk(shape: Any, value: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Every value in an input with its shape, the outer ones first. Nothing is in an absent one."""
    if value is None or shape is None:
        return
    yield path, shape, value
    if shape.type_name == "structure" and isinstance(value, dict):
        for name, member in shape.members.items():
            yield from _walk(member, value.get(name), f"{path}.{name}".lstrip("."))
    elif shape.type_name == "list" and isinstance(value, list):
        for number, item in enumerate(value, 1):
            yield from _walk(shape.member, item, f"{path}.{number}.member")
    elif shape.type_name == "map" and isinstance(value, dict):
        for key, item in value.items():
            yield from _walk(shape.key, key, f"{path}.key")
            yield from _walk(shape.value, item, f"{path}.{key}")


def _broken(shape: Any, value: Any) -> str:
    """What the shape demands and the value does not keep; "" when it keeps all."""
    limits = shape.metadata
    if limits.get("enum") and value not in limits["enum"]:
        return f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]"
    if isinstance(value, str | list):
        if len(value) < limits.get("min", 0):
            return f"Member must have length greater than or equal to {limits['min']}"
        if len(value) > limits.get("max", len(value)):
            return f"Member must have length less than or equal to {limits['max']}"
    if limits.get("pattern") and not re.fullmatch(limits["pattern"], value):
        return f"Member must satisfy regular expression pattern: {limits['pattern']}"
    return ""


def _error(operation: str, shape: str) -> str:
    modelled = {error.name for error in MODEL.operation_model(operation).error_shapes}
    candidates = [f"{name}Exception" for name in _INVALID.get(shape, [])]
    return next((name for name in candidates if name in modelled), "ValidationException")
