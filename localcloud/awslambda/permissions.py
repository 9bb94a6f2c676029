"""Who may call a function, and how it is called asynchronously."""

import json
import uuid
from typing import Any

from localcloud.awslambda.inputs import operations
from localcloud.awslambda.model import LATEST, Function, Functions, addressed
from localcloud.clock import Clock
from localcloud.wire import AwsError, Params

# How a function is called asynchronously. Settings of `$LATEST` are those of the function.
ASYNC_SETTINGS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")


@operations
class PermissionOperations:
    def __init__(self, functions: Functions, clock: Clock) -> None:
        self._functions = functions
        self._clock = clock

    def add_permission(self, params: Params) -> Params:
        function, qualifier = self._find(params)
        statements = function.statements.setdefault(qualifier, [])
        if any(s["Sid"] == params["StatementId"] for s in statements):
            message = f"The statement id ({params['StatementId']}) provided already exists."
            raise AwsError("ResourceConflictException", message, Type="User")
        statement = _statement(function, qualifier, params)
        statements.append(statement)
        return {"Statement": json.dumps(statement)}

    def remove_permission(self, params: Params) -> None:
        function, qualifier = self._find(params)
        kept = function.statements.get(qualifier, [])
        function.statements[qualifier] = [s for s in kept if s["Sid"] != params["StatementId"]]

    def get_policy(self, params: Params) -> Params:
        function, qualifier = self._find(params)
        statements = function.statements.get(qualifier)
        if not statements:
            message = "The resource you requested does not exist."
            raise AwsError("ResourceNotFoundException", message, Type="User")
        policy = {"Version": "2012-10-17", "Id": "default", "Statement": statements}
        return {"Policy": json.dumps(policy), "RevisionId": str(uuid.uuid4())}

    def put_function_event_invoke_config(self, params: Params) -> Params:
        function, qualifier = self._find(params)
        settings = {
            "FunctionArn": function.qualified_arn(qualifier or LATEST),
            "LastModified": self._clock.now(),
            **{name: params.get(name) for name in ASYNC_SETTINGS},
        }
        function.async_settings[qualifier or LATEST] = settings
        return settings

    def update_function_event_invoke_config(self, params: Params) -> Params:
        """Changes what is named; Put takes away all else."""
        settings = self.get_function_event_invoke_config(params)
        changed = {name: params[name] for name in ASYNC_SETTINGS if name in params}
        settings.update(changed, LastModified=self._clock.now())
        return settings

    def get_function_event_invoke_config(self, params: Params) -> Params:
        function, qualifier = self._find(params)
        if (qualifier or LATEST) not in function.async_settings:
            message = f"The function {function.arn} doesn't have an EventInvokeConfig"
            raise AwsError("ResourceNotFoundException", message, Type="User")
        return function.async_settings[qualifier or LATEST]

    def delete_function_event_invoke_config(self, params: Params) -> None:
        function, qualifier = self._find(params)
        function.async_settings.pop(qualifier or LATEST, None)

    def _find(self, params: Params) -> tuple[Function, str]:
        name, qualifier = addressed(params)
        function = self._functions.get(name)
        if qualifier:
            function.version(qualifier)
        return function, qualifier


def _statement(function: Function, qualifier: str, params: Params) -> dict[str, Any]:
    principal = params["Principal"]
    conditions: dict[str, Any] = {}
    if source := params.get("SourceArn"):
        conditions["ArnLike"] = {"AWS:SourceArn": source}
    if account := params.get("SourceAccount"):
        conditions["StringEquals"] = {"AWS:SourceAccount": account}
    if kind := params.get("FunctionUrlAuthType"):
        conditions.setdefault("StringEquals", {})["lambda:FunctionUrlAuthType"] = kind
    if params.get("InvokedViaFunctionUrl"):
        conditions["Bool"] = {"lambda:InvokedViaFunctionUrl": "true"}
    service = principal.endswith(".amazonaws.com")
    return {
        "Sid": params["StatementId"],
        "Effect": "Allow",
        "Principal": {"Service": principal}
        if service
        else principal
        if principal == "*"
        else {"AWS": principal},
        "Action": params["Action"],
        "Resource": function.qualified_arn(qualifier) if qualifier else function.arn,
        **({"Condition": conditions} if conditions else {}),
    }
