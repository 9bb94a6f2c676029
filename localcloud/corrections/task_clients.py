"""Step Functions calls functions as its own role, with clients made once.

moto 5.2.5 makes a new boto3 client for every task (about 60 ms) with the keys "ak" and "sk", and
waits for them without a limit (moto/stepfunctions/parser/asl/utils/boto_client.py). It also drops
the cause of SendTaskFailure, calls an execution "None" when it has no name, and fails with
States.Runtime, which nothing can catch, where Lambda gave no answer.
https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
"""

import uuid
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.core.responses import EmptyResult
from moto.stepfunctions import responses
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from localcloud import clients


def apply() -> None:
    lambda_eval_utils.boto_client_for = _client_for
    lambda_eval_utils._invoke_lambda_function = _invoke
    _keep_cause()
    _name_executions()


def _client_for(service: str, region: str, state_credentials: Any = None) -> Any:
    role = getattr(state_credentials, "role_arn", "") or ""
    # Once: what is tried again, the state machine says.
    return clients.client(service, role, attempts=1)


def _invoke(parameters: dict[str, Any], region: str, state_credentials: Any) -> Any:
    lambda_client = _client_for("lambda", region, state_credentials)
    try:
        answer = lambda_client.invoke(**parameters)
        answer["Payload"] = lambda_eval_utils._from_payload(answer["Payload"])
    except BotoCoreError as error:
        told = {"Code": "SdkClientException", "Message": str(error)}
        metadata = {"HTTPStatusCode": 0, "RequestId": ""}
        response = {"Error": told, "ResponseMetadata": metadata}
        raise ClientError(response, "Invoke") from error
    return answer


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
