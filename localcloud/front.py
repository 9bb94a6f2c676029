"""The one door of the cloud: every request comes in here and is handed to who answers it."""

import logging
import re
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug import Request, Response

from localcloud import wire
from localcloud.iam.guard import Guard
from localcloud.wire import AwsError, Call

log = logging.getLogger(__name__)

WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]
Door = Callable[[Request], Response]
Operation = Callable[[dict[str, Any]], dict[str, Any] | None]


class QuietHandler(MotoRequestHandler):  # type: ignore[misc]
    """Requests are not logged: what matters stands in the functions' own logs."""

    def log(self, type: str, message: str, *args: object) -> None:
        pass


class Front:
    """A WSGI application: our own services by signing name, doors by path, moto for the rest."""

    def __init__(self) -> None:
        self._services: dict[str, tuple[object, ...]] = {}
        self._doors: dict[str, Door] = {}
        self._moto = DomainDispatcherApplication(create_backend_app)
        self.guard: Guard | None = None

    def add_service(self, signing_name: str, *parts: object) -> None:
        """Answer a service: each part has one method an operation, `get_alias` for GetAlias."""
        self._services[signing_name] = parts

    def add_door(self, path_prefix: str, door: Door) -> None:
        self._doors[path_prefix] = door

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        for prefix, door in self._doors.items():
            if request.path.startswith(prefix):
                return door(request)(environ, start_response)
        service, access_key_id = wire.signing_name(request)
        if self.guard and (refusal := self.guard.refusal(service, access_key_id, request)):
            return refusal(environ, start_response)
        if service in self._services:
            return self._own(service, access_key_id, request)(environ, start_response)
        answer: Iterable[bytes] = self._moto(environ, start_response)
        return answer

    def _own(self, service: str, access_key_id: str, request: Request) -> Response:
        request_id = str(uuid.uuid4())
        try:
            call = wire.read(service, access_key_id, request)
        except AwsError as error:
            return wire.refuse(error, request_id)
        return wire.answer(call, self._result(call), request_id)

    def _result(self, call: Call) -> dict[str, Any] | AwsError | None:
        try:
            return self._method(call)(call.params)
        except AwsError as error:
            return error
        except Exception:
            log.exception("%s:%s broke", call.service, call.operation)
            return AwsError("InternalFailure", "The local cloud broke; its log says where.", 500)

    def _method(self, call: Call) -> Operation:
        name = snake_case(call.operation)
        for part in self._services[call.service]:
            method: Operation | None = getattr(part, name, None)
            if method is not None:
                return method
        text = f"The local cloud does not do {call.service}:{call.operation} yet."
        raise AwsError("NotImplemented", text, 501)


def snake_case(operation: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", operation).lower()
