"""Polls one queue for one function, with the role of the function.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
"""

import json
import logging
import time
from collections.abc import Callable
from typing import Any

from localcloud import clients, event_filters
from localcloud.account import REGION, name_of
from localcloud.awslambda.invocations import Invocations
from localcloud.awslambda.model import Functions, split
from localcloud.clock import Clock

log = logging.getLogger(__name__)

# SQS gives ten messages at a time.
MOST_AT_ONCE = 10
# Real seconds between two looks into an empty queue, and after a look that went wrong. AWS polls
# long and backs off; how long is not documented.
PAUSE_SECONDS = 0.1
PAUSE_AFTER_ERROR_SECONDS = 0.5
# A batch is handed over when it reaches the size of a payload, full or not.
MOST_BYTES = 6 * 1024 * 1024 - 64 * 1024

Mapping = dict[str, Any]
Message = dict[str, Any]


class QueuePoller:
    """`goes_on` is asked before each look."""

    def __init__(
        self, functions: Functions, invocations: Invocations, clock: Clock, mapping: Mapping
    ) -> None:
        self._functions = functions
        self._invocations = invocations
        self._clock = clock
        self._mapping = mapping

    def run(self, goes_on: Callable[[], bool]) -> None:
        while goes_on():
            pause = PAUSE_SECONDS
            try:
                if self._mapping["State"] == "Enabled" and self._look():
                    continue
            except Exception as error:
                log.warning("polling %s: %s", self._mapping["EventSourceArn"], error)
                pause = PAUSE_AFTER_ERROR_SECONDS
            self._clock.wait_real(pause)

    def _look(self) -> bool:
        """Hand over what is there. False when there was nothing."""
        name, qualifier = split(self._mapping["FunctionArn"])
        role = self._functions.get(name).version(qualifier).settings["Role"]
        sqs = clients.of_service("sqs", role)
        url = queue_url(self._mapping["EventSourceArn"])
        messages = self._gather(sqs, url)
        if not messages:
            return False
        failed = self._failed({"Records": [_record(m, self._mapping) for m in messages]})
        for message in messages:
            if message["MessageId"] not in failed:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return True

    def _gather(self, sqs: Any, url: str) -> list[Message]:
        """A batch: full, large, or as much as came within the window of its first message."""
        size = int(self._mapping["BatchSize"])
        window = self._clock.real(self._mapping.get("MaximumBatchingWindowInSeconds") or 0)
        messages: list[Message] = []
        until = 0.0
        while len(messages) < size and _bytes(messages) < MOST_BYTES:
            new = self._receive(sqs, url, min(size - len(messages), MOST_AT_ONCE))
            if new and not messages:
                until = time.monotonic() + window
            messages += new
            if time.monotonic() >= until:
                break
            if not new and self._clock.wait_real(min(PAUSE_SECONDS, window / 10)):
                break
        return messages

    def _receive(self, sqs: Any, url: str, most: int) -> list[Message]:
        """New messages that the filters let through; the others are deleted."""
        answer = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=most,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        wanted = []
        for message in answer.get("Messages") or []:
            record = _record(message, self._mapping)
            if event_filters.lets_through(self._mapping.get("FilterCriteria"), record):
                wanted.append(message)
            else:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return wanted

    def _failed(self, event: dict[str, Any]) -> set[str]:
        """Ids of the messages that stay in the queue: all of them when the function broke."""
        answer = self._invocations.invoke(
            {"FunctionName": self._mapping["FunctionArn"], "Payload": json.dumps(event).encode()}
        )
        everything = {record["messageId"] for record in event["Records"]}
        if answer["FunctionError"]:
            return everything
        if "ReportBatchItemFailures" not in (self._mapping.get("FunctionResponseTypes") or []):
            return set()
        return reported(json.loads(answer["Payload"] or b"null"), everything)


def reported(told: Any, everything: set[str]) -> set[str]:
    """What an answer says has failed: all, when it is malformed or names what was not in the batch.

    "Success and failure conditions" in
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html"""
    if not told:
        return set()
    items = told.get("batchItemFailures", []) if isinstance(told, dict) else [None]
    if not items:
        return set()
    if not isinstance(items, list):
        return everything
    ids: set[Any] = {
        item.get("itemIdentifier") if isinstance(item, dict) else None for item in items
    }
    return ids if ids.issubset(everything) else everything


def queue_url(queue_arn: str) -> str:
    """Lambda knows it without asking with the function's role."""
    found: str = clients.client("sqs").get_queue_url(QueueName=name_of(queue_arn))["QueueUrl"]
    return found


def _bytes(messages: list[Message]) -> int:
    return sum(len(message["Body"].encode()) for message in messages)


def _record(message: Message, mapping: Mapping) -> dict[str, Any]:
    attributes = {
        name: {"stringValue": value.get("StringValue"), "dataType": value["DataType"]}
        for name, value in (message.get("MessageAttributes") or {}).items()
    }
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes") or {},
        "messageAttributes": attributes,
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": mapping["EventSourceArn"],
        "awsRegion": REGION,
    }
