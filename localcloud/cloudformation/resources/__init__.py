"""The resource types this cloud can make, a file for each kind. Importing this defines them all."""

from localcloud.cloudformation.resources import (
    aliases,
    callers,
    deployments,
    events,
    functions,
    identity,
    messaging,
    schedules,
    settings,
    storage,
    versions,
    watching,
    workflow,
)

__all__ = [
    "aliases",
    "callers",
    "deployments",
    "events",
    "functions",
    "identity",
    "messaging",
    "schedules",
    "settings",
    "storage",
    "versions",
    "watching",
    "workflow",
]
