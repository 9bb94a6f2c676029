"""The table: who clicked a button first."""

from datetime import datetime

from pilotage.gateways.table import Item, found_instead, key, wrote

# A click that came to nothing, because what it asked for was refused, may be made again.
LAPSES_SECONDS = 120


class ClickTable:
    def __init__(self, name: str) -> None:
        self._name = name

    def claim(self, click_id: str, by: str, at: str) -> tuple[str, str] | None:
        """None when the click is the first; else who clicked before, and when. `at` in ISO 8601."""
        seconds = round(datetime.fromisoformat(at).timestamp())
        first = found_instead(
            TableName=self._name,
            Item={
                **_key(click_id),
                "by": {"S": by},
                "at": {"S": at},
                "epoch": {"N": str(seconds)},
            },
            ConditionExpression="attribute_not_exists(pk) OR epoch < :lapsed",
            ExpressionAttributeValues={":lapsed": {"N": str(seconds - LAPSES_SECONDS)}},
        )
        return (first["by"]["S"], first["at"]["S"]) if first else None

    def let_go(self, click_id: str) -> None:
        """It was not handed on: the next click is the first again."""
        wrote("delete_item", TableName=self._name, Key=_key(click_id))


def _key(click_id: str) -> Item:
    return key(f"click#{click_id}", "click")
