"""Where an asynchronous invocation ends: destinations, and the older dead-letter queues.

All is sent with the function's role.
"""

import json
from dataclasses import dataclass
from typing import Any

from localcloud import clients
from localcloud.account import name_of
from localcloud.awslambda.endings import Answer

# The first 1 KB of the error:
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
LONGEST_ERROR = 1024


@dataclass(frozen=True)
class DeadLetter:
    """An event that failed for good."""

    payload: bytes
    request_id: str
    answer: Answer

    def attributes(self) -> dict[str, dict[str, str]]:
        """ErrorCode is "the HTTP status code", which is 200 when the function ran and failed."""
        code = "429" if self.answer.status == "throttled" else "200"
        message = str(json.loads(self.answer.payload).get("errorMessage") or "")
        return {
            "RequestID": {"DataType": "String", "StringValue": self.request_id},
            "ErrorCode": {"DataType": "Number", "StringValue": code},
            "ErrorMessage": {
                "DataType": "String",
                # SQS takes no empty attribute; what Lambda sends for an empty message is unknown.
                "StringValue": message[:LONGEST_ERROR] or self.answer.error,
            },
        }


def send_dead_letter(target_arn: str, letter: DeadLetter, role: str) -> None:
    """The event as it came, to a queue or a topic."""
    body, attributes = letter.payload.decode(), letter.attributes()
    if target_arn.split(":")[2] == "sns":
        clients.client("sns", role).publish(
            TopicArn=target_arn, Message=body, MessageAttributes=attributes
        )
    else:
        _to_queue(target_arn, body, role, MessageAttributes=attributes)


def send(target_arn: str, record: dict[str, Any], role: str) -> None:
    """The record of an invocation, to a function, queue, topic or bus."""
    text = json.dumps(record)
    match target_arn.split(":")[2]:
        case "lambda":
            clients.client("lambda", role).invoke(
                FunctionName=target_arn, InvocationType="Event", Payload=text.encode()
            )
        case "sqs":
            _to_queue(target_arn, text, role)
        case "sns":
            clients.client("sns", role).publish(TopicArn=target_arn, Message=text)
        case "events":
            _to_bus(target_arn, record, role)


def _to_queue(target_arn: str, body: str, role: str, **more: Any) -> None:
    """The queue's URL is no secret, and asking for it is not in the role's policy."""
    url = clients.client("sqs").get_queue_url(QueueName=name_of(target_arn))["QueueUrl"]
    clients.client("sqs", role).send_message(QueueUrl=url, MessageBody=body, **more)


def _to_bus(bus_arn: str, record: dict[str, Any], role: str) -> None:
    """Its form: "Using EventBridge as a destination" in
    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html"""
    outcome = "Success" if record["requestContext"]["condition"] == "Success" else "Failure"
    entry = {
        "Source": "lambda",
        "DetailType": f"Lambda Function Invocation Result - {outcome}",
        "Detail": json.dumps(record),
        "Resources": [bus_arn, record["requestContext"]["functionArn"]],
        "EventBusName": bus_arn.rsplit("/", 1)[-1],
    }
    clients.client("events", role).put_events(Entries=[entry])
