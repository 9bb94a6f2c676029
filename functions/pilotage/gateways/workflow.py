"""Step Functions: tokens handed back, and executions."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pilotage.gateways.aws import client, code_of

# The task is over, by whoever's hand: nothing is left to hand back.
OVER = ("TaskDoesNotExist", "TaskTimedOut", "InvalidToken")


def succeed(token: str, output: Mapping[str, Any]) -> bool:
    """False when the task was over already."""
    try:
        client("stepfunctions").send_task_success(taskToken=token, output=json.dumps(output))
    except Exception as error:
        if code_of(error) in OVER:
            return False
        raise
    return True


def fail(token: str, error_name: str, cause: str) -> bool:
    try:
        client("stepfunctions").send_task_failure(taskToken=token, error=error_name, cause=cause)
    except Exception as error:
        if code_of(error) in OVER:
            return False
        raise
    return True


def start(machine: str, about: str, event: Mapping[str, Any]) -> bool:
    """Start an execution, once for what it is about. False when there was one of that name."""
    try:
        client("stepfunctions").start_execution(
            stateMachineArn=machine, name=_name(about), input=json.dumps(event)
        )
    except Exception as error:
        if code_of(error) == "ExecutionAlreadyExists":
            return False
        raise
    return True


def execution_of(machine: str, about: str) -> str:
    """The ARN of the execution that `start` starts."""
    return f"{machine.replace(':stateMachine:', ':execution:')}:{_name(about)}"


def is_running(execution: str) -> bool | None:
    """None when Step Functions knows no such execution: it was never started, or only just."""
    found = _described(execution)
    return found and bool(found["status"] == "RUNNING")


def stopped_at(execution: str) -> datetime | None:
    """When an execution ended. None for one that runs, or that Step Functions does not know."""
    found = _described(execution)
    stopped: datetime | None = found and found.get("stopDate")
    return stopped


def _described(execution: str) -> Any:
    """None when there is no such execution."""
    try:
        return client("stepfunctions").describe_execution(executionArn=execution)
    except Exception as error:
        if code_of(error) == "ExecutionDoesNotExist":
            return None
        raise


def _name(about: str) -> str:
    return f"pilotage-{hashlib.sha256(about.encode()).hexdigest()[:40]}"
