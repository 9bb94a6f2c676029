"""A stack: what it holds, and how it comes to hold what a template says."""

import logging
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from localcloud.account import arn
from localcloud.cloudformation import resources as _defined  # noqa: F401  defines the types
from localcloud.cloudformation.resource_type import Asked, Made, ResourceFailed, type_named
from localcloud.cloudformation.template import Resolver, TemplateError, in_order

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kept:
    """A resource of a stack as it was last made."""

    logical_id: str
    type: str
    properties: Mapping[str, Any]
    made: Made
    retain: bool = False


@dataclass(frozen=True)
class Wanted:
    """A template ready to be deployed: SAM transformed, parameters known."""

    text: str
    template: Mapping[str, Any]
    values: Mapping[str, Any]
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

    def tell(self, status: str, reason: str = "") -> None:
        """An event of the stack itself, and its status from now on."""
        self.events.append(
            StackEvent(self.name, self.id, "AWS::CloudFormation::Stack", status, reason)
        )
        self.status, self.reason = status, reason
        if not status.endswith("_IN_PROGRESS"):
            self.settled.set()


class Deploy:
    """One create or update of a stack, in one thread. Bad news is rolled back."""

    def __init__(self, stack: Stack, exports: Mapping[str, str]) -> None:
        self._stack = stack
        self._exports = exports

    def run(self, wanted: Wanted) -> None:
        with self._stack.lock:
            first = not self._stack.kept
            self._stack.tell(
                "CREATE_IN_PROGRESS" if first else "UPDATE_IN_PROGRESS", "User Initiated"
            )
            before = self._stack.wanted
            try:
                self._apply(wanted)
            except (ResourceFailed, TemplateError) as error:
                self._roll_back(None if first else before, str(error))
            except Exception as error:
                log.exception("stack %s broke", self._stack.name)
                self._roll_back(None if first else before, f"The local cloud broke: {error!r}")
            else:
                self._stack.tell("CREATE_COMPLETE" if first else "UPDATE_COMPLETE")

    def delete(self) -> None:
        with self._stack.lock:
            self._stack.tell("DELETE_IN_PROGRESS", "User Initiated")
            try:
                self._remove(list(self._stack.kept))
            except ResourceFailed as error:
                self._stack.tell("DELETE_FAILED", str(error))
            else:
                self._stack.tell("DELETE_COMPLETE")

    def _apply(self, wanted: Wanted) -> None:
        self._stack.wanted = wanted
        resolver = self._resolver(wanted)
        bodies = {
            name: body
            for name, body in wanted.template["Resources"].items()
            if "Condition" not in body or resolver.condition(body["Condition"])
        }
        replaced: list[Kept] = []
        for name in in_order(bodies):
            replaced += self._make(name, bodies[name], resolver)
        self._stack.outputs = _outputs(wanted, resolver)
        self._remove([name for name in self._stack.kept if name not in bodies])
        for old in reversed(replaced):
            self._delete_one(old)

    def _make(self, name: str, body: Mapping[str, Any], resolver: Resolver) -> list[Kept]:
        """Create, update or leave alone; gives back what was replaced and must go at the end."""
        kind = body["Type"]
        old = self._stack.kept.get(name)
        try:
            resource_type = type_named(kind)
            properties = resolver.resolve(body.get("Properties") or {})
            asked = Asked(
                self._stack.name,
                name,
                properties,
                resolver.resolve(body.get("UpdatePolicy") or {}),
                lambda reason: self._event(name, kind, "UPDATE_IN_PROGRESS", reason),
            )
            if old and old.type == kind and old.properties == properties:
                return []
            changes = _changed(old.properties, properties) if old else set()
            must_replace = resource_type.update is None or changes & set(resource_type.replaced_by)
            word = "CREATE" if not old or must_replace or old.type != kind else "UPDATE"
            self._event(name, kind, f"{word}_IN_PROGRESS")
            if word == "UPDATE" and old and resource_type.update:
                made = resource_type.update(old.made, asked)
            else:
                made = resource_type.create(asked)
        except ResourceFailed as error:
            self._event(name, kind, "UPDATE_FAILED" if old else "CREATE_FAILED", str(error))
            raise ResourceFailed(f"The following resource(s) failed: [{name}]. {error}") from error
        self._stack.kept[name] = Kept(name, kind, properties, made, _retains(body))
        self._event(name, kind, f"{word}_COMPLETE")
        return [old] if old and word == "CREATE" else []

    def _roll_back(self, before: Wanted | None, reason: str) -> None:
        if before is None:
            self._stack.tell("ROLLBACK_IN_PROGRESS", reason)
            self._remove(list(self._stack.kept), forced=True)
            self._stack.tell("ROLLBACK_COMPLETE", reason)
            return
        self._stack.tell("UPDATE_ROLLBACK_IN_PROGRESS", reason)
        try:
            self._apply(before)
        except (ResourceFailed, TemplateError) as error:
            self._stack.tell("UPDATE_ROLLBACK_FAILED", str(error))
        else:
            self._stack.tell("UPDATE_ROLLBACK_COMPLETE", reason)

    def _remove(self, names: list[str], forced: bool = False) -> None:
        for name in reversed(list(self._stack.kept)):
            if name in names:
                kept = self._stack.kept.pop(name)
                if not kept.retain or forced:
                    self._delete_one(kept)

    def _delete_one(self, kept: Kept) -> None:
        self._event(kept.logical_id, kept.type, "DELETE_IN_PROGRESS")
        type_named(kept.type).delete(kept.made)
        self._event(kept.logical_id, kept.type, "DELETE_COMPLETE")

    def _event(self, name: str, kind: str, status: str, reason: str = "") -> None:
        kept = self._stack.kept.get(name)
        physical = kept.made.physical_id if kept else ""
        self._stack.events.append(StackEvent(name, physical, kind, status, reason))

    def _resolver(self, wanted: Wanted) -> Resolver:
        return Resolver(
            wanted.template,
            wanted.values,
            self._ref,
            self._attribute,
            self._exports,
            {"AWS::StackName": self._stack.name, "AWS::StackId": self._stack.id},
        )

    def _ref(self, name: str) -> str:
        if name not in self._stack.kept:
            raise TemplateError(f"Unresolved resource dependencies [{name}]")
        return self._stack.kept[name].made.physical_id

    def _attribute(self, name: str, attribute: str) -> Any:
        self._ref(name)
        attributes = self._stack.kept[name].made.attributes
        if attribute not in attributes:
            kind = self._stack.kept[name].type
            raise TemplateError(f"Attribute {attribute} of {name} ({kind}) is not known here")
        return attributes[attribute]


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> set[str]:
    return {name for name in {*old, *new} if old.get(name) != new.get(name)}


def _retains(body: Mapping[str, Any]) -> bool:
    return str(body.get("DeletionPolicy", "")).startswith("Retain")


def _outputs(wanted: Wanted, resolver: Resolver) -> list[dict[str, str]]:
    found = []
    for name, body in (wanted.template.get("Outputs") or {}).items():
        if "Condition" in body and not resolver.condition(body["Condition"]):
            continue
        output = {"OutputKey": name, "OutputValue": str(resolver.resolve(body["Value"]))}
        if "Description" in body:
            output["Description"] = body["Description"]
        if "Export" in body:
            output["ExportName"] = str(resolver.resolve(body["Export"]["Name"]))
        found.append(output)
    return found
