"""What an execution's history says it cost."""

import json
from dataclasses import dataclass

from bench.targets import client

# What may hold a payload, in the events of a history.
_PAYLOADS = ("input", "output", "cause")


@dataclass(frozen=True)
class Seen:
    """State transitions, history events, and the largest payload in bytes."""

    transitions: int
    events: int
    largest_payload: int


def of_release(outputs: dict[str, str], release: str) -> Seen:
    item = client("dynamodb").get_item(
        TableName=outputs["Table"],
        Key={"pk": {"S": f"release#{release}"}, "sk": {"S": "release"}},
    )["Item"]
    return of_execution(json.loads(item["execution"]["S"]))


def of_execution(execution: str) -> Seen:
    pages = client("stepfunctions").get_paginator("get_execution_history")
    events = [e for page in pages.paginate(executionArn=execution) for e in page["events"]]
    entered = [e for e in events if "stateEnteredEventDetails" in e]
    details = [v for e in events for k, v in e.items() if k.endswith("EventDetails")]
    payloads = [str(d[name]) for d in details for name in _PAYLOADS if d.get(name)]
    return Seen(len(entered), len(events), max(len(p.encode()) for p in payloads))
