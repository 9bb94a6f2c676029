"""Alarms on other alarms: rules such as `ALARM("a") AND NOT ALARM("b")`.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

import re
from collections.abc import Callable, Mapping

from localcloud.account import name_of

_TOKEN = re.compile(
    r"\s*(?:(?P<state>ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*(?:\"(?P<quoted>[^\"]+)\"|(?P<name>[^\s()]+))\s*\)"
    r"|(?P<word>AND|OR|NOT|TRUE|FALSE|\(|\)))",
    re.IGNORECASE,
)

Known = Mapping[str, str]
Rule = Callable[[Known], bool]


class BadRule(ValueError):
    """The text is no alarm rule."""


def rule(text: str) -> Rule:
    """What a rule comes to, given the states of alarms by name. Raises BadRule."""
    tokens = _tokens(text)
    found, rest = _either(tokens)
    if rest:
        raise BadRule(f"{text!r} goes on where a rule would end")
    return found


def _tokens(text: str) -> list[tuple[str, str]]:
    """Pairs of a word, and the alarm's name where the word is a state."""
    found, at = [], 0
    while text[at:].strip():
        token = _TOKEN.match(text, at)
        if token is None:
            raise BadRule(f"{text[at : at + 40]!r} is no part of a rule")
        name = token["quoted"] or token["name"] or ""
        found.append(((token["state"] or token["word"]).upper(), name_of(name) if name else ""))
        at = token.end()
    return found


def _either(tokens: list[tuple[str, str]]) -> tuple[Rule, list[tuple[str, str]]]:
    left, rest = _both(tokens)
    while rest and rest[0][0] == "OR":
        right, rest = _both(rest[1:])
        left = _or(left, right)
    return left, rest


def _both(tokens: list[tuple[str, str]]) -> tuple[Rule, list[tuple[str, str]]]:
    left, rest = _one(tokens)
    while rest and rest[0][0] == "AND":
        right, rest = _one(rest[1:])
        left = _and(left, right)
    return left, rest


def _one(tokens: list[tuple[str, str]]) -> tuple[Rule, list[tuple[str, str]]]:
    if not tokens:
        raise BadRule("the rule ends too early")
    (word, name), rest = tokens[0], tokens[1:]
    if word == "NOT":
        inner, rest = _one(rest)
        return (lambda known: not inner(known)), rest
    if word == "(":
        inner, rest = _either(rest)
        if not rest or rest[0][0] != ")":
            raise BadRule("a parenthesis is not closed")
        return inner, rest[1:]
    if word in ("TRUE", "FALSE"):
        return (lambda _: word == "TRUE"), rest
    if not name:
        raise BadRule(f"{word} stands where an alarm should")
    return (lambda known: known.get(name) == word), rest


def _or(left: Rule, right: Rule) -> Rule:
    return lambda known: left(known) or right(known)


def _and(left: Rule, right: Rule) -> Rule:
    return lambda known: left(known) and right(known)
