"""The values of a template's parameters, held to what the template says of them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

import re
from collections.abc import Iterator, Mapping

from localcloud import clients
from localcloud.cloudformation.template import Json, TemplateError

_STORED = re.compile(r"AWS::SSM::Parameter::Value<(.+)>")


def parameter_texts(template: Mapping[str, Json], given: Mapping[str, str]) -> dict[str, str]:
    """Given values, else defaults. Raises TemplateError for what is missing or not allowed."""
    declared = template.get("Parameters") or {}
    if unknown := sorted(set(given) - set(declared)):
        raise TemplateError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    missing = [n for n, d in declared.items() if n not in given and "Default" not in d]
    if missing:
        raise TemplateError(f"Parameters: [{', '.join(missing)}] must have values")
    texts = {name: str(given.get(name, d.get("Default", ""))) for name, d in declared.items()}
    for name, declaration in declared.items():
        _check(name, declaration, texts[name])
    return texts


def parameter_values(template: Mapping[str, Json], texts: Mapping[str, str]) -> dict[str, Json]:
    """What Ref gives: lists taken apart, and what a parameter of SSM's holds instead of its name."""
    kinds = {name: str(d["Type"]) for name, d in (template.get("Parameters") or {}).items()}
    stored = _stored({texts[name] for name, kind in kinds.items() if _STORED.fullmatch(kind)})
    values: dict[str, Json] = {}
    for name, kind in kinds.items():
        found = _STORED.fullmatch(kind)
        value = stored[texts[name]] if found else texts[name]
        inner = found.group(1) if found else kind
        is_list = inner == "CommaDelimitedList" or inner.startswith("List<")
        values[name] = [part.strip() for part in value.split(",")] if is_list else value
    return values


def _stored(names: set[str]) -> dict[str, str]:
    """What SSM's parameters hold, by the name or `name:version` that was given."""
    found = {}
    for name in sorted(names):
        answer = clients.client("ssm").get_parameters(Names=[name])
        if not answer["Parameters"]:
            # https://github.com/awslabs/aws-deployment-framework/issues/339
            text = f"Unable to fetch parameters [{name}] from parameter store for this account."
            raise TemplateError(text)
        if answer["Parameters"][0]["Type"] == "SecureString":
            # https://github.com/aws/aws-cdk/issues/15135
            text = (
                f"Parameters [{name}] referenced by template have types not supported by "
                "CloudFormation."
            )
            raise TemplateError(text)
        found[name] = str(answer["Parameters"][0]["Value"])
    return found


def _check(name: str, declaration: Mapping[str, Json], text: str) -> None:
    """For a parameter of SSM's it is the name that is checked, and not what is held there."""
    for complaint in _complaints(declaration, text):
        if hint := declaration.get("ConstraintDescription"):
            raise TemplateError(f"Parameter {name} failed to satisfy constraint: {hint}")
        raise TemplateError(f"Parameter '{name}' {complaint}")


def _complaints(declaration: Mapping[str, Json], text: str) -> Iterator[str]:
    """AWS's words, as people met them: `must be one of AllowedValues`, `must match pattern …`
    (https://github.com/aws-quickstart/quickstart-pivotal-cloudfoundry/issues/9), `must contain at
    least 12 characters`, `must be a number not less than 1`. Those of the upper bounds are theirs
    turned round."""
    kind = declaration["Type"]
    is_list = kind in ("CommaDelimitedList", "List<Number>")
    parts = [part.strip() for part in text.split(",")] if is_list else [text]
    allowed = [str(item) for item in declaration.get("AllowedValues", [])]
    if allowed and not set(parts) <= set(allowed):
        yield "must be one of AllowedValues"
    pattern = declaration.get("AllowedPattern")
    if pattern and not all(re.fullmatch(pattern, part) for part in parts):
        yield f"must match pattern {pattern}"
    if len(text) < int(declaration.get("MinLength", 0)):
        yield f"must contain at least {declaration['MinLength']} characters"
    if len(text) > int(declaration.get("MaxLength", len(text))):
        yield f"must contain at most {declaration['MaxLength']} characters"
    if kind in ("Number", "List<Number>"):
        for part in parts:
            yield from _of_number(declaration, part)


def _of_number(declaration: Mapping[str, Json], text: str) -> Iterator[str]:
    try:
        number = float(text)
    except ValueError:
        yield "must be a number"
        return
    if number < float(declaration.get("MinValue", number)):
        yield f"must be a number not less than {declaration['MinValue']}"
    if number > float(declaration.get("MaxValue", number)):
        yield f"must be a number not greater than {declaration['MaxValue']}"
