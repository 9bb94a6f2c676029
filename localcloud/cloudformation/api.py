"""The operations of CloudFormation on stacks that `sam` and people use."""

import threading
from datetime import UTC, datetime

from localcloud.cloudformation.capabilities import require_expansion
from localcloud.cloudformation.changes import changes
from localcloud.cloudformation.deploy import USER, Deploy
from localcloud.cloudformation.requests import invalid, request_of, wanted_of
from localcloud.cloudformation.stack import Stack, Wanted
from localcloud.cloudformation.stacks import GONE, Stacks
from localcloud.wire import Params

FORCED = "FORCE_DELETE_STACK"


class StackOperations:
    def __init__(self, stacks: Stacks) -> None:
        self._stacks = stacks
        self._stuck: dict[str, Deploy] = {}

    def create_stack(self, params: Params) -> Params:
        stack = self._stacks.new(params["StackName"])
        wanted = _wanted(params, stack)
        stack.tags = params.get("Tags") or []
        stack.protected = bool(params.get("EnableTerminationProtection"))
        self._stacks.add(stack)
        self.start(stack, wanted)
        return {"StackId": stack.id}

    def update_stack(self, params: Params) -> Params:
        stack = self._stacks.to_update(params["StackName"])
        wanted = _wanted(params, stack)
        if not changes(stack, wanted):
            raise invalid("No updates are to be performed.")
        stack.tags = params.get("Tags", stack.tags)
        self.start(stack, wanted)
        return {"StackId": stack.id}

    def start(self, stack: Stack, wanted: Wanted) -> None:
        """Have the stack become what is wanted."""
        if stack.wanted is not None:
            stack.updated_at = datetime.now(UTC)
        stack.begin("CREATE_IN_PROGRESS" if stack.wanted is None else "UPDATE_IN_PROGRESS", USER)
        deploy = self._stuck[stack.id] = Deploy(stack, self._stacks.exports)
        threading.Thread(target=deploy.run, args=(wanted,), daemon=True).start()

    def continue_update_rollback(self, params: Params) -> Params:
        stack = self._stacks.find(params["StackName"])
        if stack.status != "UPDATE_ROLLBACK_FAILED":
            text = f"Stack:{stack.id} is in {stack.status} state and can not continue rollback."
            raise invalid(text)
        stack.begin("UPDATE_ROLLBACK_IN_PROGRESS", USER)
        given = (frozenset(params.get("ResourcesToSkip") or ()),)
        resume = self._stuck[stack.id].resume
        threading.Thread(target=resume, args=given, daemon=True).start()
        return {}

    def delete_stack(self, params: Params) -> None:
        stack = self._stacks.look_up(params["StackName"])
        if stack is None or stack.status == GONE:
            return
        self._stacks.refuse_deletion(stack)
        _check_failed_before(params, stack)
        if reason := self._stacks.exports.in_use(stack):
            stack.tell(stack.status, f"Delete canceled. {reason}")
            return
        stack.begin("DELETE_IN_PROGRESS", USER)
        retained = frozenset(params.get("RetainResources") or ())
        given = (retained, params.get("DeletionMode") == FORCED)
        delete = Deploy(stack, self._stacks.exports).delete
        threading.Thread(target=delete, args=given, daemon=True).start()

    def update_termination_protection(self, params: Params) -> Params:
        stack = self._stacks.find(params["StackName"])
        stack.protected = bool(params["EnableTerminationProtection"])
        return {"StackId": stack.id}


def _wanted(params: Params, stack: Stack) -> Wanted:
    request = request_of(params, stack)
    require_expansion(request.transforms, request.capabilities)
    return wanted_of(request, stack)


def _check_failed_before(params: Params, stack: Stack) -> None:
    """What DeleteStack takes only for a stack whose deletion has failed once. The text is AWS's own
    for DeletionMode (https://github.com/awslabs/eks-perf-tests/pull/517), and that of
    https://github.com/rebuy-de/aws-nuke/issues/270; for RetainResources it is ours."""
    failed = stack.status == "DELETE_FAILED"
    if params.get("DeletionMode") == FORCED and not failed:
        text = (
            f"Invalid operation on stack [{stack.id}]. You can activate DeletionMode {FORCED} in a "
            "delete stack operation only when the stack is in the DELETE_FAILED state."
        )
        raise invalid(text)
    retained = set(params.get("RetainResources") or ())
    if retained and not failed:
        text = (
            f"Invalid operation on stack [{stack.id}]. You can specify RetainResources in a delete "
            "stack operation only when the stack is in the DELETE_FAILED state."
        )
        raise invalid(text)
    if retained - set(stack.kept):
        text = (
            "The specified resources to retain must be in a valid state. Do not specify resources "
            "that are in the DELETE_COMPLETE state."
        )
        raise invalid(text)
