"""Applications, groups, configurations, revisions and tags."""

from datetime import UTC, datetime
from typing import Any

from localcloud.clock import Clock
from localcloud.codedeploy import choices
from localcloud.codedeploy.announcements import Announcer
from localcloud.codedeploy.configurations import PREDEFINED_PREFIX, Configuration, check_routing
from localcloud.codedeploy.model import Application, Group, Revision, Store, revision_key
from localcloud.codedeploy.validation import check_group_settings, check_revision, required_name
from localcloud.wire import AwsError, Params

PLATFORMS = ("Server", "Lambda", "ECS")
NOT_SETTINGS = (
    "applicationName",
    "deploymentGroupName",
    "currentDeploymentGroupName",
    "newDeploymentGroupName",
    "tags",
)


def moment(timestamp: float | None) -> datetime | None:
    return datetime.fromtimestamp(timestamp, UTC) if timestamp else None


class ControlPlane:
    def __init__(self, store: Store, clock: Clock, announcer: Announcer) -> None:
        self._store = store
        self._clock = clock
        self._announcer = announcer

    def create_application(self, params: Params) -> Params:
        name = required_name(params, "applicationName", "Application")
        platform = params.get("computePlatform", "Server")
        if platform not in PLATFORMS:
            message = f"The compute platform must be one of {', '.join(PLATFORMS)}"
            raise AwsError("InvalidComputePlatformException", message)
        if name in self._store.applications:
            message = f"An application already exists with the specified name: {name}"
            raise AwsError("ApplicationAlreadyExistsException", message)
        application = Application(name, platform, self._clock.now())
        self._store.applications[name] = application
        self._tag(application.arn, params.get("tags"))
        return {"applicationId": application.id}

    def get_application(self, params: Params) -> Params:
        return {"application": _application(self._application(params))}

    def batch_get_applications(self, params: Params) -> Params:
        names = params["applicationNames"]
        found = [self._store.applications[n] for n in names if n in self._store.applications]
        return {"applicationsInfo": [_application(application) for application in found]}

    def list_applications(self, _: Params) -> Params:
        return {"applications": sorted(self._store.applications)}

    def update_application(self, params: Params) -> None:
        application = self._application(params)
        new = params.get("newApplicationName") or application.name
        if new != application.name and new in self._store.applications:
            message = f"An application already exists with the specified name: {new}"
            raise AwsError("ApplicationAlreadyExistsException", message)
        self._store.applications[new] = self._store.applications.pop(application.name)
        application.name = new

    def delete_application(self, params: Params) -> None:
        """Deleting an unknown application succeeds: no other error is modelled."""
        self._store.applications.pop(required_name(params, "applicationName", "Application"), None)

    def create_deployment_group(self, params: Params) -> Params:
        application = self._application(params)
        name = required_name(params, "deploymentGroupName", "DeploymentGroup")
        if name in application.groups:
            message = f"Deployment group name already exists: {name}"
            raise AwsError("DeploymentGroupAlreadyExistsException", message)
        if not params.get("serviceRoleArn"):
            raise AwsError("RoleRequiredException", "The service role is required.")
        settings = {key: value for key, value in params.items() if key not in NOT_SETTINGS}
        self._check(settings)
        group = Group(application.name, name, application.platform, settings)
        application.groups[name] = group
        self._tag(group.arn, params.get("tags"))
        self._announcer.test_triggers(group, settings.get("triggerConfigurations") or [])
        return {"deploymentGroupId": group.id}

    def update_deployment_group(self, params: Params) -> Params:
        application = self._application(params)
        current = params.get("currentDeploymentGroupName") or ""
        group = application.group(current)
        changes = {key: value for key, value in params.items() if key not in NOT_SETTINGS}
        self._check({**group.settings, **changes})
        old = group.settings.get("triggerConfigurations") or []
        group.settings = {**group.settings, **changes}
        if new := params.get("newDeploymentGroupName"):
            application.groups[new] = application.groups.pop(current)
            group.name = new
        fresh = [t for t in changes.get("triggerConfigurations") or [] if t not in old]
        self._announcer.test_triggers(group, fresh)
        return {"hooksNotCleanedUp": []}

    def get_deployment_group(self, params: Params) -> Params:
        name = required_name(params, "deploymentGroupName", "DeploymentGroup")
        return {"deploymentGroupInfo": self._group(self._application(params).group(name))}

    def batch_get_deployment_groups(self, params: Params) -> Params:
        groups = self._application(params).groups
        names = params["deploymentGroupNames"]
        return {"deploymentGroupsInfo": [self._group(groups[n]) for n in names if n in groups]}

    def list_deployment_groups(self, params: Params) -> Params:
        application = self._application(params)
        return {"applicationName": application.name, "deploymentGroups": sorted(application.groups)}

    def delete_deployment_group(self, params: Params) -> Params:
        application = self._application(params)
        name = required_name(params, "deploymentGroupName", "DeploymentGroup")
        application.groups.pop(name, None)
        return {"hooksNotCleanedUp": []}

    def create_deployment_config(self, params: Params) -> Params:
        name = required_name(params, "deploymentConfigName", "DeploymentConfig")
        if name.startswith(PREDEFINED_PREFIX):
            message = f"A custom configuration's name must not start with {PREDEFINED_PREFIX}"
            raise AwsError("InvalidDeploymentConfigNameException", message)
        if name in self._store.configurations:
            message = f"Deployment configuration already exists: {name}"
            raise AwsError("DeploymentConfigAlreadyExistsException", message)
        platform = params.get("computePlatform", "Server")
        routing = params.get("trafficRoutingConfig")
        if platform != "Server":
            check_routing(routing or {})
        elif not params.get("minimumHealthyHosts"):
            message = "A configuration of the Server platform needs minimumHealthyHosts"
            raise AwsError("InvalidMinimumHealthyHostValueException", message)
        self._store.configurations[name] = Configuration(
            name,
            platform,
            routing,
            params.get("minimumHealthyHosts"),
            params.get("zonalConfig"),
            self._clock.now(),
        )
        return {"deploymentConfigId": name}

    def get_deployment_config(self, params: Params) -> Params:
        name = required_name(params, "deploymentConfigName", "DeploymentConfig")
        configuration = self._store.configuration(name)
        return {
            "deploymentConfigInfo": {
                "deploymentConfigId": name,
                "deploymentConfigName": name,
                "computePlatform": configuration.platform,
                "trafficRoutingConfig": configuration.routing,
                "minimumHealthyHosts": configuration.healthy_hosts,
                "zonalConfig": configuration.zonal,
                "createTime": moment(configuration.created_at),
            }
        }

    def list_deployment_configs(self, _: Params) -> Params:
        return {"deploymentConfigsList": sorted(self._store.configurations)}

    def delete_deployment_config(self, params: Params) -> None:
        name = required_name(params, "deploymentConfigName", "DeploymentConfig")
        if name.startswith(PREDEFINED_PREFIX):
            raise AwsError("InvalidOperationException", f"{name} cannot be deleted")
        groups = [g for a in self._store.applications.values() for g in a.groups.values()]
        if any(group.settings.get("deploymentConfigName") == name for group in groups):
            raise AwsError("DeploymentConfigInUseException", f"{name} is in use")
        self._store.configurations.pop(name, None)

    def register_application_revision(self, params: Params) -> None:
        application = self._application(params)
        location = check_revision(params.get("revision"))
        revision = Revision(location, self._clock.now(), params.get("description", ""))
        application.revisions.setdefault(revision_key(location), revision)

    def get_application_revision(self, params: Params) -> Params:
        application = self._application(params)
        location = params.get("revision") or {}
        revision = application.revisions.get(revision_key(location))
        if revision is None:
            message = "The specified revision does not exist"
            raise AwsError("RevisionDoesNotExistException", message)
        return {
            "applicationName": application.name,
            "revision": revision.location,
            "revisionInfo": _revision(revision),
        }

    def list_application_revisions(self, params: Params) -> Params:
        revisions = self._application(params).revisions.values()
        return {"revisions": [revision.location for revision in revisions]}

    def batch_get_application_revisions(self, params: Params) -> Params:
        application = self._application(params)
        found = [application.revisions.get(revision_key(r)) for r in params["revisions"]]
        infos = [
            {"revisionLocation": r.location, "genericRevisionInfo": _revision(r)}
            for r in found
            if r
        ]
        return {"applicationName": application.name, "revisions": infos}

    def tag_resource(self, params: Params) -> Params:
        self._tag(params["ResourceArn"], params.get("Tags"))
        return {}

    def untag_resource(self, params: Params) -> Params:
        tags = self._store.tags.get(params["ResourceArn"], {})
        for key in params.get("TagKeys", []):
            tags.pop(key, None)
        return {}

    def list_tags_for_resource(self, params: Params) -> Params:
        tags = self._store.tags.get(params["ResourceArn"], {})
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    def _application(self, params: Params) -> Application:
        return self._store.application(required_name(params, "applicationName", "Application"))

    def _check(self, settings: dict[str, Any]) -> None:
        if name := settings.get("deploymentConfigName"):
            self._store.configuration(name)
        check_group_settings(settings)

    def _tag(self, resource: str, tags: list[dict[str, str]] | None) -> None:
        kept = self._store.tags.setdefault(resource, {})
        kept.update({tag["Key"]: tag.get("Value", "") for tag in tags or []})

    def _group(self, group: Group) -> Params:
        return {
            "deploymentConfigName": choices.DEFAULT_LAMBDA_CONFIGURATION,
            **group.settings,
            "applicationName": group.application,
            "deploymentGroupId": group.id,
            "deploymentGroupName": group.name,
            "computePlatform": group.platform,
            "targetRevision": group.target_revision,
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


def _application(application: Application) -> Params:
    return {
        "applicationId": application.id,
        "applicationName": application.name,
        "createTime": moment(application.created_at),
        "linkedToGitHub": False,
        "computePlatform": application.platform,
    }


def _revision(revision: Revision) -> Params:
    return {
        "description": revision.description or None,
        "deploymentGroups": revision.groups,
        "firstUsedTime": moment(revision.first_used),
        "lastUsedTime": moment(revision.last_used),
        "registerTime": moment(revision.registered_at),
    }
