"""Frozen values as plain data and back, for the table and for events."""

import types
import typing
from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")


def plain(value: Any) -> Any:
    """Frozen values, tuples and mappings as what JSON can hold."""
    if names := _members(type(value)):
        return {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    return value


def build(kind: type[T], data: Mapping[str, Any]) -> T:
    """The frozen value that `plain` made this of. Members it does not know are left out, so that an
    older version can read what a newer one wrote."""
    hints = typing.get_type_hints(kind)
    known = (name for name in _members(kind) if name in data)
    return kind(**{name: _value(hints[name], data[name]) for name in known})


def _members(kind: Any) -> tuple[str, ...]:
    """Of a named tuple or a dataclass; () of anything else."""
    return getattr(kind, "_fields", ()) or tuple(getattr(kind, "__dataclass_fields__", ()))


def _value(hint: Any, data: Any) -> Any:
    if data is None:
        return None
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        inner = [arg for arg in typing.get_args(hint) if arg is not type(None)]
        return _value(inner[0], data)
    if origin is tuple:
        return tuple(_value(typing.get_args(hint)[0], item) for item in data)
    if _members(hint):
        return build(hint, data)
    return data
