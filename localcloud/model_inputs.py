"""Inputs held to a service's own model, which is botocore's: types, enums, lengths, patterns."""

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from localcloud.wire import AwsError, Params

_TYPES: dict[str, type | tuple[type, ...]] = {
    "structure": dict,
    "map": dict,
    "list": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "timestamp": (datetime, int, float),
}


def checking(cls: Any, operations: Mapping[str, str], check: Callable[[str, Params], None]) -> Any:
    """The class, each of whose methods that is an operation has its input checked before it.

    `operations` are the model's names by those of the methods."""
    for name, method in list(vars(cls).items()):
        if name in operations:
            setattr(cls, name, _checked(operations[name], method, check))
    return cls


def _checked(
    operation: str, method: Callable[..., Any], check: Callable[[str, Params], None]
) -> Callable[..., Any]:
    @functools.wraps(method)
    def checked(self: Any, params: Params) -> Any:
        check(operation, params)
        return method(self, params)

    return checked


def check_types(shape: Any, params: Params) -> None:
    """Raises SerializationException for JSON of another type than the model's."""
    for path, member, value in walk(shape, params):
        wanted = _TYPES.get(member.type_name, object)
        wrong = isinstance(value, bool) and member.type_name != "boolean"
        if wrong or not isinstance(value, wanted):
            message = f"{path or 'The input'} must be of the type {member.type_name}"
            raise AwsError("SerializationException", message)


def walk(shape: Any, value: Any, path: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Every value in an input with its shape, the outer ones first. Nothing is in an absent one."""
    if value is None or shape is None:
        return
    yield path, shape, value
    if shape.type_name == "structure" and isinstance(value, dict):
        for name, member in shape.members.items():
            yield from walk(member, value.get(name), f"{path}.{name}".lstrip("."))
    elif shape.type_name == "list" and isinstance(value, list):
        for number, item in enumerate(value, 1):
            yield from walk(shape.member, item, f"{path}.{number}.member")
    elif shape.type_name == "map" and isinstance(value, dict):
        for key, item in value.items():
            yield from walk(shape.key, key, f"{path}.key")
            yield from walk(shape.value, item, f"{path}.{key}")


def broken(shape: Any, value: Any) -> str:
    """What the shape demands and the value does not keep; "" when it keeps all."""
    limits = shape.metadata
    if limits.get("enum") and value not in limits["enum"]:
        return f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]"
    if isinstance(value, str | list):
        if len(value) < limits.get("min", 0):
            return f"Member must have length greater than or equal to {limits['min']}"
        if len(value) > limits.get("max", len(value)):
            return f"Member must have length less than or equal to {limits['max']}"
    if isinstance(value, int) and not isinstance(value, bool):
        if value < limits.get("min", value):
            return f"Member must have value greater than or equal to {limits['min']}"
        if value > limits.get("max", value):
            return f"Member must have value less than or equal to {limits['max']}"
    if limits.get("pattern") and not _fits(limits["pattern"], value):
        return f"Member must satisfy regular expression pattern: {limits['pattern']}"
    return ""


def _fits(pattern: str, value: Any) -> bool:
    try:
        return bool(re.fullmatch(pattern, value))
    except re.error:  # Java's: `\p{L}` and the like, which stand in patterns of tags
        return True
