"""The target of a deployment, with its lifecycle events; and the older calls about instances.

https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_GetDeploymentTarget.html
"""

from typing import Any

from localcloud.codedeploy.deployments import find
from localcloud.codedeploy.inputs import operations
from localcloud.codedeploy.model import Deployment, Store
from localcloud.codedeploy.pages import page
from localcloud.codedeploy.views import lambda_target, target_id
from localcloud.wire import AwsError, Params

_LABELS = ("Blue", "Green")


@operations
class Targets:
    def __init__(self, store: Store) -> None:
        self._store = store

    def list_deployment_targets(self, params: Params) -> Params:
        deployment = self._started(params)
        filters = params.get("targetFilters") or {}
        _check_filters(filters)
        shown = _ids(deployment)
        statuses = filters.get("TargetStatus")
        if "ServerInstanceLabel" in filters or (
            statuses is not None and deployment.target_status not in statuses
        ):
            shown = []
        return page(shown, params, "targetIds")

    def get_deployment_target(self, params: Params) -> Params:
        deployment = self._started(params)
        _check_target(deployment, params["targetId"])
        return {"deploymentTarget": lambda_target(deployment)}

    def batch_get_deployment_targets(self, params: Params) -> Params:
        deployment = self._started(params)
        ids = params["targetIds"]
        if len(ids) > 1:
            message = "A Lambda deployment has exactly one target"
            raise AwsError("DeploymentTargetListSizeExceededException", message)
        for each in ids:
            _check_target(deployment, each)
        return {"deploymentTargets": [lambda_target(deployment)]}

    def list_deployment_instances(self, params: Params) -> Params:
        raise _no_instances(find(self._store, params))

    def get_deployment_instance(self, params: Params) -> Params:
        raise _no_instances(find(self._store, params))

    def batch_get_deployment_instances(self, params: Params) -> Params:
        raise _no_instances(find(self._store, params))

    def _started(self, params: Params) -> Deployment:
        deployment = find(self._store, params)
        if not deployment.function and not deployment.over:
            message = f"The deployment {deployment.id} has not started"
            raise AwsError("DeploymentNotStartedException", message)
        return deployment


def _ids(deployment: Deployment) -> list[str]:
    """One, as soon as the AppSpec has said which function it is about."""
    return [target_id(deployment)] if deployment.function else []


def _check_target(deployment: Deployment, wanted: str) -> None:
    if not wanted:
        raise AwsError("InvalidDeploymentTargetIdException", "A target's id is empty")
    if wanted not in _ids(deployment):
        message = f"No target {wanted} in deployment {deployment.id}"
        raise AwsError("DeploymentTargetDoesNotExistException", message)


def _check_filters(filters: dict[str, Any]) -> None:
    statuses = ("Pending", "InProgress", "Succeeded", "Failed", "Skipped", "Unknown", "Ready")
    if unknown := [s for s in filters.get("TargetStatus") or [] if s not in statuses]:
        message = f"{unknown[0]} is no status of a target"
        raise AwsError("InvalidInstanceStatusException", message)
    if unknown := [s for s in filters.get("ServerInstanceLabel") or [] if s not in _LABELS]:
        raise AwsError("InvalidInstanceTypeException", f"{unknown[0]} is neither Blue nor Green")


def _no_instances(deployment: Deployment) -> AwsError:
    platform = deployment.configuration.platform
    message = f"Deployments of the {platform} compute platform have targets, but no instances"
    return AwsError("InvalidComputePlatformException", message)
