"""Inputs held to CodeDeploy's own model: types, required members, enums, lengths and patterns.

The model is botocore's. Where an operation models an error for the bad member it is that error;
else the general ValidationException of AWS's services.
https://docs.aws.amazon.com/codedeploy/latest/APIReference/CommonErrors.html
"""

from typing import Any

from botocore import xform_name
from moto.core.utils import get_service_model

from localcloud import model_inputs
from localcloud.model_inputs import broken, walk
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


def operations(cls: Any) -> Any:
    """Class decorator: each public method is an operation, and its input is checked before it."""
    return model_inputs.checking(cls, OPERATIONS, _check)


def _check(operation: str, params: Params) -> None:
    check_types(operation, params)
    check_required(operation, params)
    if operation != "CreateDeployment":  # which looks at its members in an order of its own
        check_values(operation, params)


def check_types(operation: str, params: Params) -> None:
    """Raises SerializationException for JSON of another type than the model's."""
    model_inputs.check_types(MODEL.operation_model(operation).input_shape, params)


def check_required(operation: str, params: Params) -> None:
    shape = MODEL.operation_model(operation).input_shape
    for member in [*shape.required_members, *_ALSO_REQUIRED.get(operation, [])]:
        if not params.get(member):
            raise AwsError(_REQUIRED[member], f"The {member} is required.")


def check_values(operation: str, params: Params) -> None:
    """Raises the operation's own error for a value outside its enum, length or pattern."""
    for path, shape, value in walk(MODEL.operation_model(operation).input_shape, params):
        constraint = "" if shape.name in _SAID_BY_THE_SERVICE else broken(shape, value)
        if constraint:
            message = (
                f"1 validation error detected: Value '{value}' at '{path}' failed to satisfy "
                f"constraint: {constraint}"
            )
            raise AwsError(_error(operation, shape.name), message)


def _error(operation: str, shape: str) -> str:
    modelled = {error.name for error in MODEL.operation_model(operation).error_shapes}
    candidates = [f"{name}Exception" for name in _INVALID.get(shape, [])]
    return next((name for name in candidates if name in modelled), "ValidationException")
