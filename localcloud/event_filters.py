"""Which messages of a queue a mapping's FilterCriteria let through.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs-filtering.html
"""

import json
from typing import Any

from moto.events.exceptions import InvalidEventPatternException
from moto.events.models import EventPattern

from localcloud.wire import AwsError, Params


def check(criteria: Params | None) -> None:
    """Raises InvalidParameterValueException for a pattern that is none."""
    try:
        _patterns(criteria)
    except (InvalidEventPatternException, AttributeError, ValueError):
        message = "Invalid filter pattern definition."
        raise AwsError("InvalidParameterValueException", message, Type="User") from None


def lets_through(criteria: Params | None, record: dict[str, Any]) -> bool:
    """Whether one of the filters fits, or there is none."""
    patterns = _patterns(criteria)
    shown = {**record, "body": _body(record["body"])}
    return not patterns or any(pattern.matches_event(shown) for pattern in patterns)


def _patterns(criteria: Params | None) -> list[EventPattern]:
    filters = (criteria or {}).get("Filters") or []
    return [EventPattern.load(one.get("Pattern") or "{}") for one in filters]


def _body(text: str) -> Any:
    """Objects and lists are looked into, all else is plain text. A filter for the one does not fit
    the other. What AWS makes of a bare number or word of JSON is not documented."""
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, dict | list) else text
