"""Each try of a `.waitForTaskToken` task has a token of its own, and a token serves once.

moto 5.2.5 makes one token for all tries (moto/stepfunctions/parser/asl/component/state/exec/
state_task/service/state_task_service_callback.py), so a retried task ends at once with the outcome
of the try before; and it takes the token of a try that is over without a word. AWS answers
TaskTimedOut: "the task token has either expired or the task has already been closed".
https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html
"""

from typing import Any

from moto.stepfunctions.parser import models
from moto.stepfunctions.parser.api import TaskTimedOut
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import (
    ResourceCondition,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (
    StateTaskServiceCallback,
)
from moto.stepfunctions.parser.asl.eval.callback.callback import CallbackConsumerTimeout

_once = StateTaskServiceCallback._evaluate_with_timeout


def apply() -> None:
    def evaluate(task: Any, env: Any) -> None:
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

    StateTaskServiceCallback._evaluate_with_timeout = evaluate
    models.TaskDoesNotExist = TaskTimedOut
