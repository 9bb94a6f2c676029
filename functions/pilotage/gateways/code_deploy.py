"""CodeDeploy: groups, deployments, and answers to its hooks."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pilotage.artifact import Artifact
from pilotage.errors import TargetBusy
from pilotage.gateways.aws import client, code_of, message_of
from pilotage.outcome import DeploymentEnd
from pilotage.release import Release
from pilotage.rollout import Rollout
from pilotage.target import Group

ACTIVE = ("Created", "Queued", "InProgress", "Baking", "Ready")
NO_SUCH_TARGET = (
    "ApplicationDoesNotExist",
    "DeploymentGroupDoesNotExist",
    "InvalidApplicationName",
    "InvalidDeploymentGroupName",
)


class NoSuchTarget(Exception):
    """CodeDeploy knows no such application or group; the text is its own."""


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment as CodeDeploy describes it. `description` carries our release id."""

    id: str
    application: str
    group: str
    status: str
    description: str
    creator: str
    rollback_id: str
    rolls_back: str
    rollback_expected: bool
    error_code: str
    error_message: str
    completed_at: float

    @property
    def is_over(self) -> bool:
        return self.status not in ACTIVE


@dataclass(frozen=True, slots=True)
class Order:
    """What CreateDeployment is asked for."""

    application: str
    group: str
    description: str
    appspec: str
    configuration: str = ""
    alarms: tuple[str, ...] = ()
    ignore_poll_failure: bool = False


def group_arn(artifact: Artifact, execution: str) -> str:
    """The ARN of the artifact's group: partition, region and account are the execution's."""
    _, partition, _, region, account = execution.split(":")[:5]
    name = f"{artifact.application}/{artifact.group}"
    return f"arn:{partition}:codedeploy:{region}:{account}:deploymentgroup:{name}"


def group(application: str, name: str, arn: str) -> Group:
    """The group with its tags. Raises NoSuchTarget."""
    settings = group_settings(application, name)
    tags = client("codedeploy").list_tags_for_resource(ResourceArn=arn).get("Tags") or []
    return replace(settings, tags={tag["Key"]: tag.get("Value", "") for tag in tags})


def group_settings(application: str, name: str) -> Group:
    """The group without its tags. Raises NoSuchTarget."""
    try:
        found = client("codedeploy").get_deployment_group(
            applicationName=application, deploymentGroupName=name
        )
    except Exception as error:
        if code_of(error).startswith(NO_SUCH_TARGET):
            raise NoSuchTarget(message_of(error)) from error
        raise
    info = found["deploymentGroupInfo"]
    alarms = info.get("alarmConfiguration") or {}
    return Group(
        application=application,
        name=name,
        platform=info.get("computePlatform", "Server"),
        tags={},
        alarms=tuple(alarm["name"] for alarm in alarms.get("alarms") or []),
        alarms_enabled=bool(alarms.get("enabled")),
        ignore_poll_failure=bool(alarms.get("ignorePollAlarmFailure")),
        configuration=info.get("deploymentConfigName", ""),
    )


def watched_alarms(application: str, name: str) -> tuple[str, ...]:
    """The alarms that the group watches; none when it ignores its alarms."""
    found = group_settings(application, name)
    return found.alarms if found.alarms_enabled else ()


def create(order: Order) -> str:
    """The new deployment's id. Raises TargetBusy when another one runs on the group."""
    params: dict[str, Any] = {
        "applicationName": order.application,
        "deploymentGroupName": order.group,
        "description": order.description,
        "revision": {
            "revisionType": "AppSpecContent",
            "appSpecContent": {
                "content": order.appspec,
                "sha256": hashlib.sha256(order.appspec.encode()).hexdigest(),
            },
        },
    }
    if order.configuration:
        params["deploymentConfigName"] = order.configuration
    if order.alarms:
        params["overrideAlarmConfiguration"] = {
            "enabled": True,
            "ignorePollAlarmFailure": order.ignore_poll_failure,
            "alarms": [{"name": name} for name in order.alarms],
        }
    try:
        return str(client("codedeploy").create_deployment(**params)["deploymentId"])
    except Exception as error:
        if code_of(error) == "DeploymentLimitExceededException":
            raise TargetBusy(message_of(error)) from error
        raise


def find(release: Release) -> Deployment | None:
    """The release's deployment, by its id in the description: running or over."""
    listed = client("codedeploy").list_deployments(
        applicationName=release.artifact.application,
        deploymentGroupName=release.artifact.group,
        createTimeRange={"start": datetime.fromisoformat(release.claimed_at)},
    )["deployments"][:25]
    ours = (d for d in _described(listed) if d.description == release.id and not d.rolls_back)
    return next(ours, None)


def of_release(release: Release) -> Deployment | None:
    """The release's deployment; looked for when it may have been created unrecorded."""
    if release.deployment is None:
        return None
    if release.deployment.id:
        return deployment(release.deployment.id)
    return find(release)


def running(application: str, group: str) -> list[Deployment]:
    listed = client("codedeploy").list_deployments(
        applicationName=application, deploymentGroupName=group, includeOnlyStatuses=list(ACTIVE)
    )["deployments"][:25]
    return list(_described(listed))


