"""Policy documents, evaluated: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from localcloud.account import REGION


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
    denies = statement["Effect"] == "Deny"
    return (
        _names(statement, "Action", ask.action, lower=True)
        and _names(statement, "Resource", ask.resource, lower=False)
        and all(
            _holds(operator, key, _list(values), ask, denies=denies)
            for operator, keys in (statement.get("Condition") or {}).items()
            for key, values in keys.items()
        )
    )


def _names(statement: Mapping[str, Any], element: str, value: str, *, lower: bool) -> bool:
    """Whether its Action, or NotAction, its Resource, or NotResource, speaks of the value."""
    if f"Not{element}" in statement:
        patterns = _list(statement[f"Not{element}"])
        return not any(_like(pattern, value, lower=lower) for pattern in patterns)
    return any(_like(p, value, lower=lower) for p in _list(statement.get(element, [])))


def _holds(operator: str, key: str, values: list[Any], ask: Ask, *, denies: bool) -> bool:
    """One condition. What the local cloud cannot know holds where that denies, and nowhere else.

    A key that is missing fulfils the operators that say Not, and no other.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
    """
    found = _context(key, ask)
    if operator == "Null":
        return (found is None) == (str(values[0]).lower() == "true")
    name = operator.removesuffix("IfExists")
    compare = _COMPARE.get(name.replace("Not", ""))
    if compare is None or (found is None and not _is_known(key, ask)):
        return denies
    if found is None:
        return operator.endswith("IfExists") or "Not" in name
    matches = any(compare(str(value), found) for value in values)
    return matches != ("Not" in name)


def _is_known(key: str, ask: Ask) -> bool:
    """Whether that a key is missing is known, and not only not imitated."""
    name = key.lower()
    return name.startswith("aws:resourcetag/") or name in ask.facts or name in _ALWAYS


def _context(key: str, ask: Ask) -> str | None:
    name = key.lower()
    if name.startswith("aws:resourcetag/"):
        return ask.tags.get(key.split("/", 1)[1])
    return ask.facts.get(name, _ALWAYS.get(name))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@cache
def _pattern(text: str, lower: bool) -> re.Pattern[str]:
    escaped = re.escape(text.lower() if lower else text)
    return re.compile(escaped.replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def _like(pattern: str, value: str, *, lower: bool = False) -> bool:
    return bool(_pattern(pattern, lower).fullmatch(value.lower() if lower else value))


# What is so of every request here: the loopback stands for TLS.
_ALWAYS = {
    "aws:securetransport": "true",
    "aws:requestedregion": REGION,
    "aws:viaawsservice": "false",
}

# The operators that say Not compare the same and mean the opposite.
_COMPARE: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda wanted, found: wanted == found,
    "StringEqualsIgnoreCase": lambda wanted, found: wanted.lower() == found.lower(),
    "StringLike": _like,
    "ArnEquals": _like,
    "ArnLike": _like,
    "Bool": lambda wanted, found: wanted.lower() == found.lower(),
}
