"""AWS's wire protocols, read and written from botocore's own service models."""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import get_service_model
from werkzeug import Request, Response

Params = dict[str, Any]

# Services whose operations are told by method and path.
REST_JSON = ("lambda", "scheduler")


class AwsError(Exception):
    """An error as AWS answers it: `code` is the modelled name, `status` the HTTP status."""

    def __init__(self, code: str, message: str, status: int | None = None, **members: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.members = members

    def __getattr__(self, name: str) -> Any:
        """Members of the modelled error shape (`Type`, `Reason`), where it has some."""
        try:
            return self.__dict__["members"][name]
        except KeyError:
            raise AttributeError(name) from None


@dataclass(frozen=True)
class Call:
    """One request to AWS: which operation of which service, with what."""

    service: str
    operation: str
    params: Params
    access_key_id: str
    headers: Any = field(repr=False, default=None)


def signing_name(request: Request) -> tuple[str, str]:
    """Service and access key id of the credential scope; two empty strings when unsigned."""
    scope = re.search(r"Credential=([^,\s]+)", request.headers.get("Authorization", ""))
    scope_text = scope.group(1) if scope else request.args.get("X-Amz-Credential", "")
    parts = scope_text.split("/")
    return (parts[3], parts[0]) if len(parts) == 5 else ("", "")


def read(service: str, access_key_id: str, request: Request) -> Call:
    """The call that a request makes. Raises AwsError when it is none."""
    model = get_service_model(service)
    name, uri_params = _operation(service, request)
    parser = PROTOCOL_PARSERS[model.protocol](model.operation_model(name))
    try:
        params = parser.parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": request.get_data(),
                "url_path": request.path,
                "url_params": uri_params,
            }
        )
    except Exception as error:  # a list for a text, a text for a number: who sent it is wrong
        message = "The request's body is not what the operation's model says"
        raise AwsError("SerializationException", message) from error
    params = params or {}
    given = {key: value for key, value in params.items() if value is not None}
    return Call(service, name, given, access_key_id, request.headers)


def answer(call: Call, result: Params | AwsError | None, request_id: str) -> Response:
    model = get_service_model(call.service)
    operation = model.operation_model(call.operation)
    serializer = get_serializer_class(model.service_name, model.protocol)(
        operation, SerializationContext(request_id)
    )
    wire = serializer.serialize(result if result is not None else {})
    status = wire["status_code"]
    if isinstance(result, AwsError) and result.status:
        status = result.status
    response = Response(wire["body"], status, wire["headers"])
    response.headers["x-amzn-RequestId"] = request_id
    return response


def refuse(error: AwsError, request_id: str) -> Response:
    """An error for a request that names no operation, so that no model can shape it."""
    body = {"__type": error.code, "message": error.message, "Message": error.message}
    response = Response(_json(body), error.status or 400, content_type="application/json")
    response.headers["x-amzn-RequestId"] = request_id
    response.headers["x-amzn-ErrorType"] = error.code
    return response


def _json(value: Any) -> str:
    import json

    return json.dumps(value)


def _operation(service: str, request: Request) -> tuple[str, dict[str, str]]:
    protocol = get_service_model(service).protocol
    if protocol == "json":
        return _known(service, request.headers.get("X-Amz-Target", "").split(".")[-1]), {}
    if protocol == "query":
        return _known(service, request.values.get("Action", "")), {}
    if found := _routed(service, request):
        return found
    raise AwsError("UnknownOperationException", f"No operation at {request.path}", 404)


def rest_operation(service: str, request: Request) -> str:
    """The operation at a REST path; "" when there is none."""
    found = _routed(service, request)
    return found[0] if found else ""


def _routed(service: str, request: Request) -> tuple[str, dict[str, str]] | None:
    for method, pattern, name in _routes(service):
        if method == request.method and (found := pattern.fullmatch(request.path)):
            return name, found.groupdict()
    return None


def _known(service: str, name: str) -> str:
    if name in get_service_model(service).operation_names:
        return name
    raise AwsError("UnknownOperationException", f"{service} has no operation {name!r}", 400)


@cache
def _routes(service: str) -> list[tuple[str, re.Pattern[str], str]]:
    """The REST routes of a service, the most literal ones first."""
    model = get_service_model(service)
    routes = []
    for name in model.operation_names:
        http = model.operation_model(name).http
        path = http["requestUri"].split("?")[0].rstrip("/") or "/"
        pattern = re.sub(r"\{(\w+)\+\}", r"(?P<\1>.+)", path)
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)
        literal = len(re.sub(r"\{\w+\+?\}", "", path))
        routes.append((literal, http["method"], re.compile(pattern + "/?"), name))
    return [route[1:] for route in sorted(routes, key=lambda route: -route[0])]
