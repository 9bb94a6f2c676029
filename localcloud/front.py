"""The one door of the cloud: every request comes in here and is handed to who answers it."""

import logging
import re
import time
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug import Request, Response

from localcloud import clients, refusals, wire
from localcloud.awslambda.limits import RequestLimit
from localcloud.awslambda.pool import Pool
from localcloud.faults.calls import Faults, Unanswered, WsgiApp
from localcloud.faults.plan import Call as Seen
from localcloud.iam.guard import Guard
from localcloud.journal import Journal
from localcloud.operations import operation_of
from localcloud.wire import AwsError, Call

log = logging.getLogger(__name__)

Door = Callable[[Request], Response]
Operation = Callable[[dict[str, Any]], dict[str, Any] | None]


class QuietHandler(MotoRequestHandler):  # type: ignore[misc]
    """Requests are not logged: what matters stands in the functions' own logs."""

    def log(self, type: str, message: str, *args: object) -> None:
        pass


class Front:
    """A WSGI application: our own services by signing name, doors by path, moto for the rest.

    Every request to a service stands in `journal`; `faults` may let it end otherwise."""

    def __init__(self, faults: Faults) -> None:
        self._services: dict[str, tuple[object, ...]] = {}
        self._doors: dict[str, Door] = {}
        self.moto: WsgiApp = DomainDispatcherApplication(create_backend_app)
        self.faults = faults
        self.journal = Journal()
        self.guard: Guard | None = None
        self.pool: Pool | None = None
        self.lambda_limit: RequestLimit | None = None

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
        call = self._seen(service, access_key_id, request)
        return self._noted(call, self._app(call, access_key_id, request))(environ, start_response)

    def _seen(self, service: str, access_key_id: str, request: Request) -> Seen:
        runs = self.pool and self.pool.runs(access_key_id)
        return Seen(
            clients.caller_of(access_key_id),
            service,
            operation_of(service, request),
            access_key_id if runs else "",
        )

    def _noted(self, call: Seen, app: WsgiApp) -> WsgiApp:
        """The same, and the journal knows how it was answered."""
        at = time.time()

        def noted(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            def start(status: str, headers: Any, *rest: Any) -> Any:
                self.journal.note(call, int(status[:3]), at)
                return start_response(status, headers, *rest)

            try:
                return app(environ, start)
            except Unanswered:
                self.journal.note(call, 0, at)
                raise

        return noted

    def _app(self, call: Seen, access_key_id: str, request: Request) -> WsgiApp:
        """What answers the call: its service, or a fault that stands before it."""

        def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            app = self._service(call, access_key_id, request)
            answered: Iterable[bytes] = app(environ, start_response)
            return answered

        fault = self.faults.next(call)
        if fault is None:
            return answer
        return self.faults.inject(fault, call, answer, self._kill)

    def _kill(self, access_key_id: str) -> None:
        if self.pool:
            self.pool.kill(access_key_id)

    def _service(self, call: Seen, access_key_id: str, request: Request) -> WsgiApp:
        service = call.service
        if self.guard and (refusal := self.guard.refusal(service, access_key_id, request)):
            return refusal
        if service == "lambda" and self.lambda_limit and self.lambda_limit.full(call.operation):
            return refusals.response(service, request, refusals.throttled(service))
        if service in self._services:
            return self._own(service, access_key_id, request)
        return self.moto

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
