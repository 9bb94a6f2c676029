"""Event source mappings: queues whose messages a function is given, in batches."""

import threading
import uuid
from typing import Any

from botocore.exceptions import ClientError

from localcloud import clients, event_filters
from localcloud.awslambda.inputs import operations
from localcloud.awslambda.invocations import Invocations
from localcloud.awslambda.model import Functions, split
from localcloud.clock import Clock
from localcloud.queue_poller import MOST_AT_ONCE, QueuePoller, queue_url
from localcloud.wire import AwsError, Params

_SETTINGS = [
    "BatchSize",
    "MaximumBatchingWindowInSeconds",
    "FunctionResponseTypes",
    "ScalingConfig",
    "FilterCriteria",
]
# What the role must be allowed, each asked for in a way that SQS itself refuses, so that nothing
# happens to the queue. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
_PROBES: dict[str, dict[str, Any]] = {
    "ReceiveMessage": {"MaxNumberOfMessages": 0},
    "DeleteMessage": {"ReceiptHandle": "none"},
    "GetQueueAttributes": {"AttributeNames": ["QueueArn"]},
}


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
        mapping = {
            "UUID": str(uuid.uuid4()),
            "EventSourceArn": params.get("EventSourceArn", ""),
            "BatchSize": 10,
            **self._changes({"Enabled": True, **params}),
        }
        _check_source(params)
        self._check(mapping)
        self._check_only(mapping)
        self._mappings[mapping["UUID"]] = mapping
        poller = QueuePoller(self._functions, self._invocations, self._clock, mapping)
        threading.Thread(
            target=poller.run, args=(lambda: self._is_on(mapping),), daemon=True
        ).start()
        return mapping

    def get_event_source_mapping(self, params: Params) -> Params:
        if params["UUID"] not in self._mappings:
            message = "The resource you requested does not exist."
            raise AwsError("ResourceNotFoundException", message, Type="User")
        return self._mappings[params["UUID"]]

    def update_event_source_mapping(self, params: Params) -> Params:
        mapping = self.get_event_source_mapping(params)
        changes = self._changes(params)
        self._check({**mapping, **changes})
        mapping.update(changes)
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

    def _is_on(self, mapping: dict[str, Any]) -> bool:
        return mapping["UUID"] in self._mappings and not self._clock.stopped.is_set()

    def _changes(self, params: Params) -> dict[str, Any]:
        """What a request says of a mapping, as the mapping keeps it."""
        changes = {name: params[name] for name in _SETTINGS if name in params}
        if "FunctionName" in params:
            name, qualifier = split(params["FunctionName"])
            function = self._functions.get(name)
            function.version(qualifier)
            changes["FunctionArn"] = (
                function.qualified_arn(qualifier) if qualifier else function.arn
            )
        if "Enabled" in params:
            changes["State"] = "Enabled" if params["Enabled"] else "Disabled"
        return changes

    def _check(self, mapping: dict[str, Any]) -> None:
        _check_batches(mapping)
        event_filters.check(mapping.get("FilterCriteria"))
        name, qualifier = split(mapping["FunctionArn"])
        settings = self._functions.get(name).version(qualifier).settings
        url = _existing(mapping["EventSourceArn"])
        _check_role(settings["Role"], url)
        _check_patience(url, settings["Timeout"])

    def _check_only(self, mapping: dict[str, Any]) -> None:
        same = ("EventSourceArn", "FunctionArn")
        for other in list(self._mappings.values()):
            if all(other[name] == mapping[name] for name in same):
                message = (
                    f'An event source mapping with SQS arn (" {mapping["EventSourceArn"]} ") and '
                    f'function (" {split(mapping["FunctionArn"])[0]} ") already exists. Please '
                    f"update or delete the existing mapping with UUID {other['UUID']}"
                )
                raise AwsError("ResourceConflictException", message, Type="User")


def _check_source(params: Params) -> None:
    if ":sqs:" not in params.get("EventSourceArn", ""):
        raise _invalid("The local cloud maps only SQS queues to functions.")
    if "StartingPosition" in params:
        raise _invalid("StartingPosition is not valid for SQS event sources.")


def _check_batches(mapping: dict[str, Any]) -> None:
    """The sizes: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"""
    size, window = mapping["BatchSize"], mapping.get("MaximumBatchingWindowInSeconds") or 0
    if mapping["EventSourceArn"].endswith(".fifo"):
        if window:
            raise _invalid("Batching window is not supported for FIFO queues")
        if size > MOST_AT_ONCE:
            raise _invalid("The batch size of a FIFO queue is 10 at most")
    elif size > MOST_AT_ONCE and not window:
        raise _invalid(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is "
            "greater than 10"
        )


def _existing(queue_arn: str) -> str:
    try:
        return queue_url(queue_arn)
    except ClientError as error:
        told = error.response["Error"]
        raise _invalid(
            f"Error occurred while ReceiveMessage. SQS Error Code: {told['Code']}. "
            f"SQS Error Message: {told['Message']}"
        ) from error


def _check_role(role: str, url: str) -> None:
    sqs = clients.of_service("sqs", role)
    for operation, wrong in _PROBES.items():
        try:
            sqs._make_api_call(operation, {"QueueUrl": url, **wrong})
        except ClientError as error:
            if error.response["Error"]["Code"] == "AccessDeniedException":
                raise _invalid(
                    "The provided execution role does not have permissions to call "
                    f"{operation} on SQS"
                ) from error


def _check_patience(url: str, timeout: int) -> None:
    """A message must not come back while a function may still be at work on it."""
    names = ["VisibilityTimeout"]
    found = clients.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
    hidden = int(found["Attributes"]["VisibilityTimeout"])
    if hidden < timeout:
        raise _invalid(
            f"Queue visibility timeout: {hidden} seconds is less than Function timeout: "
            f"{timeout} seconds"
        )


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterValueException", message, Type="User")
