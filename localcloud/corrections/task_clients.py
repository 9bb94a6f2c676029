"""Step Functions calls functions as its own role, with clients made once.

moto 5.2.5 makes a new boto3 client for every task (about 60 ms) with the keys "ak" and "sk", and
waits for them without a limit (moto/stepfunctions/parser/asl/utils/boto_client.py). It also drops
the cause of SendTaskFailure, and calls an execution "None" when it has no name.
"""

import uuid
from typing import Any

from moto.core.responses import EmptyResult
from moto.stepfunctions import responses
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from localcloud import clients


def apply() -> None:
    lambda_eval_utils.boto_client_for = _client_for
    _keep_cause()
    _name_executions()


def _client_for(service: str, region: str, state_credentials: Any = None) -> Any:
    role = getattr(state_credentials, "role_arn", "") or ""
    return clients.client(service, role)


def _keep_cause() -> None:
    def send_task_failure(self: Any) -> EmptyResult:
        token, error = self._get_param("taskToken"), self._get_param("error")
        cause = self._get_param("cause")
        self.stepfunction_backend.send_task_failure(token, error=error, cause=cause)
        return EmptyResult()

    responses.StepFunctionResponse.send_task_failure = send_task_failure


def _name_executions() -> None:
    start = StepFunctionsParserBackend.start_execution

    def start_execution(
        self: Any, state_machine_arn: str, name: str | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        return start(self, state_machine_arn, name or str(uuid.uuid4()), *args, **kwargs)

    StepFunctionsParserBackend.start_execution = start_execution
