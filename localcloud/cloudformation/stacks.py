"""All stacks of the account, and what may be done to one in the state it is in."""

from localcloud.cloudformation.outputs import Exports
from localcloud.cloudformation.requests import invalid
from localcloud.cloudformation.stack import Stack
from localcloud.wire import AwsError

GONE, REVIEWED = "DELETE_COMPLETE", "REVIEW_IN_PROGRESS"
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html: from every
# other state a stack can only be deleted, or its rollback continued.
UPDATABLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")


class Stacks:
    def __init__(self) -> None:
        self._by_name: dict[str, Stack] = {}
        self._gone: list[Stack] = []
        self.exports = Exports(self.present)

    def clear(self) -> None:
        self._by_name.clear()
        self._gone.clear()

    def all(self) -> list[Stack]:
        return [*self._gone, *self._by_name.values()]

    def present(self) -> list[Stack]:
        return [stack for stack in self.all() if stack.status != GONE]

    def look_up(self, name_or_id: str) -> Stack | None:
        """By name one that is there, by its id also one that is gone."""
        for stack in self.all():
            if stack.id == name_or_id or (stack.name == name_or_id and stack.status != GONE):
                return stack
        return None

    def find(self, name_or_id: str) -> Stack:
        stack = self.look_up(name_or_id)
        if stack is None:
            raise invalid(f"Stack with id {name_or_id} does not exist")
        return stack

    def new(self, name: str) -> Stack:
        """A stack yet to be made. It is not kept before `add`, so that a refusal leaves nothing."""
        old = self._by_name.get(name)
        if old and old.status == REVIEWED:
            return old
        if old and old.status != GONE:
            raise AwsError("AlreadyExistsException", f"Stack [{name}] already exists")
        return Stack(name)

    def add(self, stack: Stack) -> None:
        old = self._by_name.get(stack.name)
        if old is stack:
            return
        if old:
            self._gone.append(old)
        self._by_name[stack.name] = stack

    def to_update(self, name_or_id: str) -> Stack:
        stack = self.find(name_or_id)
        if stack.status not in UPDATABLE:
            text = f"Stack:{stack.id} is in {stack.status} state and can not be updated."
            raise invalid(text)
        return stack

    def refuse_deletion(self, stack: Stack) -> None:
        """Raises AwsError when it may not be deleted now."""
        if stack.protected:
            # https://github.com/ekristen/aws-nuke/issues/821
            text = f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
            raise invalid(text)
        if stack.status.startswith("UPDATE_") and stack.status.endswith("_IN_PROGRESS"):
            raise invalid(f"Stack [{stack.id}] cannot be deleted while in status {stack.status}")
