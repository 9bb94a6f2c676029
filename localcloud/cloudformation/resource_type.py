"""What a resource type is: how it is made, changed and removed by calls to the cloud's own API."""

import secrets
import string
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError
from moto.core.utils import get_service_model

from localcloud import clients

Properties = Mapping[str, Any]


class ResourceFailed(Exception):
    """A resource could not be made; the text goes into the stack's events. `made` is what is there
    of it all the same."""

    made: "Made | None" = None


@dataclass(frozen=True)
class Asked:
    """What a handler is asked to make. `tell` puts a line among the stack's events; `before` are
    the properties that the resource has had until now."""

    stack: str
    logical_id: str
    properties: Properties
    update_policy: Properties = field(default_factory=dict)
    tell: Callable[[str], None] = lambda _reason: None
    before: Properties = field(default_factory=dict)

    def changed(self) -> set[str]:
        """Names of the properties that are not as before."""
        old, new = self.before, self.properties
        return {name for name in {*old, *new} if old.get(name) != new.get(name)}

    def name(self, member: str, limit: int = 64) -> str:
        """The name given by the template, or one that CloudFormation would make up."""
        if given := self.properties.get(member):
            return str(given)
        tail = "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(12))
        room = limit - len(tail) - 2
        stack = self.stack[: max(8, room - len(self.logical_id))]
        return f"{stack}-{self.logical_id[: room - len(stack)]}-{tail}"


@dataclass(frozen=True)
class Made:
    """A made resource: `physical_id` is what Ref gives."""

    physical_id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ResourceType:
    """`replaced_by` names the properties whose change needs a new resource; `update` None means
    that every change does. `delete` need not care whether it is gone already. `named_by` is the property that names it for the whole account."""

    name: str
    create: Callable[[Asked], Made]
    delete: Callable[[Made], object]
    update: Callable[[Made, Asked], Made] | None = None
    replaced_by: tuple[str, ...] = ()
    named_by: str = ""


_types: dict[str, ResourceType] = {}


def define(resource_type: ResourceType) -> None:
    _types[resource_type.name] = resource_type


def type_named(name: str) -> ResourceType:
    if name not in _types:
        text = (
            f"The local cloud does not make {name} yet, so the stack fails instead of pretending."
        )
        raise ResourceFailed(text)
    return _types[name]


def known_types() -> list[str]:
    return sorted(_types)


def call(service: str, operation: str, **params: Any) -> dict[str, Any]:
    """Call the cloud's own API. Values become what the operation's model asks for, since
    parameters arrive as strings. Raises ResourceFailed with AWS's message."""
    model = get_service_model(service).operation_model(operation)
    given = {key: value for key, value in params.items() if value is not None}
    shaped = _shaped(model.input_shape, given, operation) if model.input_shape else {}
    method = getattr(clients.client(service), _python_name(operation))
    try:
        return dict(method(**shaped))
    except ClientError as error:
        raise ResourceFailed(f"{operation}: {error.response['Error']['Message']}") from error


@contextmanager
def completing(made: Made) -> Iterator[Made]:
    """What fails in here leaves `made` behind, half done, and the stack is told so."""
    try:
        yield made
    except ResourceFailed as error:
        error.made = made
        raise


def ignore_missing(delete: Callable[[], Any]) -> None:
    """Deleting what is already gone is done."""
    try:
        delete()
    except ResourceFailed as error:
        gone = ("not found", "does not exist", "non-existent", "cannot be found", "NoSuch")
        if not any(word.lower() in str(error).lower() for word in gone):
            raise


def tags_of(properties: Properties, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    given = properties.get("Tags") or []
    if isinstance(given, dict):
        return [{key: name, value: str(text)} for name, text in given.items()]
    return [{key: tag["Key"], value: str(tag["Value"])} for tag in given]


def tag_map(properties: Properties) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags_of(properties)}


def only(properties: Properties, *names: str) -> dict[str, Any]:
    return {name: properties[name] for name in names if name in properties}


def _python_name(operation: str) -> str:
    from botocore import xform_name

    return str(xform_name(operation))


def _shaped(shape: Any, value: Any, where: str) -> Any:
    kind = shape.type_name
    if kind == "structure" and isinstance(value, dict):
        if unknown := [key for key in value if key not in shape.members]:
            raise ResourceFailed(f"{where} has no member {unknown[0]}")
        return {k: _shaped(shape.members[k], v, f"{where}.{k}") for k, v in value.items()}
    if kind == "list" and isinstance(value, list):
        return [_shaped(shape.member, item, where) for item in value]
    if kind == "map" and isinstance(value, dict):
        return {str(k): _shaped(shape.value, v, where) for k, v in value.items()}
    if kind in ("integer", "long") and isinstance(value, str | float):
        return int(value)
    if kind in ("double", "float") and isinstance(value, str | int):
        return float(value)
    if kind == "boolean" and isinstance(value, str):
        return value.lower() == "true"
    if kind == "string" and isinstance(value, bool):
        return str(value).lower()
    if kind == "string" and isinstance(value, int | float):
        return str(value)
    return value
