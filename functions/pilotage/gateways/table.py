"""The table's items: a key, and JSON text in each attribute."""

import json
from typing import Any

from pilotage.gateways.aws import client, code_of
from pilotage.records import plain

Item = dict[str, dict[str, str]]


def key(pk: str, sk: str) -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def item_at(table: str, where: Item) -> Any:
    """The item as it is now; None when there is none."""
    return client("dynamodb").get_item(TableName=table, Key=where, ConsistentRead=True).get("Item")


def as_json(value: Any) -> dict[str, str]:
    return {"S": json.dumps(plain(value), ensure_ascii=False)}


def wrote(operation: str, **params: Any) -> bool:
    """Make a write of DynamoDB's, `put_item` and the like. False when its condition does not hold:
    someone else wrote first, or our own first try did and its answer was lost."""
    return _refusal(operation, **params) is None


def found_instead(**params: Any) -> Any:
    """Put an item. None when it was put, else the item that stands there and let the condition
    fail: as it was then, since one that is read afterwards may be gone."""
    refusal = _refusal("put_item", **params, ReturnValuesOnConditionCheckFailure="ALL_OLD")
    return refusal["Item"] if refusal else None


def _refusal(operation: str, **params: Any) -> Any:
    """What DynamoDB answers where the condition does not hold; None when it does."""
    try:
        getattr(client("dynamodb"), operation)(**params)
    except Exception as error:
        if code_of(error) == "ConditionalCheckFailedException":
            return error.response  # type: ignore[attr-defined]
        raise
    return None
