"""The table: releases, turns and the messages that were sent. One item a thing.

Conditional writes make each of them happen once. Sections of a release are JSON text, so that a
step writes only its own.
"""

import json
from dataclasses import fields
from typing import Any

from pilotage.errors import ReleaseAlreadyKnown
from pilotage.gateways.aws import client, code_of
from pilotage.records import build, plain
from pilotage.release import Release
from pilotage.turns import Turn

OPEN_INDEX = "open"
Item = dict[str, dict[str, str]]


class Conflict(Exception):
    """Someone else wrote first: read again and decide again."""


class ReleaseTable:
    def __init__(self, name: str) -> None:
        self._name = name

    def claim(self, release: Release) -> None:
        """Raises ReleaseAlreadyKnown when another execution has this object version."""
        try:
            client("dynamodb").put_item(
                TableName=self._name,
                Item={**_key(release.id), **_sections(release), "open": {"S": "yes"}},
                ConditionExpression="attribute_not_exists(pk) OR execution = :mine",
                ExpressionAttributeValues={":mine": {"S": json.dumps(release.execution)}},
            )
        except Exception as error:
            if _failed_condition(error):
                raise ReleaseAlreadyKnown(release.id) from error
            raise

    def load(self, release_id: str) -> Release | None:
        item = self._get(_key(release_id))
        return _release(item) if item else None

    def save(self, release: Release, *sections: str) -> None:
        """Write these sections of the release and leave the others as they are."""
        values = {f":{name}": _json(getattr(release, name)) for name in sections}
        names = {f"#{name}": name for name in sections}
        client("dynamodb").update_item(
            TableName=self._name,
            Key=_key(release.id),
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in sections),
            ConditionExpression="attribute_exists(pk)",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
        )

    def close(self, release: Release) -> bool:
        """Record the outcome, once. False when an outcome was recorded before."""
        try:
            client("dynamodb").update_item(
                TableName=self._name,
                Key=_key(release.id),
                UpdateExpression="SET outcome = :outcome, step = :step",
                ConditionExpression="outcome = :none",
                ExpressionAttributeValues={
                    ":outcome": _json(release.outcome),
                    ":step": _json(release.step),
                    ":none": _json(None),
                },
            )
        except Exception as error:
            if _failed_condition(error):
                return False
            raise
        return True

    def shut(self, release_id: str) -> None:
        """Nothing is left to do for this release."""
        client("dynamodb").update_item(
            TableName=self._name,
            Key=_key(release_id),
            UpdateExpression="REMOVE #open",
            ExpressionAttributeNames={"#open": "open"},
        )

    def open_releases(self) -> list[Release]:
        """Every release for which something is left to do."""
        pages = (
            client("dynamodb")
            .get_paginator("query")
            .paginate(
                TableName=self._name,
                IndexName=OPEN_INDEX,
                KeyConditionExpression="#open = :yes",
                ExpressionAttributeNames={"#open": "open"},
                ExpressionAttributeValues={":yes": {"S": "yes"}},
            )
        )
        return [_release(item) for page in pages for item in page["Items"]]

    def turn(self, target: str) -> Turn:
        item = self._get(_turn_key(target))
        return build(Turn, json.loads(item["turn"]["S"])) if item else Turn()

    def put_turn(self, target: str, turn: Turn) -> None:
        """Raises Conflict when the turn was written since it was read."""
        body = {"turn": _json(turn), "number": {"N": str(turn.version)}}
        try:
            client("dynamodb").put_item(
                TableName=self._name,
                Item={**_turn_key(target), **body},
                ConditionExpression="attribute_not_exists(pk) OR #number = :before",
                ExpressionAttributeNames={"#number": "number"},
                ExpressionAttributeValues={":before": {"N": str(turn.version - 1)}},
            )
        except Exception as error:
            if _failed_condition(error):
                raise Conflict from error
            raise

    def message(self, release_id: str) -> dict[str, Any]:
        """What was last sent of a release: `channel`, `ts`, `rank`, `hash`; empty at first."""
        item = self._get(_message_key(release_id))
        return json.loads(item["message"]["S"]) if item else {}

    def put_message(self, release_id: str, message: dict[str, Any], before: dict[str, Any]) -> bool:
        """False when another notifier wrote meanwhile."""
        try:
            client("dynamodb").put_item(
                TableName=self._name,
                Item={**_message_key(release_id), "message": _json(message)},
                ConditionExpression="attribute_not_exists(pk) OR message = :before",
                ExpressionAttributeValues={":before": _json(before)},
            )
        except Exception as error:
            if _failed_condition(error):
                return False
            raise
        return True

    def _get(self, key: Item) -> Any:
        return (
            client("dynamodb")
            .get_item(TableName=self._name, Key=key, ConsistentRead=True)
            .get("Item")
        )


def _key(release_id: str) -> Item:
    return {"pk": {"S": f"release#{release_id}"}, "sk": {"S": "release"}}


def _message_key(release_id: str) -> Item:
    return {"pk": {"S": f"release#{release_id}"}, "sk": {"S": "message"}}


def _turn_key(target: str) -> Item:
    return {"pk": {"S": f"target#{target}"}, "sk": {"S": "turn"}}


def _sections(release: Release) -> Item:
    return {field.name: _json(getattr(release, field.name)) for field in fields(release)}


def _release(item: Item) -> Release:
    names = {field.name for field in fields(Release)}
    return build(Release, {name: json.loads(item[name]["S"]) for name in names if name in item})


def _json(value: Any) -> dict[str, str]:
    return {"S": json.dumps(plain(value), ensure_ascii=False)}


def _failed_condition(error: Exception) -> bool:
    return code_of(error) == "ConditionalCheckFailedException"
