"""What CreateDeployment refuses at once. The AppSpec itself is read after it has answered.

https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeployment.html
"""

from typing import Any

from localcloud.codedeploy import choices
from localcloud.codedeploy.configurations import Configuration
from localcloud.codedeploy.fleet_settings import check_target_instances
from localcloud.codedeploy.group_settings import check_alarms, check_rollback
from localcloud.codedeploy.groups import check_fits
from localcloud.codedeploy.inputs import check_values
from localcloud.codedeploy.model import Application, Group, Store
from localcloud.codedeploy.revisions import check_description, checked_revision
from localcloud.wire import AwsError, Params

_NAMES = ("applicationName", "deploymentGroupName", "deploymentConfigName")


def checked_request(
    store: Store, params: Params
) -> tuple[Application, Group, Configuration, dict[str, Any]]:
    """What a deployment is made of. In this order: names, application, group, configuration,
    revision, all else. That it may run only alone in its group is seen last, by who claims it."""
    check_values("CreateDeployment", {name: params.get(name) for name in _NAMES})
    application = store.application(params["applicationName"])
    group = application.group(params["deploymentGroupName"])
    configuration = _configuration(store, group, params)
    revision = _revision(application, group, params)
    check_values("CreateDeployment", params)
    check_description(params)
    check_rollback(params.get("autoRollbackConfiguration"))
    check_alarms(params.get("overrideAlarmConfiguration"))
    _check_server_members(application, group, params)
    if application.platform != "Lambda":
        message = f"The local cloud does not deploy to the {application.platform} platform yet."
        raise AwsError(choices.NOT_YET_ERROR, message)
    return application, group, configuration, revision


def _configuration(store: Store, group: Group, params: Params) -> Configuration:
    name = params.get("deploymentConfigName") or group.settings.get("deploymentConfigName")
    configuration = store.configuration(name or choices.DEFAULT_CONFIGURATIONS[group.platform])
    check_fits(configuration.platform, group.platform, configuration.name)
    return configuration


def _revision(application: Application, group: Group, params: Params) -> dict[str, Any]:
    if params.get("deploymentMode") == "RESTART":
        _check_restart(group, params)
        return group.target_revision or {}
    if not params.get("revision"):
        raise AwsError("RevisionRequiredException", "The revision is required.")
    check_values("CreateDeployment", {"revision": params["revision"]})
    return checked_revision(params["revision"], application)


def _check_restart(group: Group, params: Params) -> None:
    """A restart is for machines that have something to restart, and takes no revision."""
    if group.platform != "Server" or _blue_green(group):
        message = "RESTART is for in-place deployments of the Server platform"
        raise AwsError(choices.RESTART_ERROR, message)
    if params.get("revision") or params.get("updateOutdatedInstancesOnly"):
        message = "RESTART takes neither a revision nor updateOutdatedInstancesOnly"
        raise AwsError(choices.RESTART_ERROR, message)


def _check_server_members(application: Application, group: Group, params: Params) -> None:
    if targets := params.get("targetInstances"):
        _check_targets(group, targets)
    if application.platform == "Server":
        return
    for member in ("ignoreApplicationStopFailures", "updateOutdatedInstancesOnly"):
        if params.get(member):
            error = f"Invalid{member[0].upper()}{member[1:]}ValueException"
            raise AwsError(error, f"{member} must be false on the {application.platform} platform")
    if params.get("ec2DeploymentOptions"):
        raise AwsError("InvalidInputException", "ec2DeploymentOptions is for the Server platform")


def _check_targets(group: Group, targets: dict[str, Any]) -> None:
    if group.platform != "Server" or not _blue_green(group):
        message = "targetInstances is for blue/green deployments of the Server platform"
        raise AwsError("InvalidTargetInstancesException", message)
    check_target_instances(targets)


def _blue_green(group: Group) -> bool:
    style = group.settings.get("deploymentStyle") or choices.DEFAULT_STYLES[group.platform]
    return bool(style.get("deploymentType") == "BLUE_GREEN")
