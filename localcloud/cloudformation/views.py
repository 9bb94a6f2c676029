"""Stacks, events and resources as CloudFormation describes them."""

from localcloud.cloudformation.stack import Stack, StackEvent
from localcloud.wire import Params


def shown(stack: Stack) -> Params:
    values = stack.wanted.values if stack.wanted else {}
    return {
        "StackId": stack.id,
        "StackName": stack.name,
        "CreationTime": stack.created_at,
        "LastUpdatedTime": stack.updated_at,
        "StackStatus": stack.status,
        "StackStatusReason": stack.reason or None,
        "Outputs": stack.outputs,
        "Tags": stack.tags,
        "Capabilities": ["CAPABILITY_IAM"],
        "DisableRollback": False,
        "EnableTerminationProtection": False,
        "Parameters": [
            {"ParameterKey": k, "ParameterValue": ",".join(v) if isinstance(v, list) else v}
            for k, v in values.items()
        ],
    }


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
