"""YAML without its surprises: scalars stay the text they are, tags, anchors and aliases are refused."""

from typing import Any

import yaml

from pilotage.documents import MAX_DEPTH, TOO_DEEP, Path, Refused, text_of
from pilotage.fault import shown


def read(text: str) -> tuple[Any, dict[Path, int]]:
    """The one document, {} for an empty file, and the line of each value. Raises Refused."""
    lines: dict[Path, int] = {}
    try:
        node = yaml.compose(text, _PlainLoader)
        return ({} if node is None else _value(node, (), lines)), lines
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Refused(line, f"is not YAML: {shown(error.problem or 'unreadable')}.") from error
    except yaml.YAMLError as error:
        raise Refused(1, f"is not YAML: {shown(str(error)).rstrip('.')}.") from error


class _PlainLoader(yaml.BaseLoader):
    """Refuses tags, anchors, aliases and depth while it reads: the file is gone through once."""

    _depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Refused(line, "YAML anchors and aliases are not allowed. Write the value out.")
        if getattr(event, "tag", None):
            raise Refused(line, "YAML tags (!…) are not allowed. Write the value alone.")
        if self._depth > MAX_DEPTH:
            raise Refused(line, TOO_DEEP)
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
    return text_of(node.value, path_line)


def _mapping(node: yaml.MappingNode, path: Path, lines: dict[Path, int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, inner in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise Refused(line, "has a key that is not a plain word.")
        text_of(key.value, line)
        if key.value in found:
            raise Refused(line, f"says `{shown(key.value)}` twice.")
        lines[(*path, key.value)] = line
        found[key.value] = _value(inner, (*path, key.value), lines)
    return found