def deployment(deployment_id: str) -> Deployment | None:
    """None when there is no such deployment: an event may say anything."""
    try:
        found = client("codedeploy").get_deployment(deploymentId=deployment_id)
    except Exception as error:
        if code_of(error).startswith(("DeploymentDoesNotExist", "InvalidDeploymentId")):
            return None
        raise
    return _deployment(found["deploymentInfo"])


def end_of(found: Deployment) -> DeploymentEnd:
    """How it ended, with the share of traffic it had and its rollback's end."""
    rollback = deployment(found.rollback_id) if found.rollback_id else None
    shift_started, share = _shift(found.id)
    return DeploymentEnd(
        status=found.status,
        error_code=found.error_code,
        error_message=found.error_message,
        shift_started=shift_started,
        share=share,
        rollback_id=found.rollback_id,
        rollback_status=rollback.status if rollback else "",
        rolled_back_at=rollback.completed_at if rollback else 0.0,
    )


def ensure_configuration(rollout: Rollout) -> None:
    """Make a rollout's configuration; that it is there already is as good."""
    try:
        client("codedeploy").create_deployment_config(
            deploymentConfigName=rollout.configuration,
            computePlatform="Lambda",
            trafficRoutingConfig=rollout.routing,
        )
    except Exception as error:
        if code_of(error) != "DeploymentConfigAlreadyExistsException":
            raise


def configuration_exists(name: str) -> bool:
    """Whether there is a configuration of this name for Lambda."""
    try:
        found = client("codedeploy").get_deployment_config(deploymentConfigName=name)
    except Exception as error:
        if code_of(error).startswith(
            ("DeploymentConfigDoesNotExist", "InvalidDeploymentConfigName")
        ):
            return False
        raise
    return bool(found["deploymentConfigInfo"].get("computePlatform") == "Lambda")


def report_hook(deployment_id: str, execution_id: str, passed: bool) -> None:
    """Answer for a hook. That someone answered before, or that the deployment is over or gone, is
    fine."""
    try:
        client("codedeploy").put_lifecycle_event_hook_execution_status(
            deploymentId=deployment_id,
            lifecycleEventHookExecutionId=execution_id,
            status="Succeeded" if passed else "Failed",
        )
    except Exception as error:
        if not code_of(error).startswith(
            (
                "LifecycleEventAlreadyCompleted",
                "InvalidLifecycleEventHookExecutionId",
                "DeploymentDoesNotExist",
            )
        ):
            raise


def _described(ids: Iterable[str]) -> Iterable[Deployment]:
    listed = list(ids)
    if not listed:
        return []
    found = client("codedeploy").batch_get_deployments(deploymentIds=listed)["deploymentsInfo"]
    return sorted((_deployment(info) for info in found), key=lambda d: listed.index(d.id))


def _deployment(info: Mapping[str, Any]) -> Deployment:
    error = info.get("errorInformation") or {}
    rollback = info.get("rollbackInfo") or {}
    completed = info.get("completeTime")
    return Deployment(
        id=info["deploymentId"],
        application=info.get("applicationName", ""),
        group=info.get("deploymentGroupName", ""),
        status=info["status"],
        description=info.get("description") or "",
        creator=info.get("creator", ""),
        rollback_id=rollback.get("rollbackDeploymentId", ""),
        rolls_back=rollback.get("rollbackTriggeringDeploymentId", ""),
        rollback_expected=_rolls_back(info, error.get("code", "")),
        error_code=error.get("code", ""),
        error_message=error.get("message", ""),
        completed_at=completed.timestamp() if completed else 0.0,
    )


def _rolls_back(info: Mapping[str, Any], error_code: str) -> bool:
    """Whether a rollback should follow this end. A stop by request may have asked for none, which
    the API does not show: then it is waited for in vain, for some seconds."""
    setting = info.get("autoRollbackConfiguration") or {}
    events = setting.get("events") or [] if setting.get("enabled") else []
    if info["status"] == "Failed":
        return "DEPLOYMENT_FAILURE" in events
    if error_code == "ALARM_ACTIVE":
        return "DEPLOYMENT_STOP_ON_ALARM" in events
    return info["status"] == "Stopped" and "DEPLOYMENT_STOP_ON_REQUEST" in events


def _shift(deployment_id: str) -> tuple[float, float]:
    """When traffic began to move, and the largest share the new version had (0 to 1)."""
    aws = client("codedeploy")
    try:
        ids = aws.list_deployment_targets(deploymentId=deployment_id)["targetIds"]
        if not ids:
            return 0.0, 0.0
        found = aws.get_deployment_target(deploymentId=deployment_id, targetId=ids[0])
    except Exception as error:
        if code_of(error).startswith("Deployment"):
            return 0.0, 0.0
        raise
    target = found["deploymentTarget"]["lambdaTarget"]
    events = {event["lifecycleEventName"]: event for event in target.get("lifecycleEvents", [])}
    shift = events.get("AllowTraffic") or {}
    if not shift.get("startTime"):
        return 0.0, 0.0
    info = target.get("lambdaFunctionInfo") or {}
    whole = shift.get("status") == "Succeeded"  # then everyone had it, whatever the weight says now
    share = 1.0 if whole else float(info.get("targetVersionWeight") or 0.0)
    return shift["startTime"].timestamp(), share
