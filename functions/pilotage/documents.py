"""YAML and JSON from strangers: every scalar a string, every value with its line.

YAML would read version 1.10 as 1.1, a commit of digits as a number, and an alias repeated a
billion times as a billion nodes. Here scalars stay the text they are, and aliases are refused.
"""

import json
from dataclasses import dataclass
from typing import Any

import yaml

from pilotage.fault import Fault, shown

MAX_DEPTH = 20
TOO_DEEP = f"is nested more than {MAX_DEPTH} levels deep."
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
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


class _Refused(Exception):
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
        node = yaml.compose(text, _PlainLoader)
        lines: dict[Path, int] = {}
        return Document(name, {} if node is None else _value(node, (), lines), lines)
    except _Refused as refused:
        return Fault(f"{name}:{refused.line}", str(refused))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return Fault(f"{name}:{line}", f"is not YAML: {shown(error.problem or 'unreadable')}.")
    except RecursionError:
        return Fault(name, TOO_DEEP)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        return Fault(name, f"is not {language}: {shown(str(error)).rstrip('.')}.")


class _PlainLoader(yaml.BaseLoader):
    """Refuses anchors, aliases and depth while it reads: the file is gone through once."""

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _Refused(line, "YAML anchors and aliases are not allowed. Write the value out.")
        if self._depth > MAX_DEPTH:
            raise _Refused(line, TOO_DEEP)
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


def _value(node: yaml.Node, path: Path, lines: dict[Path, int]) -> Any:
    path_line = node.start_mark.line + 1
    lines.setdefault(path, path_line)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines)
    if isinstance(node, yaml.SequenceNode):
        return [_value(inner, (*path, str(at)), lines) for at, inner in enumerate(node.value)]
    return _text(node.value, path_line)


def _mapping(node: yaml.MappingNode, path: Path, lines: dict[Path, int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, inner in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise _Refused(line, "has a key that is not a plain word.")
        _text(key.value, line)
        if key.value in found:
            raise _Refused(line, f"says `{shown(key.value)}` twice.")
        lines[(*path, key.value)] = line
        found[key.value] = _value(inner, (*path, key.value), lines)
    return found


def _text(value: str, line: int) -> str:
    """Text that can be written down again: half a surrogate pair cannot."""
    if any(0xD800 <= ord(character) <= 0xDFFF for character in value):
        raise _Refused(line, "has a character that is no character (a lone surrogate).")
    return value


def _from_json(text: str) -> Any:
    """JSON with every scalar as the text that stands in the file."""
    value = json.loads(text, parse_int=str, parse_float=str, object_pairs_hook=_members)
    return _texts(value, MAX_DEPTH)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, inner in pairs:
        if key in found:
            raise _Refused(1, f"says `{shown(key)}` twice.")
        found[key] = inner
    return found


def _texts(value: Any, deeper: int) -> Any:
    if deeper < 0:
        raise _Refused(1, TOO_DEEP)
    if isinstance(value, dict):
        return {_text(key, 1): _texts(inner, deeper - 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_texts(inner, deeper - 1) for inner in value]
    return _text(value, 1) if isinstance(value, str) else json.dumps(value)
