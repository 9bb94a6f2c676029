"""EventBridge buses and rules."""

import json

from localcloud.account import arn
from localcloud.cloudformation.resource_type import (
    Asked,
    Made,
    ResourceType,
    call,
    define,
    ignore_missing,
    only,
)


def _create_bus(asked: Asked) -> Made:
    name = asked.properties["Name"]
    made = call("events", "CreateEventBus", Name=name)
    return Made(name, {"Arn": made["EventBusArn"], "Name": name})


define(
    ResourceType(
        "AWS::Events::EventBus",
        _create_bus,
        lambda made: ignore_missing(
            lambda: call("events", "DeleteEventBus", Name=made.physical_id)
        ),
    )
)


def _put_rule(name: str, asked: Asked) -> Made:
    properties = asked.properties
    bus = properties.get("EventBusName")
    pattern = properties.get("EventPattern")
    call(
        "events",
        "PutRule",
        Name=name,
        EventBusName=bus,
        EventPattern=json.dumps(pattern) if pattern else None,
        **only(properties, "ScheduleExpression", "State", "Description", "RoleArn"),
    )
    if targets := properties.get("Targets"):
        call("events", "PutTargets", Rule=name, EventBusName=bus, Targets=targets)
    path = f"rule/{bus}/{name}" if bus and bus != "default" else f"rule/{name}"
    return Made(name, {"Arn": arn("events", path), "Bus": bus})


def _delete_rule(made: Made) -> None:
    bus = made.attributes.get("Bus")

    def remove() -> None:
        targets = call("events", "ListTargetsByRule", Rule=made.physical_id, EventBusName=bus)
        if ids := [target["Id"] for target in targets["Targets"]]:
            call("events", "RemoveTargets", Rule=made.physical_id, EventBusName=bus, Ids=ids)
        call("events", "DeleteRule", Name=made.physical_id, EventBusName=bus)

    ignore_missing(remove)


define(
    ResourceType(
        "AWS::Events::Rule",
        lambda asked: _put_rule(asked.name("Name"), asked),
        _delete_rule,
        lambda made, asked: _put_rule(made.physical_id, asked),
        ("Name", "EventBusName"),
    )
)
