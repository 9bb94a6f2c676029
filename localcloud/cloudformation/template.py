"""Templates: read, transformed by SAM's own translator, and their intrinsic functions resolved."""

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from samtranslator.translator.transform import transform

from localcloud.account import ACCOUNT, REGION

Json = Any

PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::NotificationARNs": [],
}
NO_VALUE = object()
_SUB = re.compile(r"\$\{(!?)([^}]*)\}")


class TemplateError(Exception):
    """The template cannot be deployed; the text says where and why."""


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms (`!Ref`, `!GetAtt a.b`)."""


def _short_form(loader: yaml.Loader, suffix: str, node: yaml.Node) -> Json:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    value: Json = None
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if name == "Fn::GetAtt":
            value = str(value).split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    return {name: value}


_Loader.add_multi_constructor("!", _short_form)
_Loader.yaml_implicit_resolvers = {
    key: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for key, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(text: str) -> dict[str, Json]:
    try:
        document = yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        raise TemplateError(f"Template format error: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("Resources"), dict):
        raise TemplateError("Template format error: At least one Resources member must be defined.")
    return document


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


class _NoManagedPolicies:
    def load(self) -> dict[str, str]:
        return {}


def without_sam(template: dict[str, Json], values: Mapping[str, Json]) -> dict[str, Json]:
    """The template with SAM's resources turned into CloudFormation's, by AWS's own translator."""
    transforms = template.get("Transform") or []
    if "AWS::Serverless-2016-10-31" not in (
        [transforms] if isinstance(transforms, str) else transforms
    ):
        return template
    flat = {k: ",".join(v) if isinstance(v, list) else v for k, v in values.items()}
    copied = json.loads(json.dumps(template, default=str))
    try:
        return dict(transform(copied, flat, _NoManagedPolicies()))
    except Exception as error:
        raise TemplateError(f"Transform AWS::Serverless-2016-10-31 failed with: {error}") from error


@dataclass
class Resolver:
    """Resolves intrinsic functions. `ref` and `attribute` answer for resources already made."""

    template: Mapping[str, Json]
    values: Mapping[str, Json]
    ref: Callable[[str], Json]
    attribute: Callable[[str, str], Json]
    exports: Mapping[str, str] = field(default_factory=dict)
    pseudo: Mapping[str, Json] = field(default_factory=dict)

    def condition(self, name: str) -> bool:
        conditions = self.template.get("Conditions") or {}
        if name not in conditions:
            raise TemplateError(f"Unresolved condition: {name}")
        return bool(self.resolve(conditions[name]))

    def resolve(self, value: Json) -> Json:
        """The value with every function resolved; members that are AWS::NoValue are left out."""
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (name,) = value
            if name in {"Ref", "Condition"} or name.startswith("Fn::"):
                return self._call(name, value[name])
        resolved = {key: self.resolve(inner) for key, inner in value.items()}
        return {key: inner for key, inner in resolved.items() if inner is not NO_VALUE}

    def _call(self, name: str, argument: Json) -> Json:
        method = getattr(self, "_" + name.removeprefix("Fn::").lower(), None)
        if method is None:
            raise TemplateError(f"The local cloud does not do {name} yet.")
        return method(argument)

    def _ref(self, name: str) -> Json:
        if name == "AWS::NoValue":
            return NO_VALUE
        if name in self.pseudo:
            return self.pseudo[name]
        if name in PSEUDO:
            return PSEUDO[name]
        return self.values[name] if name in self.values else self.ref(name)

    def _condition(self, name: str) -> Json:
        return self.condition(name) if isinstance(name, str) else {"Condition": self.resolve(name)}

    def _getatt(self, argument: Json) -> Json:
        logical, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
        return self.attribute(logical, self.resolve(attribute))

    def _sub(self, argument: Json) -> str:
        text, extra = (argument, {}) if isinstance(argument, str) else argument

        def one(found: re.Match[str]) -> str:
            literal, name = found.group(1), found.group(2).strip()
            if literal:
                return "${" + found.group(2) + "}"
            if name in extra:
                return str(self.resolve(extra[name]))
            known = name in self.values or name in self.pseudo or name in PSEUDO
            return str(self._getatt(name) if "." in name and not known else self._ref(name))

        return _SUB.sub(one, text)

    def _join(self, argument: Json) -> str:
        return str(argument[0]).join(str(part) for part in self.resolve(argument[1]))

    def _if(self, argument: Json) -> Json:
        name, when_true, when_false = argument
        return self.resolve(when_true if self.condition(name) else when_false)

    def _equals(self, argument: Json) -> bool:
        first, second = (self.resolve(side) for side in argument)
        return str(first) == str(second)

    def _not(self, argument: Json) -> bool:
        return not self.resolve(argument[0])

    def _and(self, argument: Json) -> bool:
        return all(self.resolve(part) for part in argument)

    def _or(self, argument: Json) -> bool:
        return any(self.resolve(part) for part in argument)

    def _select(self, argument: Json) -> Json:
        return self.resolve(argument[1])[int(self.resolve(argument[0]))]

    def _split(self, argument: Json) -> list[str]:
        return str(self.resolve(argument[1])).split(argument[0])

    def _base64(self, argument: Json) -> str:
        return base64.b64encode(str(self.resolve(argument)).encode()).decode()

    def _findinmap(self, argument: Json) -> Json:
        name, first, second = (self.resolve(part) for part in argument)
        return self.template["Mappings"][name][first][second]

    def _importvalue(self, argument: Json) -> str:
        name = self.resolve(argument)
        if name not in self.exports:
            raise TemplateError(f"No export named {name} found.")
        return self.exports[name]

    def _getazs(self, _: Json) -> list[str]:
        return [f"{REGION}{letter}" for letter in "abc"]


def references(value: Json) -> set[str]:
    """Names of everything that a value refers to, by Ref, GetAtt or Sub."""
    if isinstance(value, list):
        return set().union(*map(references, value)) if value else set()
    if not isinstance(value, dict):
        return set()
    found: set[str] = set()
    for key, inner in value.items():
        if key == "Ref":
            found.add(str(inner))
        elif key == "Fn::GetAtt":
            found.add(inner.split(".")[0] if isinstance(inner, str) else str(inner[0]))
        elif key == "Fn::Sub":
            text = inner if isinstance(inner, str) else inner[0]
            found |= {
                name.strip().split(".")[0] for literal, name in _SUB.findall(text) if not literal
            }
        found |= references(inner)
    return found


def in_order(resources: Mapping[str, Json]) -> list[str]:
    """Resource names, each after everything it depends on. Raises TemplateError on a circle."""
    needs = {
        name: (
            references(body.get("Properties"))
            | references(body.get("UpdatePolicy"))
            | _depends_on(body)
        )
        & set(resources)
        for name, body in resources.items()
    }
    ordered: list[str] = []
    while len(ordered) < len(needs):
        ready = [n for n, needed in needs.items() if n not in ordered and needed <= set(ordered)]
        if not ready:
            circle = sorted(set(needs) - set(ordered))
            raise TemplateError(f"Circular dependency between resources: [{', '.join(circle)}]")
        ordered += ready
    return ordered


def _depends_on(body: Mapping[str, Json]) -> set[str]:
    named = body.get("DependsOn") or []
    return {named} if isinstance(named, str) else set(named)
