"""The table: what a channel has been told, of a release or of an operator's instruction."""

import json
from dataclasses import dataclass, replace

from pilotage.gateways.table import Item, as_json, item_at, key, wrote
from pilotage.records import build
from pilotage.told import NOTHING_TOLD, Told


@dataclass(frozen=True, slots=True)
class Message:
    """`until`, seconds since the epoch, is how long a notifier has claimed to tell of it; 0 when
    nobody does. `planned`: it will be told again when users move further. `stored` is the text that
    the table has, so that what an older version wrote is replaced like any other."""

    told: Told = NOTHING_TOLD
    until: float = 0
    planned: bool = False
    stored: str = ""


NONE_YET = Message()


class MessageTable:
    def __init__(self, name: str) -> None:
        self._name = name

    def message(self, about: str) -> Message:
        item = item_at(self._name, _key(about))
        if not item:
            return NONE_YET
        stored = item["message"]["S"]
        return replace(build(Message, json.loads(stored)), stored=stored)

    def put_message(self, about: str, message: Message, before: Message) -> Message | None:
        """The message as it is now; None when another notifier wrote since `before`."""
        text = as_json(replace(message, stored=""))
        done = wrote(
            "put_item",
            TableName=self._name,
            Item={**_key(about), "message": text},
            ConditionExpression="attribute_not_exists(pk) OR message = :before",
            ExpressionAttributeValues={":before": {"S": before.stored}},
        )
        return replace(message, stored=text["S"]) if done else None


def _key(about: str) -> Item:
    return key(f"release#{about}", "message")
