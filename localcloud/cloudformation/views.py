"""Stacks, events and resources as CloudFormation describes them."""

from localcloud.cloudformation.stack import Stack, StackEvent, Wanted
from localcloud.wire import Params


def shown(stack: Stack) -> Params:
    return {
        "StackId": stack.id,
        "StackName": stack.name,
        "CreationTime": stack.created_at,
        "LastUpdatedTime": stack.updated_at,
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason or None,
        "Outputs": stack.outputs,
        "Tags": stack.tags,
        "Capabilities": list(stack.wanted.capabilities) if stack.wanted else [],
        "DisableRollback": False,
        "EnableTerminationProtection": stack.protected,
        "Parameters": _parameters(stack.wanted) if stack.wanted else [],
    }


def _parameters(wanted: Wanted) -> list[Params]:
    declared = wanted.template.get("Parameters") or {}
    found = []
    for name, text in wanted.texts.items():
        secret = str(declared.get(name, {}).get("NoEcho", "")).lower() == "true"
        value = wanted.values[name]
        one = {"ParameterKey": name, "ParameterValue": "****" if secret else text}
        if str(declared[name]["Type"]).startswith("AWS::SSM::Parameter::Value<"):
            one["ResolvedValue"] = ",".join(value) if isinstance(value, list) else value
        found.append(one)
    return found


def event_of(stack: Stack, event: StackEvent) -> Params:
    return {
        "StackId": stack.id,
        "EventId": event.id,
        "StackName": stack.name,
        "LogicalResourceId": event.logical_id,
        "PhysicalResourceId": event.physical_id,
        "ResourceType": event.type,
        "Timestamp": event.at,
        "ResourceStatus": event.status,
        "ResourceStatusReason": event.reason or None,
    }


def resources_of(stack: Stack) -> list[Params]:
    return [
        {
            "StackId": stack.id,
            "StackName": stack.name,
            "LogicalResourceId": kept.logical_id,
            "PhysicalResourceId": kept.physical_id,
            "ResourceType": kept.type,
            "ResourceStatus": kept.status,
            "Timestamp": stack.updated_at or stack.created_at,
            "LastUpdatedTimestamp": stack.updated_at or stack.created_at,
        }
        for kept in stack.kept.values()
    ]
