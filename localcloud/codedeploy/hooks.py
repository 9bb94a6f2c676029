"""Lifecycle hooks: invoked asynchronously with two fields, answered once by whoever calls back."""

import base64
import json
import secrets
import threading
from dataclasses import dataclass

from botocore.exceptions import ClientError

from localcloud import clients
from localcloud.clock import Clock
from localcloud.codedeploy import choices
from localcloud.codedeploy.causes import Cause, not_permitted
from localcloud.codedeploy.model import Deployment, Group, LifecycleEvent
from localcloud.wire import AwsError

HOOK_LIMIT_SECONDS = 3600

FAILED = (
    "The deployment failed because one or more of the lifecycle event validation functions failed."
)
TIMED_OUT = (
    "The deployment timed out while waiting for a status callback. CodeDeploy expects a status "
    "callback within one hour after a deployment hook is invoked."
)


@dataclass
class _Waiting:
    deployment_id: str
    answered: threading.Event
    status: str = ""


class HookCalls:
    """Open and answered hook executions, by their id."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: dict[str, _Waiting] = {}

    def call(
        self,
        hook: str,
        event: LifecycleEvent,
        deployment: Deployment,
        group: Group,
        aborted: threading.Event,
    ) -> Cause | None:
        """Invoke a hook and wait until someone answers for it, its hour is over, or an abort.

        None when the answer was Succeeded.
        """
        waiting = _Waiting(deployment.id, threading.Event())
        event.execution_id = _execution_id()
        self._calls[event.execution_id] = waiting
        try:
            self._invoke(hook, event, deployment, group)
        except ClientError as error:
            waiting.status = "Failed"
            return not_permitted(group, error.response["Error"]["Message"])
        return self._answer(waiting, aborted)

    def answer(self, deployment_id: str, execution_id: str, status: str) -> None:
        """PutLifecycleEventHookExecutionStatus. One answer counts; a second one is refused."""
        if status not in ("Succeeded", "Failed"):
            message = "The status of the lifecycle event hook execution must be Succeeded or Failed"
            raise AwsError("InvalidLifecycleEventHookExecutionStatusException", message)
        waiting = self._calls.get(execution_id)
        if waiting is None or waiting.deployment_id != deployment_id:
            message = "The lifecycle event hook execution ID is not valid"
            raise AwsError("InvalidLifecycleEventHookExecutionIdException", message)
        if waiting.status:
            message = "The lifecycle event has already completed"
            raise AwsError("LifecycleEventAlreadyCompletedException", message)
        waiting.status = status
        waiting.answered.set()

    def _invoke(
        self, hook: str, event: LifecycleEvent, deployment: Deployment, group: Group
    ) -> None:
        payload = {
            "DeploymentId": deployment.id,
            "LifecycleEventHookExecutionId": event.execution_id,
        }
        clients.client("lambda", group.settings["serviceRoleArn"]).invoke(
            FunctionName=hook, InvocationType="Event", Payload=json.dumps(payload).encode()
        )

    def _answer(self, waiting: _Waiting, aborted: threading.Event) -> Cause | None:
        left = self._clock.real(HOOK_LIMIT_SECONDS)
        while left > 0 and not aborted.is_set() and not self._clock.stopped.is_set():
            if waiting.answered.wait(min(left, 0.05)):
                break
            left -= 0.05
        if waiting.status == "Succeeded":
            return None
        if waiting.status == "Failed":
            return Cause("Failed", "HOOK_EXECUTION_FAILURE", FAILED)
        waiting.status = "Expired"
        return Cause("Failed", choices.HOOK_TIMEOUT_CODE, TIMED_OUT)


def _execution_id() -> str:
    inner = json.dumps({"encryptedData": secrets.token_urlsafe(48), "ivParameterSpec": ""})
    return base64.b64encode(inner.encode()).decode()
