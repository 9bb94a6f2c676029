"""Deployments: created, found, stopped; and hooks that call back.

https://docs.aws.amazon.com/codedeploy/latest/userguide/deployments.html
"""

from typing import Any

from localcloud.clock import Clock
from localcloud.codedeploy import choices
from localcloud.codedeploy.causes import stopped_by_request
from localcloud.codedeploy.deployment_requests import checked_request
from localcloud.codedeploy.engine import Engine
from localcloud.codedeploy.hooks import HookCalls
from localcloud.codedeploy.inputs import operations
from localcloud.codedeploy.model import Deployment, Group, Store
from localcloud.codedeploy.names import check_batch, check_deployment_id
from localcloud.codedeploy.pages import page
from localcloud.codedeploy.revisions import known_or_new
from localcloud.codedeploy.views import deployment_info
from localcloud.wire import AwsError, Params

MAX_BATCH = 25
# https://docs.aws.amazon.com/general/latest/gr/codedeploy.html
MAX_RUNNING = 1300


@operations
class Deployments:
    def __init__(self, store: Store, clock: Clock, engine: Engine, hooks: HookCalls) -> None:
        self._store = store
        self._clock = clock
        self._engine = engine
        self._hooks = hooks

    def create_deployment(self, params: Params) -> Params:
        """Not idempotent: the same request once more meets the deployment that it made."""
        application, group, configuration, location = checked_request(self._store, params)
        now = self._clock.now()
        deployment = Deployment(
            application=application.name,
            group=group.name,
            revision=location,
            configuration=configuration,
            settings=params,
            created_at=now,
            description=params.get("description") or "",
        )
        with self._store.lock:
            self._claim(group, deployment)
            revision = known_or_new(application, location, now)
            revision.first_used, revision.last_used = revision.first_used or now, now
        self._engine.start(deployment, group)
        return {"deploymentId": deployment.id}

    def get_deployment(self, params: Params) -> Params:
        deployment = find(self._store, params)
        return {"deploymentInfo": deployment_info(deployment, self._store.group_of(deployment))}

    def batch_get_deployments(self, params: Params) -> Params:
        """Unknown ids are left out: no error is modelled for them."""
        ids = params["deploymentIds"]
        check_batch(ids, MAX_BATCH, "deployment ids")
        for deployment_id in ids:
            check_deployment_id(deployment_id)
        found = [self._store.deployments[i] for i in ids if i in self._store.deployments]
        infos = [deployment_info(each, self._store.group_of(each)) for each in found]
        return {"deploymentsInfo": infos}

    def list_deployments(self, params: Params) -> Params:
        """The newest first."""
        application, group = params.get("applicationName"), params.get("deploymentGroupName")
        self._check_group(application, group)
        _check_external_id(params.get("externalId"))
        window = params.get("createTimeRange") or {}
        _check_window(window)
        statuses = params.get("includeOnlyStatuses") or []
        ids = [
            deployment.id
            for deployment in reversed(list(self._store.deployments.values()))
            if (not application or deployment.application == application)
            and (not group or deployment.group == group)
            and (not statuses or deployment.status in statuses)
            and _inside(window, deployment.created_at)
            and not params.get("externalId")  # nothing here is linked to an external resource
        ]
        return page(ids, params, "deployments")

    def stop_deployment(self, params: Params) -> Params:
        """Whoever is told Pending will see Stopped, and no other end."""
        deployment = find(self._store, params)
        with self._store.lock:
            if deployment.over:
                message = f"The deployment {deployment.id} has already completed"
                raise AwsError("DeploymentAlreadyCompletedException", message)
            if self._store.group_of(deployment) is None:
                message = f"No Deployment Group found for name: {deployment.group}"
                raise AwsError("DeploymentGroupDoesNotExistException", message)
            deployment.halt.ask(stopped_by_request(params.get("autoRollbackEnabled")))
        return {"status": "Pending", "statusMessage": choices.STOP_STATUS_MESSAGE}

    def continue_deployment(self, params: Params) -> None:
        raise _waits_for_nobody(find(self._store, params))

    def skip_wait_time_for_instance_termination(self, params: Params) -> None:
        raise _waits_for_nobody(find(self._store, params))

    def put_lifecycle_event_hook_execution_status(self, params: Params) -> Params:
        deployment = find(self._store, params)
        execution_id = params.get("lifecycleEventHookExecutionId") or ""
        self._hooks.answer(deployment.id, execution_id, params.get("status") or "")
        return {"lifecycleEventHookExecutionId": execution_id}

    def _claim(self, group: Group, deployment: Deployment) -> None:
        """One deployment at a time in a group; the text's form is as reported:
        https://github.com/CircleCI-Public/aws-ecs-orb/issues/181"""
        if group.active:
            message = (
                f"The Deployment Group '{group.name}' already has an active Deployment "
                f"'{group.active}'"
            )
            raise AwsError("DeploymentLimitExceededException", message)
        if sum(1 for other in self._store.groups() if other.active) >= MAX_RUNNING:
            message = f"{MAX_RUNNING} deployments are running, the most that an account may have"
            raise AwsError("DeploymentLimitExceededException", message)
        last = self._store.deployments.get(group.last_successful)
        deployment.previous_revision = last.revision if last else None
        group.active = group.last_attempted = deployment.id
        group.target_revision = deployment.revision
        self._store.deployments[deployment.id] = deployment

    def _check_group(self, application: str | None, group: str | None) -> None:
        if application and not group:
            message = "deploymentGroupName is required with applicationName"
            raise AwsError("DeploymentGroupNameRequiredException", message)
        if group and not application:
            message = "applicationName is required with deploymentGroupName"
            raise AwsError("ApplicationNameRequiredException", message)
        if application and group:
            self._store.application(application).group(group)


def find(store: Store, params: Params) -> Deployment:
    check_deployment_id(params["deploymentId"])
    return store.deployment(params["deploymentId"])


def _waits_for_nobody(deployment: Deployment) -> AwsError:
    """A Lambda deployment never waits for a person, nor for instances to end."""
    platform = deployment.configuration.platform
    message = f"The action is not supported for deployments of the {platform} compute platform"
    return AwsError("UnsupportedActionForDeploymentTypeException", message)


def _check_external_id(external_id: str | None) -> None:
    if external_id is not None and not external_id.strip():
        raise AwsError("InvalidExternalIdException", "The external id is empty")


def _check_window(window: dict[str, Any]) -> None:
    start, end = window.get("start"), window.get("end")
    if start and end and start > end:
        raise AwsError("InvalidTimeRangeException", "The range ends before it starts")


def _inside(window: dict[str, Any], created_at: float) -> bool:
    start, end = window.get("start"), window.get("end")
    return not (
        (start and created_at < start.timestamp()) or (end and created_at > end.timestamp())
    )
