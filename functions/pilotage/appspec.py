"""The AppSpec: the one Pilotage writes, and the one a user may have put into the archive."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pilotage.documents import Document
from pilotage.fault import Fault, few, shown
from pilotage.manifest import Manifest
from pilotage.target import Target

FILE_NAMES = ("appspec.yml", "appspec.yaml", "appspec.json")
# Those with hooks, of a Lambda deployment.
# https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html
EVENTS = ("beforeallowtraffic", "afterallowtraffic")


def write(target: Target, current: str, new: str, hooks: Mapping[str, str]) -> str:
    """The AppSpec of a Lambda deployment, as JSON text."""
    properties = {
        "Name": target.function,
        "Alias": target.alias,
        "CurrentVersion": current,
        "TargetVersion": new,
    }
    return json.dumps(
        {
            "version": 0.0,
            "Resources": [
                {"Function": {"Type": "AWS::Lambda::Function", "Properties": properties}}
            ],
            "Hooks": [{event: function} for event, function in hooks.items()],
        }
    )


def contradictions(document: Document, target: Target) -> list[Fault]:
    """Where a user's AppSpec says another thing than the group. Both places are named."""
    found = _properties(document.value)
    faults = []
    for member, ours in (("name", target.function), ("alias", target.alias)):
        theirs = found.get(member)
        if isinstance(theirs, str) and theirs and theirs != ours:
            reason = f'says {member} "{shown(theirs)}", but the tag of {target.name} says "{ours}".'
            faults.append(Fault(document.name, reason, "Mend one of the two."))
    return faults


def hook_faults(document: Document, manifest: Manifest) -> list[Fault]:
    """Lifecycle events that a Lambda deployment does not have, and two files that both say what to
    check at the same moment."""
    theirs = own_hooks(document)
    both = {
        "beforeallowtraffic": ("before", manifest.before or manifest.before_hook),
        "afterallowtraffic": ("after", manifest.after or manifest.after_hook),
    }
    unknown = (
        Fault(
            document.name,
            f'names a hook for "{shown(event)}", which Lambda deployments do not have.',
            "They have BeforeAllowTraffic and AfterAllowTraffic.",
        )
        for event, _ in _hooks(document)
        if event not in EVENTS
    )
    return [*few(unknown, 3)] + [
        Fault(
            document.name,
            f"names a hook for what the manifest's checks.{moment} does too.",
            "Keep one.",
        )
        for event, (moment, asked) in both.items()
        if event in theirs and asked
    ]


def own_hooks(document: Document) -> dict[str, str]:
    """The hook functions that a user's AppSpec names, by lifecycle event in lower case: of those
    that a Lambda deployment has."""
    return {
        event: function
        for event, function in _hooks(document)
        if event in EVENTS and isinstance(function, str) and function
    }


def _hooks(document: Document) -> Iterator[tuple[str, Any]]:
    hooks = _lower(document.value).get("hooks")
    for entry in hooks if isinstance(hooks, list) else [hooks]:
        yield from _lower(entry).items()


def _properties(value: Any) -> Mapping[str, Any]:
    """The properties of the first function, keys in lower case; empty when there is none."""
    resources = _lower(value).get("resources")
    first = resources[0] if isinstance(resources, list) and resources else {}
    for body in _lower(first).values():
        return _lower(_lower(body).get("properties"))
    return {}


def _lower(value: Any) -> dict[str, Any]:
    return (
        {key.lower(): inner for key, inner in value.items()} if isinstance(value, Mapping) else {}
    )
