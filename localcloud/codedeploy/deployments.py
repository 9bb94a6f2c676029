"""Deployments: created, shown, stopped; and hooks that call back."""

from typing import Any

from localcloud.clock import Clock
from localcloud.codedeploy import choices
from localcloud.codedeploy.announcements import overview
from localcloud.codedeploy.control_plane import moment
from localcloud.codedeploy.engine import Engine
from localcloud.codedeploy.hooks import HookCalls
from localcloud.codedeploy.model import (
    Application,
    Deployment,
    Group,
    Revision,
    Store,
    revision_key,
)
from localcloud.codedeploy.validation import (
    MAX_DESCRIPTION,
    check_alarms,
    check_revision,
    check_rollback,
    required_name,
)
from localcloud.wire import AwsError, Params

MAX_BATCH = 25


class DeploymentOperations:
    def __init__(self, store: Store, clock: Clock, engine: Engine, hooks: HookCalls) -> None:
        self._store = store
        self._clock = clock
        self._engine = engine
        self._hooks = hooks

    def create_deployment(self, params: Params) -> Params:
        """Checks in the order of the specification; the AppSpec itself is read later."""
        application = self._store.application(
            required_name(params, "applicationName", "Application")
        )
        group = application.group(required_name(params, "deploymentGroupName", "DeploymentGroup"))
        name = params.get("deploymentConfigName") or group.settings.get("deploymentConfigName")
        configuration = self._store.configuration(name or choices.DEFAULT_LAMBDA_CONFIGURATION)
        revision = check_revision(params.get("revision"))
        if configuration.platform != application.platform:
            message = f"{configuration.name} is a configuration of another compute platform"
            raise AwsError("InvalidDeploymentConfigNameException", message)
        _check_flags(params)
        _check_platform(application)
        deployment = Deployment(
            application=application.name,
            group=group.name,
            revision=revision,
            configuration=configuration,
            settings=params,
            created_at=self._clock.now(),
            description=params.get("description", ""),
        )
        self._claim(group, deployment)
        self._use(application, group, revision)
        self._engine.start(deployment, group)
        return {"deploymentId": deployment.id}

    def get_deployment(self, params: Params) -> Params:
        return {"deploymentInfo": self._shown(self._find(params))}

    def batch_get_deployments(self, params: Params) -> Params:
        ids = _batch(params, "deploymentIds")
        found = [self._store.deployments[i] for i in ids if i in self._store.deployments]
        return {"deploymentsInfo": [self._shown(deployment) for deployment in found]}

    def list_deployments(self, params: Params) -> Params:
        application, group = params.get("applicationName"), params.get("deploymentGroupName")
        if application:
            known = self._store.application(application)
            if group:
                known.group(group)
        statuses = params.get("includeOnlyStatuses") or []
        window = params.get("createTimeRange") or {}
        ids = [
            deployment.id
            for deployment in reversed(self._store.deployments.values())
            if (not application or deployment.application == application)
            and (not group or deployment.group == group)
            and (not statuses or deployment.status in statuses)
            and _inside(window, deployment.created_at)
        ]
        return {"deployments": ids}

    def stop_deployment(self, params: Params) -> Params:
        deployment = self._find(params)
        if deployment.over:
            message = f"The deployment {deployment.id} has already completed"
            raise AwsError("DeploymentAlreadyCompletedException", message)
        self._engine.stop(deployment, params.get("autoRollbackEnabled"))
        return {"status": "Pending", "statusMessage": choices.STOP_STATUS_MESSAGE}

    def continue_deployment(self, params: Params) -> None:
        self._find(params)
        message = "The action is not supported for deployments of the Lambda compute platform"
        raise AwsError("UnsupportedActionForDeploymentTypeException", message)

    def list_deployment_targets(self, params: Params) -> Params:
        return {"targetIds": [_target_id(self._started(params))]}

    def get_deployment_target(self, params: Params) -> Params:
        deployment = self._started(params)
        if not params.get("targetId"):
            raise AwsError("DeploymentTargetIdRequiredException", "The targetId is required.")
        if params["targetId"] != _target_id(deployment):
            message = f"No target {params['targetId']} in deployment {deployment.id}"
            raise AwsError("DeploymentTargetDoesNotExistException", message)
        return {"deploymentTarget": _target(deployment)}

    def batch_get_deployment_targets(self, params: Params) -> Params:
        deployment = self._started(params)
        ids = _batch(params, "targetIds")
        return {"deploymentTargets": [_target(deployment)] if _target_id(deployment) in ids else []}

    def put_lifecycle_event_hook_execution_status(self, params: Params) -> Params:
        deployment = self._find(params)
        execution_id = params.get("lifecycleEventHookExecutionId", "")
        self._hooks.answer(deployment.id, execution_id, params.get("status", ""))
        return {"lifecycleEventHookExecutionId": execution_id}

    def _claim(self, group: Group, deployment: Deployment) -> None:
        with self._store.lock:
            if group.active:
                message = (
                    f"The Deployment Group '{group.name}' already has an active Deployment "
                    f"'{group.active}'"
                )
                raise AwsError("DeploymentLimitExceededException", message)
            group.active = group.last_attempted = deployment.id
            group.target_revision = deployment.revision
            self._store.deployments[deployment.id] = deployment

    def _use(self, application: Application, group: Group, location: dict[str, Any]) -> None:
        now = self._clock.now()
        revision = application.revisions.setdefault(revision_key(location), Revision(location, now))
        revision.first_used = revision.first_used or now
        revision.last_used = now
        if group.name not in revision.groups:
            revision.groups.append(group.name)

    def _find(self, params: Params) -> Deployment:
        if not params.get("deploymentId"):
            raise AwsError("DeploymentIdRequiredException", "The deploymentId is required.")
        return self._store.deployment(params["deploymentId"])

    def _started(self, params: Params) -> Deployment:
        deployment = self._find(params)
        if not deployment.function and not deployment.over:
            message = f"The deployment {deployment.id} has not started"
            raise AwsError("DeploymentNotStartedException", message)
        return deployment

    def _shown(self, deployment: Deployment) -> Params:
        group = self._store.group_of(deployment)
        settings = group.settings if group else {}
        return {
            "applicationName": deployment.application,
            "deploymentGroupName": deployment.group,
            "deploymentConfigName": deployment.configuration.name,
            "deploymentId": deployment.id,
            "revision": _without_content(deployment.revision),
            "status": deployment.status,
            "errorInformation": deployment.error,
            "createTime": moment(deployment.created_at),
            "startTime": moment(deployment.started_at),
            "completeTime": moment(deployment.completed_at),
            "deploymentOverview": overview(deployment),
            "description": deployment.description or None,
            "creator": deployment.creator,
            "ignoreApplicationStopFailures": False,
            "updateOutdatedInstancesOnly": False,
            "autoRollbackConfiguration": deployment.settings.get("autoRollbackConfiguration")
            or settings.get("autoRollbackConfiguration"),
            "rollbackInfo": deployment.rollback_info or None,
            "deploymentStyle": settings.get("deploymentStyle"),
            "computePlatform": deployment.configuration.platform,
            "overrideAlarmConfiguration": deployment.settings.get("overrideAlarmConfiguration"),
            "instanceTerminationWaitTimeStarted": False,
        }


