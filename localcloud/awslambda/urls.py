"""Function URLs: a function answers HTTP.

On AWS the address is https://<id>.lambda-url.<region>.on.aws/; here it is a path of the one port.
https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
"""

import base64
import json
import time
import uuid
from typing import Any

from werkzeug import Request, Response

from localcloud.account import REGION
from localcloud.awslambda.inputs import operations
from localcloud.awslambda.invocations import Invocations
from localcloud.awslambda.model import Function, Functions, addressed, iso
from localcloud.clock import Clock
from localcloud.wire import AwsError, Params

PREFIX = "/function-url/"
# Bodies of these types are handed on as they are, all others in base64. Which types Lambda takes
# for text is not documented; forms were seen to come in base64.
_TEXT = ("text/", "application/json", "application/xml", "application/javascript")
# Both are needed for a URL that was made since October 2025.
# https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
_NEEDED = ("lambda:InvokeFunctionUrl", "lambda:InvokeFunction")


@operations
class FunctionUrls:
    """The operations on URLs, and the door to them."""

    def __init__(
        self, functions: Functions, invocations: Invocations, clock: Clock, endpoint: str
    ) -> None:
        self._functions = functions
        self._invocations = invocations
        self._clock = clock
        self._endpoint = endpoint

    def create_function_url_config(self, params: Params) -> Params:
        function, qualifier = self._find(params)
        if qualifier in function.url_settings:
            message = f"FunctionUrlConfig exists for this Lambda function: {function.arn}"
            raise AwsError("ResourceConflictException", message, Type="User")
        function.url_settings[qualifier] = self._settings(function, qualifier, params)
        return function.url_settings[qualifier]

    def get_function_url_config(self, params: Params) -> Params:
        function, qualifier = self._find(params)
        if qualifier not in function.url_settings:
            message = "The resource you requested does not exist."
            raise AwsError("ResourceNotFoundException", message, Type="User")
        return function.url_settings[qualifier]

    def update_function_url_config(self, params: Params) -> Params:
        settings = self.get_function_url_config(params)
        changed = {name: params[name] for name in ("AuthType", "InvokeMode") if params.get(name)}
        settings.update(changed, LastModifiedTime=iso(self._clock.now()))
        return settings

    def list_function_url_configs(self, params: Params) -> Params:
        function = self._functions.get(params["FunctionName"])
        return {"FunctionUrlConfigs": list(function.url_settings.values())}

    def delete_function_url_config(self, params: Params) -> None:
        function, qualifier = self._find(params)
        function.url_settings.pop(qualifier, None)

    def __call__(self, request: Request) -> Response:
        """A request to a URL becomes an invocation, its answer a response."""
        url_id, _, path = request.path.removeprefix(PREFIX).partition("/")
        found = self._of_url(url_id)
        if found is None:
            return _json(404, {"Message": "Not Found"})
        function, qualifier, settings = found
        if settings["AuthType"] != "NONE" or not _is_public(function, qualifier):
            return _json(403, {"Message": "Forbidden"})
        version = function.draw(qualifier)
        event = json.dumps(_event(request, url_id, f"/{path}")).encode()
        try:
            answer = self._invocations.run(function, version, qualifier, event)
        except AwsError as error:
            return _json(429 if error.status == 429 else 502, {"Message": error.message})
        if answer.error:
            return _json(502, {"Message": "Internal Server Error"})
        return _response(json.loads(answer.payload or b"null"))

    def _find(self, params: Params) -> tuple[Function, str]:
        name, qualifier = addressed(params)
        function = self._functions.get(name)
        if qualifier:
            function.version(qualifier)
        return function, qualifier

    def _settings(self, function: Function, qualifier: str, params: Params) -> dict[str, Any]:
        now = iso(self._clock.now())
        return {
            "FunctionUrl": f"{self._endpoint}{PREFIX}{uuid.uuid4().hex}/",
            "FunctionArn": function.qualified_arn(qualifier) if qualifier else function.arn,
            "AuthType": params["AuthType"],
            "InvokeMode": params.get("InvokeMode", "BUFFERED"),
            "CreationTime": now,
            "LastModifiedTime": now,
        }

    def _of_url(self, url_id: str) -> tuple[Function, str, dict[str, Any]] | None:
        for function in self._functions.all():
            for qualifier, settings in function.url_settings.items():
                if settings["FunctionUrl"].endswith(f"/{url_id}/"):
                    return function, qualifier, settings
        return None


def _is_public(function: Function, qualifier: str) -> bool:
    granted = {
        statement["Action"]
        for statement in function.statements.get(qualifier, [])
        if statement["Principal"] == "*"
    }
    return granted.issuperset(_NEEDED)


def _event(request: Request, url_id: str, path: str) -> dict[str, Any]:
    """Payload format 2.0."""
    body = request.get_data()
    is_text = request.mimetype.startswith(_TEXT)
    headers = {name.lower(): value for name, value in request.headers.items()}
    domain = f"{url_id}.lambda-url.{REGION}.on.aws"
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": request.query_string.decode(),
        "headers": headers,
        "requestContext": {
            "accountId": "anonymous",
            "apiId": url_id,
            "domainName": domain,
            "domainPrefix": url_id,
            "http": {
                "method": request.method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.remote_addr,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": str(uuid.uuid4()),
            "routeKey": "$default",
            "stage": "$default",
            "timeEpoch": int(time.time() * 1000),
        },
        **({"body": body.decode() if is_text else base64.b64encode(body).decode()} if body else {}),
        "isBase64Encoded": bool(body) and not is_text,
    }


def _response(answer: Any) -> Response:
    """What a function returns is its response when it names a status, else its JSON body."""
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return _json(200, answer)
    body = answer.get("body") or ""
    data = base64.b64decode(body) if answer.get("isBase64Encoded") else body
    headers = {"content-type": "application/json", **(answer.get("headers") or {})}
    return Response(data, int(answer["statusCode"]), headers)


def _json(status: int, value: Any) -> Response:
    return Response(json.dumps(value), status, content_type="application/json")
