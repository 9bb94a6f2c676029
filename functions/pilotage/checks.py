"""Checks: one event, sent to a version, and what its answer must contain."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pilotage.fault import shown

_DURATION = re.compile(r"(\d{1,6})\s*(ms|s)")
MAX_MILLISECONDS = 60_000
LONGEST_REASON = 500


class Check(NamedTuple):
    """`within_ms` 0 sets no limit of its own."""

    invoke: Mapping[str, Any]
    expect: Mapping[str, Any]
    within_ms: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a check, or all checks of a moment, came out. `reason` is for people."""

    passed: bool
    reason: str = ""

    def __post_init__(self) -> None:
        """Printable and short, whatever manifest and answer hold: it is kept, and told in chat."""
        object.__setattr__(self, "reason", shown(self.reason, LONGEST_REASON))


def milliseconds(words: str) -> int | None:
    """`500ms` or `2s` in milliseconds; None when it is neither."""
    found = _DURATION.fullmatch(words.strip())
    if not found:
        return None
    return int(found[1]) * (1000 if found[2] == "s" else 1)


def judge(check: Check, answer: bytes, function_error: str, took_ms: int) -> Verdict:
    """Compare a function's answer with what a check expects."""
    call = f"invoke {shown(json.dumps(check.invoke), 60)}"
    if function_error:
        return Verdict(False, f"{call}: the function failed: {_error_text(answer)}")
    if check.within_ms and took_ms > check.within_ms:
        return Verdict(False, f"{call}: took {took_ms} ms, limit {check.within_ms} ms")
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        found = answer.decode(errors="replace")
    if difference := _difference(check.expect, found, ""):
        return Verdict(False, f"{call}: {difference}")
    return Verdict(True)


def _error_text(answer: bytes) -> str:
    try:
        error = json.loads(answer)
        return shown(f"{error.get('errorType', 'Error')}: {error.get('errorMessage', '')}", 200)
    except (ValueError, AttributeError, RecursionError):
        return shown(answer.decode(errors="replace"), 200)


def _difference(expected: Any, found: Any, path: str) -> str:
    """The first place where the answer lacks what is expected; "" when it has all of it."""
    if isinstance(expected, Mapping):
        if not isinstance(found, Mapping):
            return f"{path or 'the answer'} is {shown(json.dumps(found), 60)}, expected an object"
        for key, inner in expected.items():
            where = f"{path}.{key}" if path else key
            if key not in found:
                return f"{where} is missing, expected {shown(json.dumps(inner), 60)}"
            if difference := _difference(inner, found[key], where):
                return difference
        return ""
    if isinstance(expected, list):
        return "" if _list_matches(expected, found) else _told(expected, found, path)
    return "" if _same(expected, found) else _told(expected, found, path)


def _list_matches(expected: list[Any], found: Any) -> bool:
    if not isinstance(found, list) or len(found) != len(expected):
        return False
    return all(not _difference(one, other, "") for one, other in zip(expected, found, strict=True))


def _same(expected: Any, found: Any) -> bool:
    """A manifest's scalars are text: 200 in the manifest is the number 200 in the answer."""
    if isinstance(found, bool) or found is None:
        return str(expected).lower() == json.dumps(found)
    if isinstance(found, int | float) and not isinstance(expected, int | float):
        try:
            return float(expected) == float(found)
        except (ValueError, OverflowError):
            return False
    return bool(expected == found)


def _told(expected: Any, found: Any, path: str) -> str:
    where = path or "the answer"
    wanted = (
        expected
        if isinstance(expected, str) and not isinstance(found, str)
        else json.dumps(expected)
    )
    return f"{where} is {shown(json.dumps(found), 60)}, expected {shown(wanted, 60)}"
