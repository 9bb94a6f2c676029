"""A stack: what it holds, what it was told to hold, and what happened to it."""

import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from localcloud.account import arn
from localcloud.cloudformation.resource_type import Made


@dataclass(frozen=True)
class Plan:
    """A resource as a template wants it, every function in it resolved. `needs` names the
    resources that it rests on."""

    logical_id: str
    type: str
    properties: Mapping[str, Any]
    update_policy: Mapping[str, Any] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()
    deletion_policy: str = "Delete"
    replace_policy: str = "Delete"


@dataclass(frozen=True)
class Kept:
    """A resource of a stack as it was last made."""

    plan: Plan
    made: Made
    status: str = "CREATE_COMPLETE"

    @property
    def logical_id(self) -> str:
        return self.plan.logical_id

    @property
    def type(self) -> str:
        return self.plan.type

    @property
    def physical_id(self) -> str:
        return self.made.physical_id


@dataclass(frozen=True)
class Wanted:
    """A template ready to be deployed: SAM transformed, parameters known. `texts` are the
    parameters as they were given, `values` what Ref makes of them."""

    text: str
    template: Mapping[str, Any]
    values: Mapping[str, Any]
    texts: Mapping[str, str] = field(default_factory=dict)
    capabilities: tuple[str, ...] = ()


@dataclass
class StackEvent:
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str = ""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass
class Stack:
    name: str
    status: str = "REVIEW_IN_PROGRESS"
    reason: str = ""
    wanted: Wanted | None = None
    kept: dict[str, Kept] = field(default_factory=dict)
    outputs: list[dict[str, str]] = field(default_factory=list)
    imports: frozenset[str] = frozenset()
    protected: bool = False
    events: list[StackEvent] = field(default_factory=list)
    tags: list[dict[str, str]] = field(default_factory=list)
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    updated_at: datetime | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    settled: threading.Event = field(default_factory=threading.Event)

    @property
    def id(self) -> str:
        return arn("cloudformation", f"stack/{self.name}/{self.uuid}")

    def wait_until_settled(self, seconds: float) -> None:
        """Return when nothing is in progress, or after so many seconds."""
        if self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS":
            self.settled.wait(seconds)

    def begin(self, status: str, reason: str) -> None:
        """Something is in progress from now on."""
        self.settled.clear()
        self.tell(status, reason)

    def tell(self, status: str, reason: str = "") -> None:
        """An event of the stack itself, and its status from now on."""
        self.events.append(
            StackEvent(self.name, self.id, "AWS::CloudFormation::Stack", status, reason)
        )
        self.status, self.reason = status, reason
        if not status.endswith("_IN_PROGRESS"):
            self.settled.set()

    def tell_of(self, plan: Plan, physical_id: str, status: str, reason: str = "") -> None:
        """An event of one of its resources."""
        self.events.append(StackEvent(plan.logical_id, physical_id, plan.type, status, reason))
