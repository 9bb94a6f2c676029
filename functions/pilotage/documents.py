"""YAML and JSON from strangers: every scalar a string, every value with its line.

YAML would read version 1.10 as 1.1, a commit of digits as a number, and an alias repeated a
billion times as a billion nodes. Here scalars stay the text they are, and aliases are refused.
"""

import json
from typing import Any, NamedTuple

from pilotage.fault import Fault, shown

MAX_DEPTH = 20
TOO_DEEP = f"is nested more than {MAX_DEPTH} levels deep."
Path = tuple[str, ...]


class Document(NamedTuple):
    """A parsed file. `lines` gives the line of a value by its path."""

    name: str
    value: Any
    lines: dict[Path, int]

    def place(self, path: Path) -> str:
        """`pilotage.yml:6 checks.before`: where to look."""
        line = next(
            (self.lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.lines), 1
        )
        dotted = ".".join(shown(part, 40) for part in path)
        return f"{self.name}:{line} {dotted}".strip()


class Refused(Exception):
    """What a line says cannot be taken; the text says why."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line


def parse(name: str, body: bytes) -> Document | Fault:
    """Read a file. A Fault when it is not one document of plain values."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Fault(name, f"is not UTF-8 text (byte {error.start}).", "Save it as UTF-8.")
    language = "JSON" if name.endswith(".json") else "YAML"
    try:
        if language == "JSON":
            return Document(name, _from_json(text), {})
        # Few functions ever read YAML, and importing it takes a third as long as all of ours.
        from pilotage import plain_yaml

        return Document(name, *plain_yaml.read(text))
    except Refused as refused:
        return Fault(f"{name}:{refused.line}", str(refused))
    except RecursionError:
        return Fault(name, TOO_DEEP)
    except (ValueError, OverflowError) as error:
        return Fault(name, f"is not {language}: {shown(str(error)).rstrip('.')}.")


def _from_json(text: str) -> Any:
    """JSON with every scalar as the text that stands in the file."""
    value = json.loads(text, parse_int=str, parse_float=str, object_pairs_hook=_members)
    return _texts(value, MAX_DEPTH)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, inner in pairs:
        if key in found:
            raise Refused(1, f"says `{shown(key)}` twice.")
        found[key] = inner
    return found


def _texts(value: Any, deeper: int) -> Any:
    if deeper < 0:
        raise Refused(1, TOO_DEEP)
    if isinstance(value, dict):
        return {text_of(key, 1): _texts(inner, deeper - 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_texts(inner, deeper - 1) for inner in value]
    return text_of(value, 1) if isinstance(value, str) else json.dumps(value)


def text_of(value: str, line: int) -> str:
    """Text that can be written down again: half a surrogate pair cannot."""
    if any(0xD800 <= ord(character) <= 0xDFFF for character in value):
        raise Refused(line, "has a character that is no character (a lone surrogate).")
    return value
