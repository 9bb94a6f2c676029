"""Asynchronous invocations: what is tried again, and where an event goes in the end.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

import json
import logging
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from localcloud.awslambda import destinations
from localcloud.awslambda.endings import Answer
from localcloud.awslambda.model import LATEST, Function
from localcloud.awslambda.reports import now
from localcloud.clock import Clock
from localcloud.wire import AwsError

log = logging.getLogger(__name__)

# Lambda tries an asynchronous invocation again one and two minutes after it failed.
RETRY_AFTER_SECONDS = (60, 120)
# Asynchronous invocations that run, wait for a sandbox, or wait to be tried again.
MAX_WAITING = 256

Try = Callable[[Function, str, bytes, str], Answer]


@dataclass(frozen=True)
class Event:
    """What a function was given. Its request id is that of every try."""

    function: Function
    qualifier: str
    payload: bytes
    request_id: str


class Asynchronous:
    def __init__(self, try_once: Try, clock: Clock) -> None:
        self._try_once = try_once
        self._clock = clock
        self._workers = ThreadPoolExecutor(MAX_WAITING, "async-invoke")

    def submit(self, function: Function, qualifier: str, payload: bytes) -> None:
        event = Event(function, qualifier, payload, str(uuid.uuid4()))
        self._workers.submit(self._run, event)

    def stop(self) -> None:
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _run(self, event: Event) -> None:
        try:
            answer, tries = self._run_until_over(event)
            _deliver(event, answer, tries)
        except Exception as error:
            log.warning("the event %s of %s: %s", event.request_id, event.function.name, error)

    def _run_until_over(self, event: Event) -> tuple[Answer, int]:
        retries = _settings(event).get("MaximumRetryAttempts")
        tries = 1 + (len(RETRY_AFTER_SECONDS) if retries is None else retries)
        for attempt in range(tries):
            answer = self._try(event)
            # One that is throttled because its function may not run at all is not tried again.
            # https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
            if not answer.error or answer.status == "throttled":
                return answer, attempt + 1
            if attempt + 1 < tries:
                self._clock.wait(RETRY_AFTER_SECONDS[attempt])
        return answer, tries

    def _try(self, event: Event) -> Answer:
        try:
            return self._try_once(event.function, event.qualifier, event.payload, event.request_id)
        except AwsError as error:
            if error.code != "TooManyRequestsException":
                raise
            body = json.dumps({"errorMessage": error.message, "errorType": error.code}).encode()
            return Answer(body, "Unhandled", LATEST, "throttled", error.code)


def _settings(event: Event) -> dict[str, Any]:
    """Whoever names no qualifier calls `$LATEST`."""
    return event.function.async_settings.get(event.qualifier or LATEST, {})


def _deliver(event: Event, answer: Answer, tries: int) -> None:
    role = event.function.latest.settings["Role"]
    outcome = "OnFailure" if answer.error else "OnSuccess"
    configured = _settings(event).get("DestinationConfig") or {}
    if target := (configured.get(outcome) or {}).get("Destination"):
        destinations.send(target, _record(event, answer, tries), role)
    dead_letters = event.function.version(answer.version).settings["DeadLetterConfig"] or {}
    if answer.error and (queue := dead_letters.get("TargetArn")):
        letter = destinations.DeadLetter(event.payload, event.request_id, answer)
        destinations.send_dead_letter(queue, letter, role)


def _record(event: Event, answer: Answer, tries: int) -> dict[str, Any]:
    """https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html"""
    failed = bool(answer.error)
    response: dict[str, Any] = {"statusCode": 200, "executedVersion": answer.version}
    if failed:
        response["functionError"] = answer.error
    return {
        "version": "1.0",
        "timestamp": now(),
        "requestContext": {
            "requestId": event.request_id,
            "functionArn": event.function.qualified_arn(event.qualifier or LATEST),
            "condition": "RetriesExhausted" if failed else "Success",
            "approximateInvokeCount": tries,
        },
        "requestPayload": json.loads(event.payload),
        "responseContext": response,
        "responsePayload": json.loads(answer.payload or b"null"),
    }
