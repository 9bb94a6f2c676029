"""Invoke: which version runs, how it ends, and what is tried again."""

import json
import time
import uuid
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from localcloud import clients
from localcloud.awslambda.inputs import operations
from localcloud.awslambda.metrics import record
from localcloud.awslambda.model import Function, Functions, Version, addressed
from localcloud.awslambda.pool import Pool
from localcloud.awslambda.sandbox import Sandbox, Work
from localcloud.clock import Clock
from localcloud.wire import AwsError, Params

# Lambda tries an asynchronous invocation again one and two minutes after it failed.
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
RETRY_AFTER_SECONDS = (60, 120)
# Asynchronous invocations that run, wait for a sandbox, or wait to be tried again.
MAX_WAITING = 256
WATCHED = 2000
MAX_SYNC_PAYLOAD = 6 * 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """How an invocation ended: `error` is empty, `Handled` is never sent for Python."""

    payload: bytes
    error: str
    version: str


@dataclass(frozen=True)
class Ran:
    """One invocation, for whoever watches."""

    at: float
    function: str
    qualifier: str
    version: str
    failed: bool


@operations
class Invocations:
    """Runs functions, each invocation in a sandbox of its own. `ran` holds the last ones."""

    def __init__(self, functions: Functions, pool: Pool, clock: Clock) -> None:
        self._functions = functions
        self._pool = pool
        self._clock = clock
        self.ran: deque[Ran] = deque(maxlen=WATCHED)
        self._async = ThreadPoolExecutor(MAX_WAITING, "async-invoke")

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
        if kind == "Event":
            self._async.submit(self._run_later, function, qualifier, payload)
            return {"StatusCode": 202}
        answer = self.run(function, version, qualifier, payload)
        return {
            "StatusCode": 200,
            "Payload": answer.payload,
            "FunctionError": answer.error or None,
            "ExecutedVersion": answer.version,
        }

    def run(self, function: Function, version: Version, qualifier: str, payload: bytes) -> Answer:
        """One invocation in a sandbox, with its log lines and its metrics."""
        sandbox = self._pool.take(function, version)
        try:
            return self._run_in(sandbox, function, version, qualifier, payload)
        finally:
            self._pool.give_back(function, version, sandbox)

    def _run_in(
        self,
        sandbox: Sandbox,
        function: Function,
        version: Version,
        qualifier: str,
        payload: bytes,
    ) -> Answer:
        started = time.time()
        timeout = float(version.settings["Timeout"])
        work = Work(
            str(uuid.uuid4()),
            payload,
            int((started + timeout) * 1000),
            function.qualified_arn(qualifier) if qualifier else function.arn,
        )
        sandbox.log.write(f"START RequestId: {work.request_id} Version: {version.number}")
        ended = sandbox.run(work, timeout)
        answer = _answer(work, ended, version, sandbox)
        _write_end(sandbox, work, started, version)
        failed = bool(answer.error)
        self.ran.append(Ran(time.time(), function.name, qualifier, version.number, failed))
        record(function, version.number, qualifier, started, time.time(), failed)
        return answer

    def _run_later(self, function: Function, qualifier: str, payload: bytes) -> None:
        settings = function.async_settings.get(qualifier, {})
        retries = settings.get("MaximumRetryAttempts")
        tries = 1 + (2 if retries is None else retries)
        for attempt in range(tries):
            answer = self.run(function, function.draw(qualifier), qualifier, payload)
            if not answer.error:
                self._deliver(function, settings, "OnSuccess", payload, answer, attempt + 1)
                return
            if attempt + 1 < tries:
                self._clock.wait(RETRY_AFTER_SECONDS[attempt])
        self._deliver(function, settings, "OnFailure", payload, answer, tries)

    def _deliver(
        self,
        function: Function,
        settings: dict[str, Any],
        outcome: str,
        payload: bytes,
        answer: Answer,
        tries: int,
    ) -> None:
        destinations = settings.get("DestinationConfig") or {}
        target = (destinations.get(outcome) or {}).get("Destination")
        if target:
            role = function.latest.settings["Role"]
            send(target, _invocation_record(function, outcome, payload, answer, tries), role)

    def stop(self) -> None:
        self._async.shutdown(wait=False, cancel_futures=True)


def send(target_arn: str, message: dict[str, Any], role: str) -> None:
    """Hand a message to a function, queue or topic, as an asynchronous destination does: with the
    role of the function that failed."""
    text = json.dumps(message)
    match target_arn.split(":")[2]:
        case "lambda":
            clients.client("lambda", role).invoke(
                FunctionName=target_arn, InvocationType="Event", Payload=text.encode()
            )
        case "sqs":
            client = clients.client("sqs", role)
            url = client.get_queue_url(QueueName=target_arn.rsplit(":", maxsplit=1)[-1])["QueueUrl"]
            client.send_message(QueueUrl=url, MessageBody=text)
        case "sns":
            clients.client("sns", role).publish(TopicArn=target_arn, Message=text)


def _answer(work: Work, ended: str, version: Version, sandbox: Sandbox) -> Answer:
    if not ended:
        error = "Unhandled" if work.error else ""
        return Answer(work.answer, error, version.number)
    if ended == "timeout":
        seconds = float(version.settings["Timeout"])
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        text = f"{now} {work.request_id} Task timed out after {seconds:.2f} seconds"
        sandbox.log.write(text)
        body = {
            "errorType": "Sandbox.Timedout",
            "errorMessage": f"RequestId: {work.request_id} Error: Task timed out after {seconds:.2f} seconds",
        }
        return Answer(json.dumps(body).encode(), "Unhandled", version.number)
    if sandbox.init_error:
        return Answer(json.dumps(sandbox.init_error).encode(), "Unhandled", version.number)
    text = f"RequestId: {work.request_id} Error: Runtime exited with error: {_exit(sandbox)}"
    body = {"errorType": "Runtime.ExitError", "errorMessage": text}
    return Answer(json.dumps(body).encode(), "Unhandled", version.number)


def _exit(sandbox: Sandbox) -> str:
    code = sandbox.exit_code or 0
    return f"exit status {code}" if code >= 0 else "signal: killed"


def _write_end(sandbox: Sandbox, work: Work, started: float, version: Version) -> None:
    milliseconds = (time.time() - started) * 1000
    sandbox.log.write(f"END RequestId: {work.request_id}")
    sandbox.log.write(
        f"REPORT RequestId: {work.request_id}\tDuration: {milliseconds:.2f} ms\t"
        f"Billed Duration: {int(milliseconds) + 1} ms\t"
        f"Memory Size: {version.settings['MemorySize']} MB\tMax Memory Used: 64 MB"
    )


def _invocation_record(
    function: Function, outcome: str, payload: bytes, answer: Answer, tries: int
) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html"""
    failed = outcome == "OnFailure"
    response = {"statusCode": 200, "executedVersion": answer.version}
    if failed:
        response["functionError"] = answer.error
    return {
        "version": "1.0",
        "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "requestContext": {
            "requestId": str(uuid.uuid4()),
            "functionArn": function.qualified_arn("$LATEST"),
            "condition": "RetriesExhausted" if failed else "Success",
            "approximateInvokeCount": tries,
        },
        "requestPayload": json.loads(payload),
        "responseContext": response,
        "responsePayload": json.loads(answer.payload or b"null"),
    }


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
