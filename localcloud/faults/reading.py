"""Plans as JSON: a list of objects with the members of `Fault`."""

import json
from collections.abc import Iterable
from dataclasses import asdict, fields
from typing import Any

from localcloud.faults.plan import EVENT_KINDS, KINDS, TIMED, Fault

_TYPES = {field.name: field.type for field in fields(Fault)}


class BadPlan(Exception):
    """The text is no plan. `faults` says everything that is wrong with it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def read_plan(text: str | bytes) -> list[Fault]:
    """Raises BadPlan, which tells all faults at once."""
    try:
        items = json.loads(text)
    except ValueError as error:
        raise BadPlan([f"The plan is no JSON: {error}. Give a list of objects."]) from None
    if not isinstance(items, list):
        raise BadPlan([f"The plan is a {_word(items)}; give a list of objects."])
    told = [line for number, item in enumerate(items, 1) for line in _faults(number, item)]
    if told:
        raise BadPlan(told)
    return [Fault(**item) for item in items]


def as_json(plan: Iterable[Fault]) -> list[dict[str, Any]]:
    return [asdict(fault) for fault in plan]


def _faults(number: int, item: Any) -> Iterable[str]:
    here = f"Fault {number}"
    if not isinstance(item, dict):
        yield f'{here} is a {_word(item)}; write an object such as {{"kind": "throttled"}}.'
        return
    for name in item:
        if name not in _TYPES:
            yield f"{here} has an unknown member {name!r}; known are {', '.join(_TYPES)}."
    kind = item.get("kind")
    if kind not in KINDS:
        yield f"{here}: kind {kind!r} is unknown; known are {', '.join(KINDS)}."
    for name in ("service", "operation", "caller"):
        if not isinstance(item.get(name, ""), str):
            yield f"{here}: {name} is a {_word(item[name])}; write a string, or leave it out."
    yield from _numbers(here, item)
    if kind in EVENT_KINDS and item.get("caller"):
        yield f"{here}: events have no caller; leave it out of a fault that is {kind!r}."
    if kind in TIMED and not item.get("seconds"):
        yield f"{here}: {kind!r} needs seconds, a number over 0."


def _numbers(here: str, item: dict[str, Any]) -> Iterable[str]:
    for name, least in (("call", 1), ("times", 0)):
        value = item.get(name, least)
        if type(value) is not int or value < least:
            yield f"{here}: {name} is {value!r}; write a whole number, {least} or more."
    seconds = item.get("seconds", 0)
    if type(seconds) not in (int, float) or not 0 <= seconds <= 900:
        yield f"{here}: seconds is {seconds!r}; write a number from 0 to 900."


def _word(value: Any) -> str:
    words = {dict: "object", list: "list", str: "string", bool: "boolean", type(None): "null"}
    return words.get(type(value), "number")
