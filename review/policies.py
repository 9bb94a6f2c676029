"""Every policy document of template.yaml, with what CloudFormation would put in for its references."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

HERE = "arn:aws:{service}:us-east-1:123456789012:{rest}"
PSEUDO = {
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
    "AWS::AccountId": "123456789012",
    "AWS::StackName": "pilotage",
}
ARNS = {
    "AWS::S3::Bucket": "arn:aws:s3:::bucket",
    "AWS::DynamoDB::Table": HERE.format(service="dynamodb", rest="table/table"),
    "AWS::SNS::Topic": HERE.format(service="sns", rest="topic"),
    "AWS::SQS::Queue": HERE.format(service="sqs", rest="queue"),
    "AWS::Serverless::StateMachine": HERE.format(service="states", rest="stateMachine:machine"),
    "AWS::Serverless::Function": HERE.format(service="lambda", rest="function:function"),
    "AWS::IAM::Role": "arn:aws:iam::123456789012:role/role",
    "AWS::Events::EventBus": HERE.format(service="events", rest="event-bus/bus"),
    "AWS::Events::Rule": HERE.format(service="events", rest="rule/rule"),
}


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms as their long ones."""


def _long_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix == "Ref" else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _long_form)


def documents(template: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The resource each belongs to, and the document."""
    resources = yaml.load(template.read_text(), _Loader)["Resources"]
    for name, resource in resources.items():
        for document in _of(resource.get("Properties", {})):
            yield name, _resolved(document, resources)


def _of(value: Any) -> Iterator[dict[str, Any]]:
    """What has statements, wherever it stands."""
    if isinstance(value, dict):
        if isinstance(value.get("Statement"), list):
            yield value
            return
        for inner in value.values():
            yield from _of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _of(inner)


def _resolved(value: Any, resources: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [_resolved(inner, resources) for inner in value]
    if not isinstance(value, dict):
        return value
    if "Ref" in value:
        return _reference(value["Ref"], resources)
    if "Fn::GetAtt" in value:
        return _reference(str(value["Fn::GetAtt"]).partition(".")[0], resources)
    if "Fn::Sub" in value:
        text = value["Fn::Sub"] if isinstance(value["Fn::Sub"], str) else value["Fn::Sub"][0]
        return re.sub(r"\$\{([^}]+)\}", lambda name: _named(name[1], resources), text)
    return {key: _resolved(inner, resources) for key, inner in value.items()}


def _named(name: str, resources: dict[str, Any]) -> str:
    resource, _, attribute = name.partition(".")
    return "name" if attribute == "Name" else _reference(resource, resources)


def _reference(name: str, resources: dict[str, Any]) -> str:
    return PSEUDO.get(name) or ARNS.get(resources.get(name, {}).get("Type", ""), "/name")
