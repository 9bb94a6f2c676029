"""One resource at a time: made, changed, replaced, put back, removed; the stack's events tell it."""

import logging
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from localcloud.cloudformation import resources as _defined  # noqa: F401  defines the types
from localcloud.cloudformation.resource_type import (
    Asked,
    Made,
    ResourceFailed,
    ResourceType,
    ignore_missing,
    type_named,
)
from localcloud.cloudformation.stack import Kept, Plan, Stack

log = logging.getLogger(__name__)

REPLACING = "Requested update requires the creation of a new physical resource; hence creating one."


class Maker:
    """The calls that make a stack's resources. What fails raises ResourceFailed."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def create(self, plan: Plan) -> Kept:
        def create() -> Made:
            self._stack.tell_of(plan, "", "CREATE_IN_PROGRESS")
            return type_named(plan.type).create(self._asked(plan))

        return self._told(plan, "CREATE", "", create)

    def change(self, old: Kept, plan: Plan) -> Kept:
        """The resource in its new form; a new one where a change of these properties needs that."""

        def change() -> Made:
            resource_type = type_named(plan.type)
            anew = replaces(old, plan)
            self._stack.tell_of(
                plan, old.physical_id, "UPDATE_IN_PROGRESS", REPLACING if anew else ""
            )
            if anew:
                _refuse_same_name(resource_type, old, plan)
                return resource_type.create(self._asked(plan))
            return _update(resource_type, old, self._asked(plan, old.plan.properties))

        return self._told(plan, "UPDATE", old.physical_id, change)

    def restore(self, old: Kept, tried: Plan) -> Kept:
        """As it was before `tried`, whatever part of that took effect."""
        now = self._stack.kept[old.logical_id]

        def restore() -> Made:
            self._stack.tell_of(old.plan, now.physical_id, "UPDATE_IN_PROGRESS")
            resource_type = type_named(old.type)
            if not replaces(old, tried):
                return _update(resource_type, old, self._asked(old.plan, tried.properties))
            if now is not old and now.physical_id == old.physical_id:
                return resource_type.create(self._asked(old.plan))  # made anew under the same id
            return old.made  # it was kept for this

        return self._told(old.plan, "UPDATE", old.physical_id, restore)

    def delete(self, kept: Kept) -> bool:
        """False when it stays because it could not be removed; an event says why."""
        self._stack.tell_of(kept.plan, kept.physical_id, "DELETE_IN_PROGRESS")
        try:
            ignore_missing(partial(type_named(kept.type).delete, kept.made))
        except Exception as error:
            self._stack.tell_of(kept.plan, kept.physical_id, "DELETE_FAILED", why(error))
            return False
        self._stack.tell_of(kept.plan, kept.physical_id, "DELETE_COMPLETE")
        return True

    def skip(self, kept: Kept) -> None:
        """Leave a resource to its owner: the stack no longer knows it."""
        self._stack.tell_of(kept.plan, kept.physical_id, "DELETE_SKIPPED")

    def _told(self, plan: Plan, word: str, physical_id: str, make: Callable[[], Made]) -> Kept:
        try:
            made = make()
        except Exception as error:
            self._stack.tell_of(plan, physical_id, f"{word}_FAILED", why(error))
            raise
        self._stack.tell_of(plan, made.physical_id, f"{word}_COMPLETE")
        return Kept(plan, made, f"{word}_COMPLETE")

    def _asked(self, plan: Plan, before: Mapping[str, Any] | None = None) -> Asked:
        def tell(reason: str) -> None:
            kept = self._stack.kept.get(plan.logical_id)
            physical_id = kept.physical_id if kept else ""
            self._stack.tell_of(plan, physical_id, "UPDATE_IN_PROGRESS", reason)

        return Asked(
            self._stack.name,
            plan.logical_id,
            plan.properties,
            plan.update_policy,
            tell,
            before or {},
        )


def why(error: Exception) -> str:
    """What the stack's events say of an error; what is a mistake of ours goes into the log."""
    if not isinstance(error, ResourceFailed):
        log.error("the local cloud broke", exc_info=error)
        return f"The local cloud broke: {error!r}"
    return str(error)


def replaces(old: Kept, plan: Plan) -> bool:
    resource_type = type_named(plan.type)
    changed = _changed(old.plan.properties, plan.properties)
    return resource_type.update is None or bool(changed & set(resource_type.replaced_by))


def _update(resource_type: ResourceType, old: Kept, asked: Asked) -> Made:
    if resource_type.update is None:
        raise ResourceFailed(f"{resource_type.name} cannot be updated")
    return resource_type.update(old.made, asked)


def _refuse_same_name(resource_type: ResourceType, old: Kept, plan: Plan) -> None:
    """https://repost.aws/knowledge-center/cloudformation-custom-name"""
    member = resource_type.named_by
    name = plan.properties.get(member)
    if name and name == old.plan.properties.get(member):
        text = (
            "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
            f"Rename {name} and update the stack again."
        )
        raise ResourceFailed(text)


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> set[str]:
    return {name for name in {*old, *new} if old.get(name) != new.get(name)}
