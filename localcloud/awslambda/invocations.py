"""Invoke: which version runs, and what is answered."""

import base64
import json
import time
import uuid
from collections import deque
from dataclasses import dataclass
from typing import Any

from localcloud.awslambda.asynchronous import Asynchronous
from localcloud.awslambda.endings import Answer, answer, timed_out
from localcloud.awslambda.inputs import operations
from localcloud.awslambda.metrics import record
from localcloud.awslambda.model import Function, Functions, Version, addressed
from localcloud.awslambda.pool import Pool
from localcloud.awslambda.reports import Report, SystemLog
from localcloud.awslambda.sandbox import Sandbox, Work
from localcloud.clock import Clock
from localcloud.wire import AwsError, Params

WATCHED = 2000
MAX_SYNC_PAYLOAD = 6 * 1024 * 1024


@dataclass(frozen=True)
class Ran:
    """One invocation, for whoever watches."""

    at: float
    function: str
    qualifier: str
    version: str
    failed: bool


@dataclass(frozen=True)
class Invocation:
    """One try to run a version. `request_id` is the same for every try of one event."""

    function: Function
    version: Version
    qualifier: str
    payload: bytes
    request_id: str


@operations
class Invocations:
    """Runs functions, each invocation in a sandbox of its own. `ran` holds the last ones."""

    def __init__(self, functions: Functions, pool: Pool, clock: Clock) -> None:
        self._functions = functions
        self._pool = pool
        self._clock = clock
        self._asynchronous = Asynchronous(self._try, clock)
        self.ran: deque[Ran] = deque(maxlen=WATCHED)

    def invoke(self, params: Params) -> Params:
        """The operation Invoke, synchronous (RequestResponse) or not (Event)."""
        name, qualifier = addressed(params)
        function = self._functions.get(name)
        version = function.draw(qualifier)
        payload = _read(params.get("Payload")) or b"{}"
        _check_json(payload)
        kind = params.get("InvocationType") or "RequestResponse"
        if kind == "DryRun":
            return {"StatusCode": 204}
        function.check_active(self._clock.now())
        if kind == "Event":
            self._asynchronous.submit(function, qualifier, payload)
            return {"StatusCode": 202}
        answer, tail = self._run(_invocation(function, version, qualifier, payload))
        wants_tail = params.get("LogType") == "Tail"
        return {
            "StatusCode": 200,
            "Payload": answer.payload,
            "FunctionError": answer.error or None,
            "ExecutedVersion": answer.version,
            "LogResult": base64.b64encode(tail).decode() if wants_tail else None,
        }

    def run(self, function: Function, version: Version, qualifier: str, payload: bytes) -> Answer:
        """One invocation in a sandbox, with its log lines and its metrics. Raises AwsError when the
        function may not run now."""
        return self._run(_invocation(function, version, qualifier, payload))[0]

    def stop(self) -> None:
        self._asynchronous.stop()

    def _try(self, function: Function, qualifier: str, payload: bytes, request_id: str) -> Answer:
        version = function.draw(qualifier)
        return self._run(Invocation(function, version, qualifier, payload, request_id))[0]

    def _run(self, invocation: Invocation) -> tuple[Answer, bytes]:
        """The answer, and the end of the log."""
        function, version = invocation.function, invocation.version
        if function.concurrency == 0:
            reason = "ReservedFunctionConcurrentInvocationLimitExceeded"
            raise AwsError(
                "TooManyRequestsException", "Rate Exceeded.", 429, Reason=reason, Type="User"
            )
        version.take_call(self._clock.now())
        sandbox = self._pool.take(function, version)
        try:
            return self._run_in(sandbox, invocation), sandbox.log.tail
        finally:
            self._pool.give_back(function, version, sandbox)

    def _run_in(self, sandbox: Sandbox, invocation: Invocation) -> Answer:
        function, version = invocation.function, invocation.version
        init_seconds = sandbox.start_up()
        started = time.time()
        work = _work(invocation, started)
        system_log = SystemLog(sandbox.log, version.settings["LoggingConfig"] or {})
        sandbox.log.begin()
        system_log.start(work.request_id, version.number)
        ended = sandbox.run(work, float(version.settings["Timeout"]))
        over = time.time()
        if ended == "timeout":
            system_log.timed_out(work.request_id, timed_out(version))
        found = answer(work, ended, version, sandbox)
        memory = (version.settings["MemorySize"], sandbox.memory_mb())
        ending = (found.status, found.error_type)
        system_log.end(Report(work.request_id, over - started, init_seconds, *memory, *ending))
        failed = bool(found.error)
        self.ran.append(Ran(over, function.name, invocation.qualifier, version.number, failed))
        record(function, version.number, invocation.qualifier, started, over, failed)
        return found


def _invocation(function: Function, version: Version, qualifier: str, payload: bytes) -> Invocation:
    return Invocation(function, version, qualifier, payload, str(uuid.uuid4()))


def _work(invocation: Invocation, started: float) -> Work:
    function, qualifier = invocation.function, invocation.qualifier
    timeout = float(invocation.version.settings["Timeout"])
    return Work(
        invocation.request_id,
        invocation.payload,
        int((started + timeout) * 1000),
        function.qualified_arn(qualifier) if qualifier else function.arn,
    )


def _read(payload: Any) -> bytes:
    if payload is None:
        return b""
    return payload.read() if hasattr(payload, "read") else bytes(payload)


def _check_json(payload: bytes) -> None:
    try:
        json.loads(payload)
    except ValueError as error:
        message = f"Could not parse request body into json: {error}"
        raise AwsError("InvalidRequestContentException", message, Type="User") from None
    if len(payload) > MAX_SYNC_PAYLOAD:
        raise AwsError("RequestTooLargeException", "Request must be smaller than 6291456 bytes")
