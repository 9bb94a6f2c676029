"""What CodeDeploy keeps: applications, groups, revisions and deployments."""

import hashlib
import json
import threading
import uuid
from dataclasses import dataclass, field
from typing import Any

from localcloud.account import arn, new_deployment_id
from localcloud.codedeploy.appspec import EVENTS
from localcloud.codedeploy.causes import Halt
from localcloud.codedeploy.configurations import Configuration, predefined
from localcloud.wire import AwsError

TERMINAL = ("Succeeded", "Failed", "Stopped")
# Members of a revision's location that carry the AppSpec itself.
TEXT_MEMBERS = ("appSpecContent", "string")


@dataclass
class Application:
    name: str
    platform: str
    created_at: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    groups: dict[str, "Group"] = field(default_factory=dict)
    revisions: dict[str, "Revision"] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        return arn("codedeploy", f"application:{self.name}")

    def group(self, name: str) -> "Group":
        if name not in self.groups:
            message = f"No Deployment Group found for name: {name}"
            raise AwsError("DeploymentGroupDoesNotExistException", message)
        return self.groups[name]


@dataclass
class Group:
    """A deployment group. `settings` holds the API's own members as they were given."""

    application: str
    name: str
    platform: str
    settings: dict[str, Any]
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    target_revision: dict[str, Any] | None = None
    last_attempted: str = ""
    last_successful: str = ""
    active: str = ""

    @property
    def arn(self) -> str:
        return arn("codedeploy", f"deploymentgroup:{self.application}/{self.name}")


@dataclass
class Revision:
    location: dict[str, Any]
    registered_at: float
    description: str = ""
    first_used: float | None = None
    last_used: float | None = None


@dataclass
class LifecycleEvent:
    name: str
    status: str = "Pending"
    started_at: float | None = None
    ended_at: float | None = None
    message: str = ""
    execution_id: str = ""


@dataclass
class Deployment:
    application: str
    group: str
    revision: dict[str, Any]
    configuration: Configuration
    settings: dict[str, Any]
    created_at: float
    creator: str = "user"
    description: str = ""
    id: str = field(default_factory=new_deployment_id)
    status: str = "Created"
    started_at: float | None = None
    completed_at: float | None = None
    error: dict[str, str] | None = None
    rollback_info: dict[str, str] = field(default_factory=dict)
    events: list[LifecycleEvent] = field(
        default_factory=lambda: [LifecycleEvent(name) for name in EVENTS]
    )
    function: dict[str, Any] = field(default_factory=dict)
    target_status: str = "Pending"
    updated_at: float = 0.0
    previous_revision: dict[str, Any] | None = None
    appspec: str = ""
    ready_to_shift: bool = False
    halt: Halt = field(default_factory=Halt)

    @property
    def over(self) -> bool:
        return self.status in TERMINAL


@dataclass
class OnPremisesInstance:
    """A machine of one's own that was registered; it stays known after it is deregistered."""

    name: str
    arn: str
    registered_at: float
    iam_session_arn: str = ""
    iam_user_arn: str = ""
    deregistered_at: float | None = None
    tags: set[tuple[str, str]] = field(default_factory=set)


class Store:
    """Everything in the account. `lock` guards what two requests might change at once."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.clear()

    def clear(self) -> None:
        self.applications: dict[str, Application] = {}
        self.configurations: dict[str, Configuration] = predefined()
        self.deployments: dict[str, Deployment] = {}
        self.tags: dict[str, dict[str, str]] = {}
        self.instances: dict[str, OnPremisesInstance] = {}

    def groups(self) -> list[Group]:
        return [g for app in list(self.applications.values()) for g in list(app.groups.values())]

    def application(self, name: str) -> Application:
        if name not in self.applications:
            message = f"No application found for name: {name}"
            raise AwsError("ApplicationDoesNotExistException", message)
        return self.applications[name]

    def configuration(self, name: str) -> Configuration:
        if name not in self.configurations:
            message = f"No deployment configuration found for name: {name}"
            raise AwsError("DeploymentConfigDoesNotExistException", message)
        return self.configurations[name]

    def deployment(self, deployment_id: str) -> Deployment:
        if deployment_id not in self.deployments:
            message = f"The deployment {deployment_id} could not be found"
            raise AwsError("DeploymentDoesNotExistException", message)
        return self.deployments[deployment_id]

    def group_of(self, deployment: Deployment) -> Group | None:
        application = self.applications.get(deployment.application)
        return application.groups.get(deployment.group) if application else None


def revision_key(location: dict[str, Any]) -> str:
    """What tells two revisions apart: an AppSpec's hash, an object's version, a commit."""
    kind = location.get("revisionType", "")
    for member in TEXT_MEMBERS:
        if body := location.get(member):
            return f"{kind}:{body.get('sha256') or sha256(body.get('content') or '')}"
    return f"{kind}:{json.dumps(location, sort_keys=True, default=str)}"


def sha256(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()
