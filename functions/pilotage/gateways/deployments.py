"""CodeDeploy: deployments, and answers to its hooks."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pilotage.gateways.aws import client, code_of, message_of, patient_client
from pilotage.outcome import DeploymentEnd
from pilotage.release import Release

ACTIVE = ("Created", "Queued", "InProgress", "Baking", "Ready")
BATCH = 25
# As long as botocore waits for an answer by itself, but less than the function may run.
CREATE_SECONDS = 40

# A release is claimed by our clock and its deployment dated by CodeDeploy's.
CLOCK_SKEW = timedelta(hours=1)


class TargetBusy(Exception):
    """Another deployment runs on the group; the text is CodeDeploy's."""


class Deployment(NamedTuple):
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
    def target_name(self) -> str:
        return f"{self.application}/{self.group}"

    def is_of(self, release: Release) -> bool:
        """Whether it is the release's own: anyone may write any description."""
        known = release.deployment
        return (
            self.target_name == release.target_name
            and known is not None
            and known.id in ("", self.id)
            and self.id not in release.aside
        )

    @property
    def is_over(self) -> bool:
        return self.status not in ACTIVE


class Order(NamedTuple):
    """What CreateDeployment is asked for. `alarms` None leaves the group's own; an empty tuple
    watches none."""

    application: str
    group: str
    description: str
    appspec: str
    configuration: str = ""
    alarms: tuple[str, ...] | None = None
    ignore_poll_failure: bool = False


def create(order: Order) -> str:
    """The new deployment's id. Raises TargetBusy when another one runs on the group.

    It is asked for once: CreateDeployment has no client token, so a client that asks again after a
    lost answer may make a second one. Who calls this again looks for the first one before.
    """
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
    if order.alarms is not None:
        params["overrideAlarmConfiguration"] = {
            "enabled": bool(order.alarms),
            "ignorePollAlarmFailure": order.ignore_poll_failure,
            "alarms": [{"name": name} for name in order.alarms],
        }
    try:
        made = patient_client("codedeploy", CREATE_SECONDS).create_deployment(**params)
        return str(made["deploymentId"])
    except Exception as error:
        if code_of(error) == "DeploymentLimitExceededException":
            raise TargetBusy(message_of(error)) from error
        raise


def find(release: Release) -> Deployment | None:
    """The release's deployment, by its id in the description: running or over, but none that was
    put aside."""
    since = datetime.fromisoformat(release.claimed_at) - CLOCK_SKEW
    pages = (
        client("codedeploy")
        .get_paginator("list_deployments")
        .paginate(
            applicationName=release.artifact.application,
            deploymentGroupName=release.artifact.group,
            createTimeRange={"start": since},
        )
    )
    ids = [deployment_id for page in pages for deployment_id in page["deployments"]]
    ours = (d for d in _described(ids) if d.description == release.id and not d.rolls_back)
    return next((d for d in ours if d.id not in release.aside), None)


def of_release(release: Release) -> Deployment | None:
    """The release's deployment; looked for when it may have been created unrecorded."""
    if release.deployment is None:
        return None
    if release.deployment.id:
        return deployment(release.deployment.id)
    return find(release)


def running(application: str, group: str) -> list[str]:
    """Ids of the deployments that run on the group."""
    found: list[str] = client("codedeploy").list_deployments(
        applicationName=application, deploymentGroupName=group, includeOnlyStatuses=list(ACTIVE)
    )["deployments"]
    return found


def stop(deployment_id: str) -> None:
    """Stop a deployment and bring its users back. That it is over is as good."""
    try:
        client("codedeploy").stop_deployment(deploymentId=deployment_id, autoRollbackEnabled=True)
    except Exception as error:
        if not code_of(error).startswith(("DeploymentAlreadyCompleted", "DeploymentDoesNotExist")):
            raise


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


def moved_anyone(deployment_id: str) -> bool:
    """Whether its traffic had begun to move."""
    return _shift(deployment_id)[0] > 0


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


def _described(ids: Sequence[str]) -> Iterator[Deployment]:
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        found = client("codedeploy").batch_get_deployments(deploymentIds=batch)["deploymentsInfo"]
        yield from (_deployment(info) for info in found)


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
