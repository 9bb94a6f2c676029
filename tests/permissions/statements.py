"""The statements of the roles that the template makes, and how to take one away for a while."""

import json
from contextlib import contextmanager
from dataclasses import dataclass

from localcloud.iam.policy import Place


@dataclass(frozen=True)
class Statement:
    """`role` is the role's logical id in the template, `name` its physical one."""

    role: str
    name: str
    place: Place
    sid: str
    actions: tuple[str, ...]
    effect: str = "Allow"

    def __str__(self):
        said = self.sid or self.place.policy
        return f"{self.role}: {said} ({', '.join(self.actions)})"

    @property
    def id(self):
        """As in `explained.py`: the role and the statement's own name."""
        return (self.role, self.sid or self.place.policy)


def of_stack(aws, stack="pilotage"):
    """Every statement of every inline policy of the stack's roles. Managed policies are AWS's own."""
    resources = aws.cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    roles = [r for r in resources if r["ResourceType"] == "AWS::IAM::Role"]
    found = []
    for role in sorted(roles, key=lambda r: r["LogicalResourceId"]):
        name = role["PhysicalResourceId"]
        for policy in sorted(aws.iam.list_role_policies(RoleName=name)["PolicyNames"]):
            for number, statement in enumerate(document(aws, name, policy)["Statement"]):
                found.append(_read(role["LogicalResourceId"], name, policy, number, statement))
    return found


@contextmanager
def without(aws, statement):
    """While this lasts, the role has everything but the statement."""
    whole = document(aws, statement.name, statement.place.policy)
    kept = [s for n, s in enumerate(whole["Statement"]) if n != statement.place.number]
    where = {"RoleName": statement.name, "PolicyName": statement.place.policy}
    try:
        if kept:
            put(aws, where, {**whole, "Statement": kept})
        else:
            aws.iam.delete_role_policy(**where)
        yield
    finally:
        put(aws, where, whole)


def put(aws, where, policy):
    aws.iam.put_role_policy(**where, PolicyDocument=json.dumps(policy))


def document(aws, role, policy):
    found = aws.iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    statements = found["Statement"]
    return {**found, "Statement": statements if isinstance(statements, list) else [statements]}


def _read(role, name, policy, number, statement):
    actions = statement["Action"]
    return Statement(
        role,
        name,
        Place(policy, number),
        statement.get("Sid", ""),
        (actions,) if isinstance(actions, str) else tuple(actions),
        statement["Effect"],
    )
