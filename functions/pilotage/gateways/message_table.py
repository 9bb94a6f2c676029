"""The table: what a channel has been told, of a release or of an operator's instruction."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from pilotage.gateways.table import Item, as_json, item_at, key, wrote
from pilotage.records import build
from pilotage.told import NOTHING_TOLD, Told


class Message(NamedTuple):
    """`until`, seconds since the epoch, is how long a notifier has claimed to tell of it; 0 when
    nobody does. `looks` are the moments at which it will be told anew, as planned so far. `stored` is
    the text that the table has, so that what an older version wrote is replaced like any other."""

    told: Told = NOTHING_TOLD
    until: float = 0
    looks: tuple[int, ...] = ()
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
        kept = json.loads(stored)
        message = build(Message, kept) if "told" in kept else _of_old(kept)
        return message._replace(stored=stored)

    def put_message(self, about: str, message: Message, before: Message) -> Message | None:
        """The message as it is now; None when another notifier wrote since `before`. A write whose
        answer was lost is made again by the client and then fails its condition: what stands there
        is what we wrote."""
        text = as_json(message._replace(stored=""))
        done = wrote(
            "put_item",
            TableName=self._name,
            Item={**_key(about), "message": text},
            ConditionExpression="attribute_not_exists(pk) OR message = :before",
            ExpressionAttributeValues={":before": {"S": before.stored}},
        )
        ours = done or self.message(about).stored == text["S"]
        return message._replace(stored=text["S"]) if ours else None


def _of_old(kept: Mapping[str, Any]) -> Message:
    """As it was kept before anything was said in threads: flat."""
    names = {"channel", "ts", "rank", "ended", "aloud"}
    known = {name: value for name, value in kept.items() if name in names}
    return Message(Told(**known, digest=kept.get("hash", "")))


def _key(about: str) -> Item:
    return key(f"release#{about}", "message")
