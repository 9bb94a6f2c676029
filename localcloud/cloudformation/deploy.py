"""How a stack comes to hold what a template says, and goes back when that fails.

What an update replaces or leaves out stays until everything else has been made, so that it can be
put back:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from localcloud.cloudformation.dynamic import without_references
from localcloud.cloudformation.making import Maker, why
from localcloud.cloudformation.order import in_order, needs
from localcloud.cloudformation.outputs import Exports, outputs_of
from localcloud.cloudformation.resource_type import ResourceFailed
from localcloud.cloudformation.stack import Kept, Plan, Stack, Wanted
from localcloud.cloudformation.template import Resolver, TemplateError

USER = "User Initiated"
DELETING = "DELETE_IN_PROGRESS"
GOING_BACK = "UPDATE_ROLLBACK_IN_PROGRESS"
NOT_REMOVED = "Update successful. One or more resources could not be deleted."


class Deploy:
    """One create, update or delete of a stack, in one thread."""

    def __init__(self, stack: Stack, exports: Exports) -> None:
        self._stack = stack
        self._exports = exports
        self._maker = Maker(stack)
        self._wanted_before = stack.wanted
        self._before = dict(stack.kept)
        self._tried: dict[str, Plan] = {}
        self._fresh: list[Kept] = []

    def run(self, wanted: Wanted) -> None:
        first = self._wanted_before is None
        with self._stack.lock:
            try:
                self._apply(wanted)
            except Exception as error:
                reason = str(error) if isinstance(error, TemplateError) else why(error)
                (self._take_down if first else self._go_back)(reason)
            else:
                self._complete(first)

    def delete(self, retained: frozenset[str], forced: bool) -> None:
        """`retained` and, when `forced`, what cannot be removed are left to their owner."""

        def stays(kept: Kept) -> bool:
            return _retained(kept) or kept.logical_id in retained

        with self._stack.lock:
            if self._stack.status != DELETING:  # a creation came to its end meanwhile
                self._stack.begin(DELETING, USER)
            left = self._remove(self._stack.kept.values(), stays)
            if forced:
                for kept in left:
                    self._maker.skip(kept)
                left = []
            self._end_removal(left, "DELETE_FAILED", "DELETE_COMPLETE")

    def resume(self, skipped: frozenset[str]) -> None:
        """Try again to go back, but for what is `skipped`:
        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-continueupdaterollback.html
        """
        with self._stack.lock:
            for name in skipped & set(self._tried):
                del self._tried[name]
            self._go_back(USER)

    def _apply(self, wanted: Wanted) -> None:
        self._stack.wanted = wanted
        resolver = self._resolver(wanted)
        bodies = resolver.active_resources()
        order = in_order(bodies)
        for name in order:
            self._make(_plan(name, bodies[name], needs(bodies[name], bodies), resolver))
        outputs = outputs_of(resolver)
        self._exports.check(self._stack, outputs)
        self._stack.outputs = outputs
        self._stack.imports = frozenset(resolver.imported)
        self._stack.kept = {name: self._stack.kept[name] for name in order}

    def _make(self, plan: Plan) -> None:
        """Create, update, replace or leave alone."""
        name = plan.logical_id
        old = self._stack.kept.get(name)
        if old and old.plan.properties == plan.properties:
            self._stack.kept[name] = replace(old, plan=plan)
            return
        self._tried[name] = plan
        try:
            new = self._maker.change(old, plan) if old else self._maker.create(plan)
        except Exception as error:
            if isinstance(error, ResourceFailed) and error.made:
                self._fresh.append(Kept(plan, error.made))
            text = f"The following resource(s) failed to {'update' if old else 'create'}: [{name}]."
            # AWS tells a resource's own reason in the resource's event alone; here in both.
            raise ResourceFailed(f"{text} {why(error)}") from error
        self._stack.kept[name] = new
        if not old or old.physical_id != new.physical_id:
            self._fresh.append(new)

    def _complete(self, first: bool) -> None:
        if first:
            self._stack.tell("CREATE_COMPLETE")
            return
        self._stack.tell("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        # What cannot be removed is no longer the stack's, and the update stands:
        # https://repost.aws/knowledge-center/cloudformation-stack-cleanup-stuck
        left = self._remove(self._obsolete(), self._kept_by_policy)
        self._stack.tell("UPDATE_COMPLETE", NOT_REMOVED if left else "")

    def _obsolete(self) -> list[Kept]:
        """What the update replaced or left out."""
        now = self._stack.kept
        return [
            old
            for name, old in self._before.items()
            if name not in now or now[name].physical_id != old.physical_id
        ]

    def _kept_by_policy(self, old: Kept) -> bool:
        """What is left out stays by the template that had it; what is replaced by the one that
        replaces it. AWS does not document which template's UpdateReplacePolicy counts."""
        new = self._stack.kept.get(old.logical_id)
        return new.plan.replace_policy.startswith("Retain") if new else _retained(old)

    def _take_down(self, reason: str) -> None:
        """The end of a creation that failed."""
        self._stack.tell("ROLLBACK_IN_PROGRESS", reason)
        left = self._remove(self._fresh, _retained_when_new)
        self._end_removal(left, "ROLLBACK_FAILED", "ROLLBACK_COMPLETE", reason)

    def _go_back(self, reason: str) -> None:
        """The end of an update that failed."""
        if self._stack.status != GOING_BACK:
            self._stack.tell(GOING_BACK, reason)
        if failed := self._not_restored():
            text = f"The following resource(s) failed to update: [{', '.join(failed)}]."
            self._stack.tell("UPDATE_ROLLBACK_FAILED", text)
            return
        self._stack.wanted = self._wanted_before
        self._stack.tell("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        self._remove(self._fresh, _retained_when_new)
        self._stack.tell("UPDATE_ROLLBACK_COMPLETE", reason)

    def _not_restored(self) -> list[str]:
        """Put everything back that the update tried to change; names of what resisted."""
        failed = [name for name, old in self._before.items() if not self._restored(name, old)]
        self._stack.kept = {name: self._stack.kept[name] for name in self._before}
        return failed

    def _restored(self, name: str, old: Kept) -> bool:
        if name not in self._tried:
            self._stack.kept[name] = old
            return True
        try:
            self._stack.kept[name] = self._maker.restore(old, self._tried[name])
        except Exception:  # the resource's event says why
            return False
        del self._tried[name]
        return True

    def _remove(self, resources: Iterable[Kept], stays: Callable[[Kept], bool]) -> list[Kept]:
        """Remove the last first; gives what could not be removed, and what that rests on."""
        left: list[Kept] = []
        for kept in reversed(list(resources)):
            if stays(kept):
                self._maker.skip(kept)
            elif any(kept.logical_id in other.plan.needs for other in left):
                left.append(kept)
            elif not self._maker.delete(kept):
                left.append(replace(kept, status="DELETE_FAILED"))
        return left[::-1]

    def _end_removal(self, left: list[Kept], failed: str, done: str, reason: str = "") -> None:
        self._stack.kept = {kept.logical_id: kept for kept in left}
        names = [kept.logical_id for kept in left if kept.status == "DELETE_FAILED"]
        if names:
            text = f"The following resource(s) failed to delete: [{', '.join(names)}]."
            self._stack.tell(failed, text)
        else:
            self._stack.tell(done, reason)

    def _resolver(self, wanted: Wanted) -> Resolver:
        return Resolver(
            wanted.template,
            wanted.values,
            self._ref,
            self._attribute,
            self._exports.values(),
            {"AWS::StackName": self._stack.name, "AWS::StackId": self._stack.id},
        )

    def _ref(self, name: str) -> str:
        if name not in self._stack.kept:
            raise TemplateError(f"Unresolved resource dependencies [{name}]")
        return self._stack.kept[name].physical_id

    def _attribute(self, name: str, attribute: str) -> Any:
        self._ref(name)
        kept = self._stack.kept[name]
        if attribute not in kept.made.attributes:
            raise TemplateError(f"Attribute {attribute} of {name} ({kept.type}) is not known here")
        return kept.made.attributes[attribute]


def _plan(name: str, body: Mapping[str, Any], needed: frozenset[str], resolver: Resolver) -> Plan:
    return Plan(
        name,
        body["Type"],
        without_references(resolver.resolve(body.get("Properties") or {})),
        resolver.resolve(body.get("UpdatePolicy") or {}),
        needed,
        str(resolver.resolve(body.get("DeletionPolicy", "Delete"))),
        str(resolver.resolve(body.get("UpdateReplacePolicy", "Delete"))),
    )


def _retained(kept: Kept) -> bool:
    return kept.plan.deletion_policy.startswith("Retain")


def _retained_when_new(kept: Kept) -> bool:
    """What rolls back its own creation stays with Retain, and goes with RetainExceptOnCreate:
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
    """
    return kept.plan.deletion_policy == "Retain"
