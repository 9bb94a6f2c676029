"""Deployment groups: how, with which role and watched by what an application is deployed.

https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-groups.html
"""

from typing import Any

from localcloud.codedeploy import choices
from localcloud.codedeploy.announcements import Announcer
from localcloud.codedeploy.group_settings import check_group_settings
from localcloud.codedeploy.inputs import operations
from localcloud.codedeploy.model import Application, Group, Store
from localcloud.codedeploy.moments import moment
from localcloud.codedeploy.names import check_batch
from localcloud.codedeploy.pages import page
from localcloud.codedeploy.revisions import without_content
from localcloud.codedeploy.service_role import ServiceRoles
from localcloud.codedeploy.tags import check_tags, retag, tag
from localcloud.wire import AwsError, Params

MAX_BATCH = 100
# https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html
MAX_GROUPS = 1000
_NOT_SETTINGS = (
    "applicationName",
    "deploymentGroupName",
    "currentDeploymentGroupName",
    "newDeploymentGroupName",
    "tags",
)


@operations
class Groups:
    def __init__(self, store: Store, roles: ServiceRoles, announcer: Announcer) -> None:
        self._store = store
        self._roles = roles
        self._announcer = announcer

    def create_deployment_group(self, params: Params) -> Params:
        application = self._store.application(params["applicationName"])
        tags = check_tags(params.get("tags"))
        name = params["deploymentGroupName"]
        group = Group(application.name, name, application.platform, _settings(params))
        with self._store.lock:
            _check_free(application, name)
            if len(application.groups) >= MAX_GROUPS:
                message = f"The application has {MAX_GROUPS} groups, the most it may have"
                raise AwsError("DeploymentGroupLimitExceededException", message)
            self._check(group, group.settings)
            application.groups[name] = group
            tag(self._store, group.arn, tags)
        self._announcer.test_triggers(group, group.settings.get("triggerConfigurations") or [])
        return {"deploymentGroupId": group.id}

    def update_deployment_group(self, params: Params) -> Params:
        """What is not given stays; an empty list takes away what was there."""
        changes = _settings(params)
        with self._store.lock:
            application = self._store.application(params["applicationName"])
            group = application.group(params["currentDeploymentGroupName"])
            new = params.get("newDeploymentGroupName") or group.name
            if new != group.name:
                _check_free(application, new)
            settings = _merged(group.settings, changes)
            self._check(group, settings)
            old = group.settings.get("triggerConfigurations") or []
            group.settings = settings
            if new != group.name:
                self._rename(application, group, new)
        fresh = [t for t in changes.get("triggerConfigurations") or [] if t not in old]
        self._announcer.test_triggers(group, fresh)
        return {"hooksNotCleanedUp": []}

    def get_deployment_group(self, params: Params) -> Params:
        application = self._store.application(params["applicationName"])
        return {
            "deploymentGroupInfo": self._shown(application.group(params["deploymentGroupName"]))
        }

    def batch_get_deployment_groups(self, params: Params) -> Params:
        """Unknown groups are left out: no error is modelled for them."""
        groups = self._store.application(params["applicationName"]).groups
        names = params["deploymentGroupNames"]
        check_batch(names, MAX_BATCH, "deployment group names")
        found = [self._shown(groups[name]) for name in names if name in groups]
        missing = choices.NOT_ALL_FOUND if len(found) < len(names) else None
        return {"deploymentGroupsInfo": found, "errorMessage": missing}

    def list_deployment_groups(self, params: Params) -> Params:
        application = self._store.application(params["applicationName"])
        listed = page(sorted(application.groups), params, "deploymentGroups")
        return {"applicationName": application.name, **listed}

    def delete_deployment_group(self, params: Params) -> Params:
        """Deleting an unknown application's group succeeds: no error is modelled for it."""
        with self._store.lock:
            application = self._store.applications.get(params["applicationName"])
            name = params["deploymentGroupName"]
            group = application.groups.pop(name, None) if application else None
            if group:
                self._store.tags.pop(group.arn, None)
        return {"hooksNotCleanedUp": []}

    def _check(self, group: Group, settings: dict[str, Any]) -> None:
        if name := settings.get("deploymentConfigName"):
            check_fits(self._store.configuration(name).platform, group.platform, name)
        self._roles.check(settings["serviceRoleArn"])
        check_group_settings(settings, group.platform)
        self._check_services(group, settings)

    def _check_services(self, group: Group, settings: dict[str, Any]) -> None:
        services = settings.get("ecsServices") or []
        for other in self._store.groups():
            taken = other.settings.get("ecsServices") or []
            if other is not group and any(service in taken for service in services):
                message = f"The ECS service belongs to the deployment group {other.name} already"
                raise AwsError("ECSServiceMappingLimitExceededException", message)

    def _rename(self, application: Application, group: Group, new: str) -> None:
        old, old_arn = group.name, group.arn
        application.groups[new] = application.groups.pop(old)
        group.name = new
        for deployment in self._store.deployments.values():
            if (deployment.application, deployment.group) == (application.name, old):
                deployment.group = new
        retag(self._store, [old_arn], [group.arn])

    def _shown(self, group: Group) -> Params:
        return {
            "deploymentConfigName": choices.DEFAULT_CONFIGURATIONS[group.platform],
            "deploymentStyle": choices.DEFAULT_STYLES[group.platform],
            **group.settings,
            # No hook is put into them: the machines are not there.
            "autoScalingGroups": [{"name": n} for n in group.settings.get("autoScalingGroups", [])],
            "applicationName": group.application,
            "deploymentGroupId": group.id,
            "deploymentGroupName": group.name,
            "computePlatform": group.platform,
            "targetRevision": without_content(group.target_revision),
            "lastAttemptedDeployment": self._last(group.last_attempted),
            "lastSuccessfulDeployment": self._last(group.last_successful),
        }

    def _last(self, deployment_id: str) -> Params | None:
        deployment = self._store.deployments.get(deployment_id)
        if deployment is None:
            return None
        return {
            "deploymentId": deployment.id,
            "status": deployment.status,
            "createTime": moment(deployment.created_at),
            "endTime": moment(deployment.completed_at),
        }


def check_fits(platform: str, wanted: str, name: str) -> None:
    """Raises for a configuration of another platform than the application's."""
    if platform != wanted:
        message = f"{name} is a configuration of the {platform} platform, not of {wanted}"
        raise AwsError(choices.OTHER_PLATFORM_ERROR, message)


def _check_free(application: Application, name: str) -> None:
    if name in application.groups:
        message = f"Deployment group name already exists: {name}"
        raise AwsError("DeploymentGroupAlreadyExistsException", message)


def _settings(params: Params) -> dict[str, Any]:
    return {key: value for key, value in params.items() if key not in _NOT_SETTINGS}


def _merged(old: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Tags given in one of the two forms replace those of the other."""
    merged = {**old, **changes}
    for one, other in (
        ("ec2TagFilters", "ec2TagSet"),
        ("onPremisesInstanceTagFilters", "onPremisesTagSet"),
    ):
        for given, gone in ((one, other), (other, one)):
            if changes.get(given) and gone not in changes:
                merged.pop(gone, None)
    return merged
