"""Lifecycle hooks: invoked asynchronously with two fields, answered once by whoever calls back.

What a hook returns or raises means nothing; only the call counts.
https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html
"""

import base64
import json
import secrets
import threading
import time
from dataclasses import dataclass

from botocore.exceptions import ClientError

from localcloud import clients
from localcloud.clock import Clock
from localcloud.codedeploy import choices
from localcloud.codedeploy.causes import Cause, Halt, not_permitted
from localcloud.codedeploy.model import Deployment, LifecycleEvent
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
        self._lock = threading.Lock()

    def call(
        self, hook: str, event: LifecycleEvent, deployment: Deployment, role: str
    ) -> Cause | None:
        """Invoke a hook and wait until someone answers for it, its hour is over, or an abort.

        None when the answer was Succeeded. An abort is the caller's to see.
        """
        waiting = _Waiting(deployment.id, threading.Event())
        event.execution_id = _execution_id()
        self._calls[event.execution_id] = waiting
        try:
            _invoke(hook, event.execution_id, deployment, role)
        except ClientError as error:
            self._close(waiting)
            return not_permitted(role, "AWSLambda", error.response["Error"]["Message"])
        self._wait(waiting, deployment.halt)
        return self._outcome(waiting)

    def answer(self, deployment_id: str, execution_id: str, status: str) -> None:
        """PutLifecycleEventHookExecutionStatus. One answer counts; a second one is refused."""
        if status not in ("Succeeded", "Failed"):
            message = "The status of the lifecycle event hook execution must be Succeeded or Failed"
            raise AwsError("InvalidLifecycleEventHookExecutionStatusException", message)
        waiting = self._calls.get(execution_id)
        if waiting is None or waiting.deployment_id != deployment_id:
            message = "The lifecycle event hook execution ID is not valid"
            raise AwsError("InvalidLifecycleEventHookExecutionIdException", message)
        with self._lock:
            if waiting.status:
                message = "The lifecycle event has already completed"
                raise AwsError("LifecycleEventAlreadyCompletedException", message)
            waiting.status = status
        waiting.answered.set()

    def _wait(self, waiting: _Waiting, halt: Halt) -> None:
        until = time.monotonic() + self._clock.real(HOOK_LIMIT_SECONDS)
        while (left := until - time.monotonic()) > 0:
            if waiting.answered.wait(min(left, 0.05)):
                return
            if halt.rung.is_set() or self._clock.stopped.is_set():
                return

    def _outcome(self, waiting: _Waiting) -> Cause | None:
        self._close(waiting)
        if waiting.status == "Succeeded":
            return None
        if waiting.status == "Failed":
            return Cause("Failed", "HOOK_EXECUTION_FAILURE", FAILED)
        return Cause("Failed", choices.HOOK_TIMEOUT_CODE, TIMED_OUT)

    def _close(self, waiting: _Waiting) -> None:
        """No answer counts from here on."""
        with self._lock:
            waiting.status = waiting.status or "Expired"


def _invoke(hook: str, execution_id: str, deployment: Deployment, role: str) -> None:
    payload = {"DeploymentId": deployment.id, "LifecycleEventHookExecutionId": execution_id}
    clients.client("lambda", role).invoke(
        FunctionName=hook, InvocationType="Event", Payload=json.dumps(payload).encode()
    )


def _execution_id() -> str:
    inner = json.dumps({"encryptedData": secrets.token_urlsafe(48), "ivParameterSpec": ""})
    return base64.b64encode(inner.encode()).decode()
