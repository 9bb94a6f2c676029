"""Policy documents, evaluated: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any


@dataclass(frozen=True)
class Ask:
    """One action on one resource. `tags` are the resource's, `facts` the request's other condition
    keys, in small letters."""

    action: str
    resource: str
    tags: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """Where a statement stands: the policy's name, and its number in it, from 0."""

    policy: str
    number: int


def allows(documents: Iterable[Mapping[str, Any]], ask: Ask) -> bool:
    """Whether some statement allows it and none denies it."""
    return bool(granting((("", document) for document in documents), ask))


def granting(policies: Iterable[tuple[str, Mapping[str, Any]]], ask: Ask) -> list[Place]:
    """The statements that allow it, of policies by name; none when one denies it."""
    found = []
    for name, document in policies:
        for number, statement in enumerate(_list(document.get("Statement", []))):
            if _matches(statement, ask):
                if statement["Effect"] == "Deny":
                    return []
                found.append(Place(name, number))
    return found


def _matches(statement: Mapping[str, Any], ask: Ask) -> bool:
    actions = _list(statement.get("Action", []))
    if not any(_like(pattern, ask.action, lower=True) for pattern in actions):
        return False
    if not any(_like(pattern, ask.resource) for pattern in _list(statement.get("Resource", "*"))):
        return False
    return all(
        _holds(operator, key, _list(values), ask)
        for operator, keys in (statement.get("Condition") or {}).items()
        for key, values in keys.items()
    )


def _holds(operator: str, key: str, values: list[str], ask: Ask) -> bool:
    """One condition. What the local cloud cannot know does not hold: it rather denies."""
    found = _context(key, ask)
    if operator == "Null":
        return (found is None) == (str(values[0]).lower() == "true")
    compare = _COMPARE.get(operator.removesuffix("IfExists"))
    if found is None:
        return operator.endswith("IfExists")
    return compare is not None and any(compare(str(value), found) for value in values)


def _context(key: str, ask: Ask) -> str | None:
    name = key.lower()
    if name.startswith("aws:resourcetag/"):
        return ask.tags.get(key.split("/", 1)[1])
    return ask.facts.get(name)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@cache
def _pattern(text: str, lower: bool) -> re.Pattern[str]:
    escaped = re.escape(text.lower() if lower else text)
    return re.compile(escaped.replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def _like(pattern: str, value: str, *, lower: bool = False) -> bool:
    return bool(_pattern(pattern, lower).fullmatch(value.lower() if lower else value))


_COMPARE: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, found: wanted == found,
    "StringLike": _like,
    "StringNotEquals": lambda wanted, found: wanted != found,
    "ArnEquals": _like,
    "ArnLike": _like,
    "Bool": lambda wanted, found: wanted.lower() == found.lower(),
}
