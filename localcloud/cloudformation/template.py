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
SAM = "AWS::Serverless-2016-10-31"
SUBSTITUTION = re.compile(r"\$\{(!?)([^}]*)\}")


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


def transforms_of(template: Mapping[str, Json]) -> list[str]:
    transforms = template.get("Transform") or []
    return [transforms] if isinstance(transforms, str) else [str(one) for one in transforms]


class _NoManagedPolicies:
    def load(self) -> dict[str, str]:
        return {}


def without_sam(template: dict[str, Json], values: Mapping[str, Json]) -> dict[str, Json]:
    """The template with SAM's resources turned into CloudFormation's, by AWS's own translator."""
    transforms = transforms_of(template)
    if unknown := [name for name in transforms if name != SAM]:
        raise TemplateError(f"No transform named {unknown[0]} found.")
    if not transforms:
        return template
    flat = {k: ",".join(v) if isinstance(v, list) else v for k, v in values.items()}
    copied = json.loads(json.dumps(template, default=str))
    try:
        return dict(transform(copied, flat, _NoManagedPolicies()))
    except Exception as error:
        raise TemplateError(f"Transform {SAM} failed with: {error}") from error


@dataclass
class Resolver:
    """Resolves intrinsic functions. `ref` and `attribute` answer for resources already made."""

    template: Mapping[str, Json]
    values: Mapping[str, Json]
    ref: Callable[[str], Json]
    attribute: Callable[[str, str], Json]
    exports: Mapping[str, str] = field(default_factory=dict)
    pseudo: Mapping[str, Json] = field(default_factory=dict)
    imported: set[str] = field(default_factory=set)

    def condition(self, name: str) -> bool:
        conditions = self.template.get("Conditions") or {}
        if name not in conditions:
            raise TemplateError(f"Unresolved condition: {name}")
        return bool(self.resolve(conditions[name]))

    def active_resources(self) -> dict[str, Json]:
        """Those whose condition holds."""
        return self._active(self.template["Resources"])

    def active_outputs(self) -> dict[str, Json]:
        return self._active(self.template.get("Outputs") or {})

    def _active(self, bodies: Mapping[str, Json]) -> dict[str, Json]:
        return {
            name: body
            for name, body in bodies.items()
            if "Condition" not in body or self.condition(body["Condition"])
        }

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

        return SUBSTITUTION.sub(one, text)

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
        self.imported.add(name)
        return self.exports[name]

    def _getazs(self, _: Json) -> list[str]:
        return [f"{REGION}{letter}" for letter in "abc"]
