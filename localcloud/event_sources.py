"""Event source mappings: queues whose messages a function is given, in batches."""

import json
import logging
import threading
import uuid
from typing import Any

from localcloud import clients
from localcloud.account import REGION, name_of
from localcloud.awslambda.inputs import operations
from localcloud.awslambda.invocations import Invocations
from localcloud.awslambda.model import Functions
from localcloud.clock import Clock
from localcloud.wire import AwsError, Params

log = logging.getLogger(__name__)

_SETTINGS = [
    "BatchSize",
    "MaximumBatchingWindowInSeconds",
    "FunctionResponseTypes",
    "ScalingConfig",
    "FilterCriteria",
]


@operations
class EventSources:
    """The mapping operations of Lambda, and one poller for each mapping."""

    def __init__(self, functions: Functions, invocations: Invocations, clock: Clock) -> None:
        self._functions = functions
        self._invocations = invocations
        self._clock = clock
        self._mappings: dict[str, dict[str, Any]] = {}

    def clear(self) -> None:
        self._mappings.clear()

    def create_event_source_mapping(self, params: Params) -> Params:
        source = params.get("EventSourceArn", "")
        if ":sqs:" not in source:
            message = "The local cloud maps only SQS queues to functions."
            raise AwsError("InvalidParameterValueException", message, Type="User")
        function = self._functions.get(params["FunctionName"])
        mapping = {
            "UUID": str(uuid.uuid4()),
            "EventSourceArn": source,
            "FunctionArn": params["FunctionName"]
            if ":" in params["FunctionName"]
            else function.arn,
            "BatchSize": 10,
            "State": "Enabled" if params.get("Enabled", True) else "Disabled",
            **{name: params[name] for name in _SETTINGS if name in params},
        }
        self._mappings[mapping["UUID"]] = mapping
        threading.Thread(target=self._poll, args=(mapping,), daemon=True).start()
        return mapping

    def get_event_source_mapping(self, params: Params) -> Params:
        if params["UUID"] not in self._mappings:
            message = "The resource you requested does not exist."
            raise AwsError("ResourceNotFoundException", message, Type="User")
        return self._mappings[params["UUID"]]

    def update_event_source_mapping(self, params: Params) -> Params:
        mapping = self.get_event_source_mapping(params)
        mapping.update({name: params[name] for name in _SETTINGS if name in params})
        if "Enabled" in params:
            mapping["State"] = "Enabled" if params["Enabled"] else "Disabled"
        return mapping

    def delete_event_source_mapping(self, params: Params) -> Params:
        mapping = self.get_event_source_mapping(params)
        del self._mappings[params["UUID"]]
        return {**mapping, "State": "Deleting"}

    def list_event_source_mappings(self, params: Params) -> Params:
        name = params.get("FunctionName")
        arn = self._functions.get(name).arn if name else ""
        found = [
            mapping
            for mapping in self._mappings.values()
            if (
                not name
                or mapping["FunctionArn"] in (arn, name)
                or mapping["FunctionArn"].startswith(arn + ":")
            )
            and params.get("EventSourceArn") in (None, mapping["EventSourceArn"])
        ]
        return {"EventSourceMappings": found}

    def _poll(self, mapping: dict[str, Any]) -> None:
        sqs = clients.client("sqs")
        url = sqs.get_queue_url(QueueName=name_of(mapping["EventSourceArn"]))["QueueUrl"]
        while mapping["UUID"] in self._mappings and not self._clock.stopped.is_set():
            try:
                got = self._once(sqs, url, mapping) if mapping["State"] == "Enabled" else False
            except Exception as error:
                log.warning("polling %s: %s", url, error)
                got = False
            if not got:
                self._clock.wait_real(0.1)

    def _once(self, sqs: Any, url: str, mapping: dict[str, Any]) -> bool:
        answer = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=min(int(mapping["BatchSize"]), 10),
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages = answer.get("Messages") or []
        if not messages:
            return False
        event = {"Records": [_record(message, mapping) for message in messages]}
        failed = self._failed(mapping, event)
        for message in messages:
            if message["MessageId"] not in failed:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return True

    def _failed(self, mapping: dict[str, Any], event: dict[str, Any]) -> set[str]:
        """Ids of the messages that stay in the queue: all of them when the function broke."""
        answer = self._invocations.invoke(
            {"FunctionName": mapping["FunctionArn"], "Payload": json.dumps(event).encode()}
        )
        everything = {record["messageId"] for record in event["Records"]}
        if answer["FunctionError"]:
            return everything
        if "ReportBatchItemFailures" not in (mapping.get("FunctionResponseTypes") or []):
            return set()
        told = json.loads(answer["Payload"] or b"null") or {}
        return {item.get("itemIdentifier") for item in told.get("batchItemFailures") or []}


def _record(message: dict[str, Any], mapping: dict[str, Any]) -> dict[str, Any]:
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
