"""Step Functions state machines: definition from the template or from S3, with substitutions."""

import json
from typing import Any

from localcloud import clients
from localcloud.cloudformation.resource_type import (
    Asked,
    Made,
    Properties,
    ResourceType,
    call,
    define,
    tags_of,
)


def _create(asked: Asked) -> Made:
    properties = asked.properties
    name = asked.name("StateMachineName", 80)
    made = call(
        "stepfunctions",
        "CreateStateMachine",
        name=name,
        definition=_definition(properties),
        roleArn=properties["RoleArn"],
        type=properties.get("StateMachineType"),
        tags=tags_of(properties, "key", "value") or None,
    )
    machine_arn = made["stateMachineArn"]
    return Made(machine_arn, {"Arn": machine_arn, "Name": name})


def _update(made: Made, asked: Asked) -> Made:
    call(
        "stepfunctions",
        "UpdateStateMachine",
        stateMachineArn=made.physical_id,
        definition=_definition(asked.properties),
        roleArn=asked.properties["RoleArn"],
    )
    return made


def _definition(properties: Properties) -> str:
    text = _text(properties)
    for name, value in (properties.get("DefinitionSubstitutions") or {}).items():
        text = text.replace("${" + name + "}", str(value))
    return text


def _text(properties: Properties) -> str:
    if "DefinitionString" in properties:
        return str(properties["DefinitionString"])
    if "Definition" in properties:
        return json.dumps(properties["Definition"])
    location: dict[str, Any] = properties["DefinitionS3Location"]
    body = clients.client("s3").get_object(Bucket=location["Bucket"], Key=location["Key"])["Body"]
    return str(body.read().decode())


define(
    ResourceType(
        "AWS::StepFunctions::StateMachine",
        _create,
        lambda made: call("stepfunctions", "DeleteStateMachine", stateMachineArn=made.physical_id),
        _update,
        ("StateMachineName", "StateMachineType"),
        "StateMachineName",
    )
)
