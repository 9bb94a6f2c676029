"""The table: what a channel has been told, of a release or of an operator's instruction."""

import json
from dataclasses import dataclass

from pilotage.gateways.table import Item, as_json, item_at, key, wrote
from pilotage.records import build
from pilotage.told import NOTHING_TOLD, Told


@dataclass(frozen=True, slots=True)
class Message:
    """`until`, seconds since the epoch, is how long a notifier has claimed to tell of it; 0 when
    nobody does. `planned`: it will be told again when users move further."""

    told: Told = NOTHING_TOLD
    until: float = 0
    planned: bool = False


NONE_YET = Message()


class MessageTable:
    def __init__(self, name: str) -> None:
        self._name = name

    def message(self, about: str) -> Message:
        item = item_at(self._name, _key(about))
        return build(Message, json.loads(item["message"]["S"])) if item else NONE_YET

    def put_message(self, about: str, message: Message, before: Message) -> bool:
        """False when another notifier wrote meanwhile."""
        return wrote(
            "put_item",
            TableName=self._name,
            Item={**_key(about), "message": as_json(message)},
            ConditionExpression="attribute_not_exists(pk) OR message = :before",
            ExpressionAttributeValues={":before": as_json(before)},
        )


def _key(about: str) -> Item:
    return key(f"release#{about}", "message")
