"""The values of a template's parameters."""

import re
from collections.abc import Mapping

from localcloud.cloudformation.template import Json, TemplateError


def parameter_values(template: Mapping[str, Json], given: Mapping[str, str]) -> dict[str, Json]:
    """Given values, else defaults. Raises TemplateError for what is missing or not allowed."""
    values: dict[str, Json] = {}
    declared = template.get("Parameters") or {}
    if unknown := sorted(set(given) - set(declared)):
        raise TemplateError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    missing = [n for n, d in declared.items() if n not in given and "Default" not in d]
    if missing:
        raise TemplateError(f"Parameters: [{', '.join(missing)}] must have values")
    for name, declaration in declared.items():
        value = str(given.get(name, declaration.get("Default", "")))
        _check_parameter(name, declaration, value)
        is_list = declaration["Type"] == "CommaDelimitedList" or declaration["Type"].startswith(
            "List<"
        )
        values[name] = [part.strip() for part in value.split(",")] if is_list else value
    return values


def _check_parameter(name: str, declaration: Mapping[str, Json], value: str) -> None:
    allowed = [str(item) for item in declaration.get("AllowedValues", [])]
    if allowed and value not in allowed:
        raise TemplateError(f"Parameter '{name}' must be one of AllowedValues")
    pattern = declaration.get("AllowedPattern")
    if pattern and not re.fullmatch(pattern, value):
        hint = declaration.get("ConstraintDescription") or f"must match pattern {pattern}"
        raise TemplateError(f"Parameter {name} failed to satisfy constraint: {hint}")
