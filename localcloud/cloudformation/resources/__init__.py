"""The resource types this cloud can make, a file for each kind. Importing this defines them all."""

from localcloud.cloudformation.resources import (
    aliases,
    deployments,
    events,
    functions,
    identity,
    messaging,
    storage,
    watching,
    workflow,
)

__all__ = [
    "aliases",
    "deployments",
    "events",
    "functions",
    "identity",
    "messaging",
    "storage",
    "watching",
    "workflow",
]
