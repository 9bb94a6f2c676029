"""What a change set lists: how a template differs from the one that was deployed."""

from typing import Any

from localcloud.cloudformation.order import references
from localcloud.cloudformation.stack import Stack, Wanted


def changes(stack: Stack, wanted: Wanted) -> list[dict[str, Any]]:
    """What would change, by comparing templates and parameters resource by resource."""
    before = stack.wanted
    old = before.template["Resources"] if before else {}
    new = wanted.template["Resources"]
    touched = {n for n in wanted.values if before and before.values.get(n) != wanted.values[n]}
    found = []
    for name in [*new, *(n for n in old if n not in new)]:
        if name not in new:
            found.append(_change("Remove", name, old[name]["Type"]))
        elif name not in old:
            found.append(_change("Add", name, new[name]["Type"]))
        elif old[name] != new[name] or references(new[name]) & touched:
            found.append(_change("Modify", name, new[name]["Type"]))
    if (
        not found
        and before
        and (before.template.get("Outputs") != wanted.template.get("Outputs") or touched)
    ):
        found.append(_change("Modify", "Outputs", "AWS::CloudFormation::Stack"))
    return found


def _change(action: str, name: str, kind: str) -> dict[str, Any]:
    return {
        "Type": "Resource",
        "ResourceChange": {
            "Action": action,
            "LogicalResourceId": name,
            "ResourceType": kind,
            "Replacement": "False" if action == "Modify" else None,
        },
    }
