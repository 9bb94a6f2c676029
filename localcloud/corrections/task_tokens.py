"""Each try of a `.waitForTaskToken` task has a token of its own, and a token serves once.

moto 5.2.5 makes one token for all tries (moto/stepfunctions/parser/asl/component/state/exec/
state_task/service/state_task_service_callback.py), so a retried task ends at once with the outcome
of the try before; it takes the token of a try that is over without a word, and does not know it
when the execution is over. Whoever hands in a token while any execution is about to begin gets an
error of the server (models.py, send_task_success). AWS answers TaskTimedOut: "the task token has
either expired or the task associated with the token has already been closed".
https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
"""

from typing import Any

from moto.stepfunctions.exceptions import AWSError
from moto.stepfunctions.parser import models
from moto.stepfunctions.parser.api import InvalidToken
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import (
    ResourceCondition,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (
    StateTaskServiceCallback,
)
from moto.stepfunctions.parser.asl.eval.callback.callback import CallbackConsumerTimeout
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

_once = StateTaskServiceCallback._evaluate_with_timeout
_succeed = StepFunctionsParserBackend.send_task_success
_executions = StepFunctionsParserBackend._get_executions


def apply() -> None:
    StateTaskServiceCallback._evaluate_with_timeout = _evaluate
    StepFunctionsParserBackend.send_task_success = _send_task_success
    StepFunctionsParserBackend._get_executions = _begun
    models.TaskDoesNotExist = _closed


def _closed() -> Exception:
    error: Exception = AWSError(
        "Task Timed Out: 'Provided task does not exist anymore'", "TaskTimedOut", 400
    )
    return error


def _begun(backend: Any, execution_status: Any = None) -> list[Any]:
    """Those whose worker is at work: the others can have given out no token."""
    begun = _executions(backend, execution_status)
    return [e for e in begun if e.exec_worker and e.exec_worker.env]


def _evaluate(task: Any, env: Any) -> None:
    if task.resource.condition != ResourceCondition.WaitForTaskToken:
        _once(task, env)
        return
    context = env.states.context_object
    if context.context_object_data["State"]["RetryCount"]:
        env.callback_pool_manager.add(context.update_task_token())
    endpoint = env.callback_pool_manager.get(context.context_object_data["Task"]["Token"])
    try:
        _once(task, env)
    finally:
        endpoint.report(CallbackConsumerTimeout())
        endpoint.interrupt_all()


def _send_task_success(backend: Any, task_token: str, outcome: str) -> Any:
    try:
        return _succeed(backend, task_token, outcome)
    except InvalidToken:
        if giver(backend, task_token):
            raise _closed() from None
        raise


def giver(backend: Any, task_token: str) -> Any:
    """The execution that gave out a token, whether it still runs or not; else None."""
    for execution in backend._get_executions():
        if execution.exec_worker.env.callback_pool_manager.get(task_token):
            return execution
    return None
