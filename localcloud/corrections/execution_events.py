"""Executions end when they are stopped, and EventBridge hears how executions begin and end.

In moto 5.2.5 an execution that is stopped while it waits for a task token stays RUNNING, and no
execution ever sends an event (moto/stepfunctions/parser/backend/execution.py).
https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
"""

import json
from datetime import UTC, datetime
from typing import Any

from moto.stepfunctions.parser.api import ExecutionStatus
from moto.stepfunctions.parser.backend.execution import BaseExecutionWorkerCommunication, Execution

from localcloud.events import Bus
from localcloud.service_metrics import record_execution


def apply(bus: Bus) -> None:
    reflect = BaseExecutionWorkerCommunication._reflect_execution_status
    start, stop = Execution.start, Execution.stop

    def start_and_tell(execution: Execution) -> None:
        start(execution)
        bus.send(_event(execution))

    def reflect_and_tell(worker: BaseExecutionWorkerCommunication) -> None:
        if bus.stopped.is_set():
            return  # executions are given up with the cloud
        if worker.execution.exec_status == ExecutionStatus.RUNNING:
            reflect(worker)
            tell(worker.execution)

    def stop_and_tell(
        execution: Execution, stop_date: datetime, error: str | None, cause: str | None
    ) -> None:
        if execution.exec_status != ExecutionStatus.RUNNING:
            return
        execution.exec_status = ExecutionStatus.ABORTED
        execution.stop_date = datetime.now(UTC)
        execution.error, execution.cause = error, cause
        stop(execution, stop_date, error, cause)
        tell(execution)

    def tell(execution: Execution) -> None:
        event = _event(execution)
        record_execution(event["detail"]["stateMachineArn"], event["detail"]["status"])
        bus.send(event)

    BaseExecutionWorkerCommunication._reflect_execution_status = reflect_and_tell
    Execution.start = start_and_tell
    Execution.stop = stop_and_tell


def _event(execution: Any) -> dict[str, Any]:
    return {
        "source": "aws.states",
        "detail-type": "Step Functions Execution Status Change",
        "resources": [execution.exec_arn],
        "detail": {
            "executionArn": execution.exec_arn,
            "stateMachineArn": execution.state_machine.arn,
            "name": execution.name,
            "status": str(execution.exec_status.value),
            "startDate": _milliseconds(execution.start_date),
            "stopDate": _milliseconds(execution.stop_date),
            "input": _text(execution.input_data),
            "output": _text(execution.output),
            "inputDetails": {"included": True},
            "outputDetails": {"included": True} if execution.output is not None else None,
            "error": execution.error,
            "cause": execution.cause,
        },
    }


def _text(value: Any) -> str | None:
    return None if value is None else json.dumps(value)


def _milliseconds(moment: datetime | None) -> int | None:
    return int(moment.timestamp() * 1000) if moment else None
