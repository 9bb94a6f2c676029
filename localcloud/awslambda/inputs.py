"""Inputs held to Lambda's own model: types, required members, enums, lengths, ranges, patterns.

The errors are the general ones of AWS's services, since Lambda models none for most of them.
https://docs.aws.amazon.com/lambda/latest/api/CommonErrors.html
"""

from collections.abc import Iterator
from typing import Any

from botocore import xform_name
from moto.core.utils import get_service_model

from localcloud import model_inputs
from localcloud.model_inputs import broken, walk
from localcloud.wire import AwsError, Params

MODEL = get_service_model("lambda")
OPERATIONS: dict[str, str] = {xform_name(name): name for name in MODEL.operation_names}


def operations(cls: Any) -> Any:
    """Class decorator: the input of each method that is an operation is checked before it."""
    return model_inputs.checking(cls, OPERATIONS, _check)


def _check(operation: str, params: Params) -> None:
    """Raises ValidationException that names all that is wrong, as Lambda does."""
    shape = MODEL.operation_model(operation).input_shape
    model_inputs.check_types(shape, params)
    found = [*_missing(shape, params), *_wrong(shape, params)]
    if found:
        errors = "error" if len(found) == 1 else "errors"
        message = f"{len(found)} validation {errors} detected: {'; '.join(found)}"
        raise AwsError("ValidationException", message, 400)


def _missing(shape: Any, params: Params) -> Iterator[str]:
    for path, member, value in walk(shape, params):
        if member.type_name == "structure":
            for name in member.required_members:
                if value.get(name) is None:
                    where = _shown(f"{path}.{name}")
                    yield f"Value null at '{where}' failed to satisfy constraint: Member must not be null"


def _wrong(shape: Any, params: Params) -> Iterator[str]:
    for path, member, value in walk(shape, params):
        constraint = broken(member, value)
        if constraint and member.name == "Runtime":
            message = (
                f"Value {value} at 'runtime' failed to satisfy constraint: {constraint} "
                "or be a valid ARN"
            )
            raise AwsError("InvalidParameterValueException", message, Type="User")
        if constraint:
            yield f"Value '{value}' at '{_shown(path)}' failed to satisfy constraint: {constraint}"


def _shown(path: str) -> str:
    """A member's path as Lambda tells it: each name begins with a small letter."""
    return ".".join(name[:1].lower() + name[1:] for name in path.split(".") if name)