def _check_flags(params: Params) -> None:
    if len(params.get("description", "")) > MAX_DESCRIPTION:
        message = f"The description is longer than {MAX_DESCRIPTION} characters"
        raise AwsError("DescriptionTooLongException", message)
    check_rollback(params.get("autoRollbackConfiguration"))
    check_alarms(params.get("overrideAlarmConfiguration"))
    for member in ("ignoreApplicationStopFailures", "updateOutdatedInstancesOnly"):
        if params.get(member):
            raise AwsError(
                f"Invalid{member[0].upper()}{member[1:]}ValueException", f"{member} must be false"
            )
    if params.get("targetInstances"):
        message = "targetInstances is for blue/green deployments of the Server platform"
        raise AwsError("InvalidTargetInstancesException", message)


def _check_platform(application: Application) -> None:
    if application.platform != "Lambda":
        message = f"The local cloud does not deploy to the {application.platform} platform yet."
        raise AwsError("InvalidComputePlatformException", message)


def _batch(params: Params, member: str) -> list[str]:
    ids = params.get(member) or []
    if len(ids) > MAX_BATCH:
        raise AwsError("BatchLimitExceededException", f"At most {MAX_BATCH} ids in one call")
    return ids


def _inside(window: Params, created_at: float) -> bool:
    start, end = window.get("start"), window.get("end")
    return not (
        (start and created_at < start.timestamp()) or (end and created_at > end.timestamp())
    )


def _without_content(revision: dict[str, Any]) -> dict[str, Any]:
    """GetDeployment never shows an AppSpec's text; GetApplicationRevision does."""
    if "appSpecContent" not in revision:
        return revision
    return {**revision, "appSpecContent": {**revision["appSpecContent"], "content": None}}


def _target_id(deployment: Deployment) -> str:
    function = deployment.function
    return choices.LAMBDA_TARGET_ID_IS.format(
        function=function.get("functionName", ""), alias=function.get("functionAlias", "")
    )


def _target(deployment: Deployment) -> Params:
    return {
        "deploymentTargetType": "LambdaTarget",
        "lambdaTarget": {
            "deploymentId": deployment.id,
            "targetId": _target_id(deployment),
            "status": deployment.target_status,
            "lastUpdatedAt": moment(deployment.updated_at),
            "lambdaFunctionInfo": deployment.function or None,
            "lifecycleEvents": [
                {
                    "lifecycleEventName": event.name,
                    "status": event.status,
                    "startTime": moment(event.started_at),
                    "endTime": moment(event.ended_at),
                }
                for event in deployment.events
            ],
        },
    }
