"""Change sets: what `sam deploy` and the console create, look at and execute."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from localcloud.account import arn
from localcloud.cloudformation.changes import changes
from localcloud.cloudformation.requests import refuse_other_ways, request_of, wanted_of
from localcloud.cloudformation.stack import Stack, Wanted
from localcloud.cloudformation.stacks import REVIEWED, Stacks
from localcloud.wire import AwsError, Params

NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a "
    "change set."
)


@dataclass
class ChangeSet:
    name: str
    stack: Stack
    wanted: Wanted | None
    changes: list[dict[str, Any]]
    reason: str = ""
    tags: list[dict[str, str]] | None = None
    execution_status: str = "AVAILABLE"
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def id(self) -> str:
        return arn("cloudformation", f"changeSet/{self.name}/{self.uuid}")

    @property
    def status(self) -> str:
        return "FAILED" if self.reason else "CREATE_COMPLETE"


class ChangeSetOperations:
    """`start` has a stack become what is wanted."""

    def __init__(self, stacks: Stacks, start: Callable[[Stack, Wanted], None]) -> None:
        self._stacks = stacks
        self._start = start
        self._change_sets: dict[str, ChangeSet] = {}

    def create_change_set(self, params: Params) -> Params:
        name = params["StackName"]
        creates = params.get("ChangeSetType") == "CREATE"
        stack = self._stacks.new(name) if creates else self._stacks.to_update(name)
        change_set = _made(params, stack)
        if creates and not stack.events:
            stack.tell(REVIEWED, "User Initiated")
            self._stacks.add(stack)
        self._change_sets[change_set.id] = change_set
        return {"Id": change_set.id, "StackId": stack.id}

    def describe_change_set(self, params: Params) -> Params:
        change_set = self._find(params)
        return {
            "ChangeSetName": change_set.name,
            "ChangeSetId": change_set.id,
            "StackId": change_set.stack.id,
            "StackName": change_set.stack.name,
            "Status": change_set.status,
            "StatusReason": change_set.reason or None,
            "ExecutionStatus": change_set.execution_status,
            "CreationTime": change_set.created_at,
            "Changes": change_set.changes,
            "Capabilities": list(change_set.wanted.capabilities) if change_set.wanted else None,
        }

    def execute_change_set(self, params: Params) -> Params:
        refuse_other_ways(params)
        change_set = self._find(params)
        if change_set.execution_status != "AVAILABLE" or change_set.wanted is None:
            text = (
                f"ChangeSet [{change_set.id}] cannot be executed in its current status of "
                f"[{change_set.status}]"
            )
            raise AwsError("InvalidChangeSetStatus", text)
        if change_set.stack.status != REVIEWED:
            self._stacks.to_update(change_set.stack.id)
        for other in self._of(change_set.stack):
            other.execution_status = "OBSOLETE"
        change_set.execution_status = "EXECUTE_COMPLETE"
        if change_set.tags is not None:
            change_set.stack.tags = change_set.tags
        self._start(change_set.stack, change_set.wanted)
        return {}

    def delete_change_set(self, params: Params) -> Params:
        self._change_sets.pop(self._find(params).id, None)
        return {}

    def list_change_sets(self, params: Params) -> Params:
        return {
            "Summaries": [
                {"ChangeSetId": c.id, "ChangeSetName": c.name, "Status": c.status}
                for c in self._of(self._stacks.find(params["StackName"]))
            ]
        }

    def _of(self, stack: Stack) -> list[ChangeSet]:
        return [c for c in self._change_sets.values() if c.stack is stack]

    def _find(self, params: Params) -> ChangeSet:
        wanted, stack = params["ChangeSetName"], params.get("StackName")
        for change_set in reversed(self._change_sets.values()):
            of_stack = stack in (None, change_set.stack.name, change_set.stack.id)
            if wanted == change_set.id or (wanted == change_set.name and of_stack):
                return change_set
        raise AwsError("ChangeSetNotFound", f"ChangeSet [{wanted}] does not exist")


def _made(params: Params, stack: Stack) -> ChangeSet:
    """Transforms are carried out after CreateChangeSet has answered, so what is wrong with their
    outcome is told by the change set: https://github.com/aws/aws-sam-cli/issues/6786"""
    name, tags = params["ChangeSetName"], params.get("Tags")
    request = request_of(params, stack)
    try:
        wanted = wanted_of(request, stack)
    except AwsError as error:
        if not request.transforms:
            raise
        return ChangeSet(name, stack, None, [], error.message, tags, "UNAVAILABLE")
    found = changes(stack, wanted)
    if not found:
        return ChangeSet(name, stack, wanted, [], NO_CHANGES, tags, "UNAVAILABLE")
    return ChangeSet(name, stack, wanted, found, tags=tags)
