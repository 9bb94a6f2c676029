"""The resource types this cloud can make, a file for each kind. Importing this defines them all."""

from localcloud.cloudformation.resources import (
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
    "deployments",
    "events",
    "functions",
    "identity",
    "messaging",
    "storage",
    "watching",
    "workflow",
]
