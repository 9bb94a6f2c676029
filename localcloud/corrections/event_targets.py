"""Events that are put go the way of all events, to the rules of the bus they were put on.

moto 5.2.5 delivers them itself: it raises NotImplementedError for Step Functions, Lambda and SNS
targets, and knows neither InputPath nor retries (moto/events/models.py, Rule.send_to_targets). It
also takes targets without the role that they need.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html
"""

import json
from datetime import UTC, datetime
from typing import Any

from moto.events.exceptions import ValidationException
from moto.events.models import EventsBackend, Rule

from localcloud.events import Bus, Event

NEED_A_ROLE = ("states", "kinesis", "firehose", "ecs", "batch", "codebuild", "codepipeline")

_put = EventsBackend.put_events
_put_targets = EventsBackend.put_targets


def apply(bus: Bus) -> None:
    def put_events(backend: EventsBackend, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = _put(backend, events)
        for event, entry in zip(events, entries, strict=True):
            if "EventId" in entry:
                name = event.get("EventBusName") or "default"
                bus.send(_event(event, entry["EventId"]), name.rsplit("/", 1)[-1])
        return entries

    def put_targets(
        backend: EventsBackend, name: str, bus_arn: str | None, targets: list[dict[str, Any]]
    ) -> None:
        for target in targets:
            if target["Arn"].split(":")[2] in NEED_A_ROLE and not target.get("RoleArn"):
                raise ValidationException(f"RoleArn is required for target {target['Arn']}.")
        _put_targets(backend, name, bus_arn, targets)

    EventsBackend.put_targets = put_targets
    Rule.send_to_targets = lambda *_, **__: None
    EventsBackend.put_events = put_events


def _event(put: dict[str, Any], event_id: str) -> Event:
    event: Event = {
        "id": event_id,
        "source": put["Source"],
        "detail-type": put["DetailType"],
        "resources": put.get("Resources") or [],
        "detail": json.loads(put["Detail"]),
    }
    time = put.get("Time")
    if isinstance(time, int | float):
        event["time"] = datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return event
