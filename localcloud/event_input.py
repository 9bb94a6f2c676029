"""What a rule's target is given of an event: a constant, a part, a filled template, or all of it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

import json
import re
from collections.abc import Mapping
from typing import Any

Event = Mapping[str, Any]

_NAME = re.compile(r"<([A-Za-z0-9_.-]+)>")
_STEP = re.compile(r"\.([A-Za-z0-9_-]+)|\[(\d+)\]|\['([^']+)'\]")
_MISSING = object()


def body_for(target: Mapping[str, Any], event: Event, rule_arn: str) -> str:
    """The text that the target is given."""
    if "Input" in target:
        return str(target["Input"])
    if path := target.get("InputPath"):
        # AWS does not say what a path that leads nowhere gives; here it is null.
        found = _at(event, path)
        return json.dumps(None if found is _MISSING else found)
    if transformer := target.get("InputTransformer"):
        paths = transformer.get("InputPathsMap") or {}
        values = {name: _at(event, path) for name, path in paths.items()}
        return _filled(transformer["InputTemplate"], {**values, **_predefined(event, rule_arn)})
    return json.dumps(event)


def _predefined(event: Event, rule_arn: str) -> dict[str, Any]:
    return {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_arn.rsplit("/", 1)[-1],
        "aws.events.event.ingestion-time": event.get("time", ""),
        "aws.events.event": {name: part for name, part in event.items() if name != "detail"},
        "aws.events.event.json": dict(event),
    }


def _filled(template: str, values: Mapping[str, Any]) -> str:
    """Inside quotes a value stands as it is, elsewhere as JSON. A variable whose path leads nowhere
    "won't appear in the output": it is empty text, or null where text cannot be."""
    parts, at = [], 0
    for found in _NAME.finditer(template):
        parts.append(template[at : found.start()])
        quoted = len(re.findall(r'(?<!\\)"', template[: found.start()])) % 2 == 1
        parts.append(_shown(values.get(found[1], _MISSING), quoted=quoted))
        at = found.end()
    parts.append(template[at:])
    filled = "".join(parts)
    try:
        return json.dumps(json.loads(filled))
    except ValueError:
        return json.dumps(filled)  # a template of plain text arrives as a string


def _shown(value: Any, *, quoted: bool) -> str:
    if value is _MISSING:
        return "" if quoted else "null"
    if not quoted:
        return json.dumps(value)
    text = value if isinstance(value, str) else json.dumps(value)
    return json.dumps(text)[1:-1]


def _at(event: Event, path: str) -> Any:
    """The part that a path such as `$.detail.object.key` names."""
    part: Any = event
    for name, number, quoted in _STEP.findall(path.removeprefix("$")):
        key = name or quoted
        if key and isinstance(part, Mapping) and key in part:
            part = part[key]
        elif number and isinstance(part, list) and int(number) < len(part):
            part = part[int(number)]
        else:
            return _MISSING
    return part
