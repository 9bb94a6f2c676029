"""EventBridge buses, who may put events on them, and rules."""

import json
from typing import Any

from localcloud.account import arn
from localcloud.cloudformation.resource_type import (
    Asked,
    Made,
    Properties,
    ResourceType,
    call,
    define,
    only,
    tags_of,
)


def _create_bus(asked: Asked) -> Made:
    name = asked.properties["Name"]
    tags = tags_of(asked.properties) or None
    made = call(
        "events", "CreateEventBus", Name=name, Tags=tags, **only(asked.properties, "Description")
    )
    return Made(name, {"Arn": made["EventBusArn"], "Name": name})


def _update_bus(made: Made, asked: Asked) -> Made:
    if tags := tags_of(asked.properties):
        call("events", "TagResource", ResourceARN=made.attributes["Arn"], Tags=tags)
    return made


define(
    ResourceType(
        "AWS::Events::EventBus",
        _create_bus,
        lambda made: call("events", "DeleteEventBus", Name=made.physical_id),
        _update_bus,
        ("Name",),
    )
)


def _put_statement(asked: Asked) -> Made:
    """A statement beside those the bus has: PutPermission takes all of them, or one by principal."""
    properties = asked.properties
    bus, sid = properties.get("EventBusName", "default"), properties["StatementId"]
    given = properties.get("Statement") or _by_principal(properties, bus)
    kept = [s for s in _statements(bus) if s["Sid"] != sid]
    _set_statements(bus, [*kept, {**given, "Sid": sid}])
    return Made(f"{bus}|{sid}", {"Bus": bus, "Sid": sid})


def _by_principal(properties: Properties, bus: str) -> dict[str, Any]:
    principal = properties["Principal"]
    everyone = principal == "*"
    return {
        "Effect": "Allow",
        "Principal": "*" if everyone else {"AWS": f"arn:aws:iam::{principal}:root"},
        "Action": properties.get("Action", "events:PutEvents"),
        "Resource": arn("events", f"event-bus/{bus}"),
    }


def _statements(bus: str) -> list[dict[str, Any]]:
    policy = call("events", "DescribeEventBus", Name=bus).get("Policy")
    found: list[dict[str, Any]] = json.loads(policy)["Statement"] if policy else []
    return found


def _set_statements(bus: str, statements: list[dict[str, Any]]) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    call("events", "PutPermission", EventBusName=bus, Policy=policy)


def _remove_statement(made: Made) -> None:
    bus, sid = made.attributes["Bus"], made.attributes["Sid"]
    call("events", "RemovePermission", EventBusName=bus, StatementId=sid)


define(
    ResourceType(
        "AWS::Events::EventBusPolicy",
        _put_statement,
        _remove_statement,
        lambda _, asked: _put_statement(asked),
        ("EventBusName", "StatementId"),
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
    targets = properties.get("Targets") or []
    _remove_targets(name, bus, but={target["Id"] for target in targets})
    if targets:
        call("events", "PutTargets", Rule=name, EventBusName=bus, Targets=targets)
    bus_name = (bus or "default").rsplit("/", 1)[-1]
    path = f"rule/{name}" if bus_name == "default" else f"rule/{bus_name}/{name}"
    return Made(name, {"Arn": arn("events", path), "Bus": bus})


def _remove_targets(name: str, bus: str | None, but: set[str]) -> None:
    targets = call("events", "ListTargetsByRule", Rule=name, EventBusName=bus)["Targets"]
    if ids := [target["Id"] for target in targets if target["Id"] not in but]:
        call("events", "RemoveTargets", Rule=name, EventBusName=bus, Ids=ids)


def _delete_rule(made: Made) -> None:
    bus = made.attributes.get("Bus")
    _remove_targets(made.physical_id, bus, but=set())
    call("events", "DeleteRule", Name=made.physical_id, EventBusName=bus)


define(
    ResourceType(
        "AWS::Events::Rule",
        lambda asked: _put_rule(asked.name("Name"), asked),
        _delete_rule,
        lambda made, asked: _put_rule(made.physical_id, asked),
        ("Name", "EventBusName"),
    )
)
