"""IAM roles and policies."""

import json
from functools import partial

from localcloud.cloudformation.resource_type import (
    Asked,
    Made,
    Properties,
    ResourceType,
    call,
    completing,
    define,
    ignore_missing,
    only,
    tags_of,
)


def _create_role(asked: Asked) -> Made:
    properties = asked.properties
    name = asked.name("RoleName")
    role = call(
        "iam",
        "CreateRole",
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps(properties["AssumeRolePolicyDocument"]),
        Tags=tags_of(properties) or None,
        **only(properties, "Path", "Description", "MaxSessionDuration"),
    )["Role"]
    with completing(Made(name, {"Arn": role["Arn"], "RoleId": role["RoleId"]})) as made:
        _put_role_policies(name, properties)
    return made


def _put_role_policies(name: str, properties: Properties) -> None:
    for policy in properties.get("Policies") or []:
        call(
            "iam",
            "PutRolePolicy",
            RoleName=name,
            PolicyName=policy["PolicyName"],
            PolicyDocument=json.dumps(policy["PolicyDocument"]),
        )
    for policy_arn in properties.get("ManagedPolicyArns") or []:
        call("iam", "AttachRolePolicy", RoleName=name, PolicyArn=policy_arn)


def _update_role(made: Made, asked: Asked) -> Made:
    """The policies that others gave the role, an AWS::IAM::Policy for one, are not its own."""
    name, properties = made.physical_id, asked.properties
    if "AssumeRolePolicyDocument" in asked.changed():
        document = json.dumps(properties["AssumeRolePolicyDocument"])
        call("iam", "UpdateAssumeRolePolicy", RoleName=name, PolicyDocument=document)
    _put_role_policies(name, properties)
    for policy in _inline(asked.before) - _inline(properties):
        call("iam", "DeleteRolePolicy", RoleName=name, PolicyName=policy)
    for policy_arn in _managed(asked.before) - _managed(properties):
        call("iam", "DetachRolePolicy", RoleName=name, PolicyArn=policy_arn)
    return made


def _inline(properties: Properties) -> set[str]:
    return {policy["PolicyName"] for policy in properties.get("Policies") or []}


def _managed(properties: Properties) -> set[str]:
    return set(properties.get("ManagedPolicyArns") or [])


def _remove_role_policies(name: str) -> None:
    for policy in call("iam", "ListRolePolicies", RoleName=name)["PolicyNames"]:
        call("iam", "DeleteRolePolicy", RoleName=name, PolicyName=policy)
    for policy in call("iam", "ListAttachedRolePolicies", RoleName=name)["AttachedPolicies"]:
        call("iam", "DetachRolePolicy", RoleName=name, PolicyArn=policy["PolicyArn"])


def _delete_role(made: Made) -> None:
    _remove_role_policies(made.physical_id)
    call("iam", "DeleteRole", RoleName=made.physical_id)


define(
    ResourceType(
        "AWS::IAM::Role", _create_role, _delete_role, _update_role, ("RoleName", "Path"), "RoleName"
    )
)


def _put_policy(asked: Asked) -> Made:
    properties = asked.properties
    for role in properties.get("Roles") or []:
        call(
            "iam",
            "PutRolePolicy",
            RoleName=role,
            PolicyName=properties["PolicyName"],
            PolicyDocument=json.dumps(properties["PolicyDocument"]),
        )
    return Made(properties["PolicyName"], {"Roles": properties.get("Roles") or []})


def _update_policy(_: Made, asked: Asked) -> Made:
    made = _put_policy(asked)
    before = set(asked.before.get("Roles") or [])
    _delete_policy(Made(made.physical_id, {"Roles": before - set(made.attributes["Roles"])}))
    return made


def _delete_policy(made: Made) -> None:
    for role in made.attributes.get("Roles", []):
        params = {"RoleName": role, "PolicyName": made.physical_id}
        ignore_missing(partial(call, "iam", "DeleteRolePolicy", **params))


define(
    ResourceType(
        "AWS::IAM::Policy",
        _put_policy,
        _delete_policy,
        _update_policy,
        ("PolicyName",),
    )
)


def _create_managed_policy(asked: Asked) -> Made:
    properties = asked.properties
    made = call(
        "iam",
        "CreatePolicy",
        PolicyName=asked.name("ManagedPolicyName"),
        PolicyDocument=json.dumps(properties["PolicyDocument"]),
        **only(properties, "Description", "Path"),
    )
    policy_arn = made["Policy"]["Arn"]
    roles = properties.get("Roles") or []
    with completing(Made(policy_arn, {"PolicyArn": policy_arn, "Roles": roles})) as policy:
        for role in roles:
            call("iam", "AttachRolePolicy", RoleName=role, PolicyArn=policy_arn)
    return policy


def _delete_managed_policy(made: Made) -> None:
    for role in made.attributes.get("Roles", []):
        params = {"RoleName": role, "PolicyArn": made.physical_id}
        ignore_missing(partial(call, "iam", "DetachRolePolicy", **params))
    call("iam", "DeletePolicy", PolicyArn=made.physical_id)


define(
    ResourceType(
        "AWS::IAM::ManagedPolicy",
        _create_managed_policy,
        _delete_managed_policy,
        named_by="ManagedPolicyName",
    )
)
