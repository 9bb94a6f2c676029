"""The resources that IAM checks each of CodeDeploy's operations on.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_codedeploy.html
PutLifecycleEventHookExecutionStatus has none there; that a policy for the group allows it is told by
https://github.com/aws/serverless-application-model/blob/develop/docs/safe_lambda_deployments.rst
"""

from collections.abc import Mapping
from typing import Any

from localcloud.account import arn
from localcloud.codedeploy.model import Store

_ON_APPLICATION = {
    "BatchGetApplicationRevisions",
    "BatchGetApplications",
    "CreateApplication",
    "DeleteApplication",
    "GetApplication",
    "GetApplicationRevision",
    "ListApplicationRevisions",
    "ListDeploymentGroups",
    "RegisterApplicationRevision",
    "UpdateApplication",
}
_ON_GROUP = {
    "BatchGetDeploymentGroups",
    "CreateDeployment",
    "CreateDeploymentGroup",
    "DeleteDeploymentGroup",
    "GetDeploymentGroup",
    "ListDeployments",
    "UpdateDeploymentGroup",
}
_ON_DEPLOYMENTS_GROUP = {
    "BatchGetDeploymentInstances",
    "BatchGetDeployments",
    "GetDeployment",
    "GetDeploymentInstance",
    "ListDeploymentInstances",
    "PutLifecycleEventHookExecutionStatus",
}
_ON_CONFIGURATION = {"CreateDeploymentConfig", "DeleteDeploymentConfig", "GetDeploymentConfig"}
_ON_INSTANCE = {
    "AddTagsToOnPremisesInstances",
    "BatchGetOnPremisesInstances",
    "DeregisterOnPremisesInstance",
    "GetOnPremisesInstance",
    "RegisterOnPremisesInstance",
    "RemoveTagsFromOnPremisesInstances",
}
_ON_ARN = {"ListTagsForResource", "TagResource", "UntagResource"}


def resources(operation: str, params: Mapping[str, Any], store: Store) -> list[str]:
    """ARNs, of all of which the operation must be allowed. `*` where it knows no resource."""
    if operation in _ON_APPLICATION:
        return [application(name) for name in _given(params, "applicationName")]
    if operation in _ON_GROUP:
        return _groups(params)
    if operation in _ON_DEPLOYMENTS_GROUP:
        found = [store.deployments.get(i) for i in _given(params, "deploymentId")]
        return [group(d.application, d.group) for d in found if d] or [group("", "")]
    if operation in _ON_CONFIGURATION:
        return [configuration(name) for name in _given(params, "deploymentConfigName")]
    if operation in _ON_INSTANCE:
        names = _given(params, "instanceName")
        return [arn("codedeploy", f"instance:{name}") for name in names]
    if operation in _ON_ARN:
        return _given(params, "ResourceArn")
    return ["*"]


def application(name: str) -> str:
    return arn("codedeploy", f"application:{name}")


def group(application_name: str, name: str) -> str:
    return arn("codedeploy", f"deploymentgroup:{application_name}/{name}")


def configuration(name: str) -> str:
    return arn("codedeploy", f"deploymentconfig:{name}")


def _groups(params: Mapping[str, Any]) -> list[str]:
    (application_name,) = _given(params, "applicationName")[:1]
    current = params.get("currentDeploymentGroupName")
    names = [str(current)] if current else _given(params, "deploymentGroupName")
    return [group(application_name, name) for name in names]


def _given(params: Mapping[str, Any], member: str) -> list[str]:
    """What the member says, or its plural; an empty text when neither says anything."""
    many = params.get(f"{member}s")
    one = params.get(member) or ""
    return [str(each) for each in many] if many and isinstance(many, list) else [str(one)]
