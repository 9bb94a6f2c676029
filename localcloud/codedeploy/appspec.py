"""The AppSpec of a Lambda deployment, as CodeDeploy reads it after CreateDeployment has answered.

https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html
"""

import re
from dataclasses import dataclass
from typing import Any

import yaml

EVENTS = ("BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic")
HOOK_EVENTS = ("BeforeAllowTraffic", "AfterAllowTraffic")
_MEMBERS = {
    "name": "name",
    "alias": "alias",
    "currentversion": "current version",
    "targetversion": "target version",
}

INVALID = (
    "The deployment failed because the AppSpec file that specifies the AWS Lambda deployment "
    "configuration is missing or has an invalid configuration."
)


class InvalidAppSpec(Exception):
    """The text is the message CodeDeploy puts into errorInformation."""

    def __init__(self, cause: str = "") -> None:
        super().__init__(f"{INVALID} {cause}".strip())


@dataclass(frozen=True)
class LambdaAppSpec:
    function: str
    alias: str
    current: str
    target: str
    hooks: dict[str, str]


def parse(content: str) -> LambdaAppSpec:
    """Read YAML or JSON; keys in any case. Raises InvalidAppSpec."""
    try:
        document = yaml.load(content, yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise InvalidAppSpec("The AppSpec is neither YAML nor JSON.") from error
    spec = _lower(document)
    if not isinstance(spec, dict) or spec.get("version") != "0.0":
        raise InvalidAppSpec('The version must be "0.0".')
    properties = _properties(spec.get("resources"))
    for name, said in _MEMBERS.items():
        if not isinstance(properties.get(name), str) or not properties[name]:
            raise InvalidAppSpec(f"The Lambda function {said} cannot be null or empty")
    for name in ("currentversion", "targetversion"):
        if not re.fullmatch(r"[1-9][0-9]*", properties[name]):
            raise InvalidAppSpec(f"{name} must be a positive integer")
    return LambdaAppSpec(
        function=properties["name"],
        alias=properties["alias"],
        current=properties["currentversion"],
        target=properties["targetversion"],
        hooks=_hooks(spec.get("hooks")),
    )


def _properties(resources: Any) -> dict[str, Any]:
    if not isinstance(resources, list) or len(resources) != 1:
        raise InvalidAppSpec("Resources must list exactly one function.")
    (resource,) = resources
    if not isinstance(resource, dict) or len(resource) != 1:
        raise InvalidAppSpec("Resources must list exactly one function.")
    (body,) = resource.values()
    if not isinstance(body, dict) or body.get("type") != "AWS::Lambda::Function":
        raise InvalidAppSpec("The resource's Type must be AWS::Lambda::Function.")
    properties = body.get("properties")
    return properties if isinstance(properties, dict) else {}


def _hooks(hooks: Any) -> dict[str, str]:
    if not hooks:
        return {}
    known = {name.lower(): name for name in HOOK_EVENTS}
    found: dict[str, str] = {}
    if not isinstance(hooks, list) or not all(isinstance(entry, dict) for entry in hooks):
        raise InvalidAppSpec("Hooks must list one function for each lifecycle event.")
    for entry in hooks:
        for key, value in entry.items():
            if key not in known:
                raise InvalidAppSpec(f"Unknown lifecycle event {key}.")
            if not isinstance(value, str) or value in ("", "null", "~"):
                raise InvalidAppSpec("The Lambda function name cannot be null or empty")
            found[known[key]] = value
    return found


def _lower(value: Any) -> Any:
    """Keys in lower case, two spellings of the documentation being one."""
    if isinstance(value, dict):
        return {str(key).lower(): _lower(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_lower(inner) for inner in value]
    return value
