"""The operations of CloudFormation that `sam` and people use."""

import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from localcloud import clients
from localcloud.account import arn
from localcloud.cloudformation.changes import changes
from localcloud.cloudformation.deploy import Deploy
from localcloud.cloudformation.parameters import parameter_values
from localcloud.cloudformation.stack import Stack, Wanted
from localcloud.cloudformation.template import TemplateError, read, without_sam
from localcloud.cloudformation.views import event_of, resources_of, shown
from localcloud.wire import AwsError, Params

GONE = "DELETE_COMPLETE"
ANSWER_WITHIN_SECONDS = 10


@dataclass
class ChangeSet:
    name: str
    stack: Stack
    wanted: Wanted
    changes: list[dict[str, Any]]
    status: str = "CREATE_COMPLETE"
    reason: str = ""
    execution_status: str = "AVAILABLE"
    uuid: str = field(default_factory=lambda: str(uuid.uuid4()))
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def id(self) -> str:
        return arn("cloudformation", f"changeSet/{self.name}/{self.uuid}")


class CloudFormation:
    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self._stacks: dict[str, Stack] = {}
        self._change_sets: dict[str, ChangeSet] = {}

    def create_stack(self, params: Params) -> Params:
        stack = self._new(params)
        self._start(stack, self._wanted(params, stack))
        return {"StackId": stack.id}

    def update_stack(self, params: Params) -> Params:
        stack = self._find(params["StackName"])
        wanted = self._wanted(params, stack)
        if not changes(stack, wanted):
            raise _invalid("No updates are to be performed.")
        self._start(stack, wanted)
        return {"StackId": stack.id}

    def delete_stack(self, params: Params) -> None:
        stack = self._stacks.get(params["StackName"]) or self._by_id(params["StackName"])
        if stack and stack.status != GONE:
            stack.status = "DELETE_IN_PROGRESS"
            stack.settled.clear()
            threading.Thread(target=Deploy(stack, {}).delete, daemon=True).start()

    def describe_stacks(self, params: Params) -> Params:
        if name := params.get("StackName"):
            stack = self._find(name)
            # Clients ask again only after 5 to 30 s, so the answer waits for the stack instead.
            stack.wait_until_settled(ANSWER_WITHIN_SECONDS)
            return {"Stacks": [shown(stack)]}
        return {"Stacks": [shown(s) for s in self._stacks.values() if s.status != GONE]}

    def list_stacks(self, params: Params) -> Params:
        wanted = params.get("StackStatusFilter") or []
        stacks = [s for s in self._stacks.values() if not wanted or s.status in wanted]
        return {"StackSummaries": [shown(stack) for stack in stacks]}

    def describe_stack_events(self, params: Params) -> Params:
        stack = self._find(params["StackName"])
        return {"StackEvents": [event_of(stack, event) for event in reversed(stack.events)]}

    def list_stack_resources(self, params: Params) -> Params:
        stack = self._find(params["StackName"])
        return {"StackResourceSummaries": resources_of(stack)}

    def describe_stack_resources(self, params: Params) -> Params:
        return {"StackResources": resources_of(self._find(params["StackName"]))}

    def describe_stack_resource(self, params: Params) -> Params:
        stack = self._find(params["StackName"])
        for resource in resources_of(stack):
            if resource["LogicalResourceId"] == params["LogicalResourceId"]:
                return {"StackResourceDetail": resource}
        text = f"Resource {params['LogicalResourceId']} does not exist for stack {stack.name}"
        raise _invalid(text)

    def get_template(self, params: Params) -> Params:
        stack = self._find(params["StackName"])
        text = stack.wanted.text if stack.wanted else ""
        return {"TemplateBody": text, "StagesAvailable": ["Original", "Processed"]}

    def get_template_summary(self, params: Params) -> Params:
        if params.get("StackName"):
            wanted = self._find(params["StackName"]).wanted
            template: Mapping[str, Any] = read(wanted.text) if wanted else {"Resources": {}}
        else:
            template = read(_body(params))
        declared = template.get("Parameters") or {}
        return {
            "Parameters": [
                {
                    "ParameterKey": name,
                    "ParameterType": body.get("Type", "String"),
                    "DefaultValue": str(body["Default"]) if "Default" in body else None,
                }
                for name, body in declared.items()
            ],
            "ResourceTypes": sorted({body["Type"] for body in template["Resources"].values()}),
        }

    def validate_template(self, params: Params) -> Params:
        summary = self.get_template_summary(params)
        return {"Parameters": summary["Parameters"]}

    def create_change_set(self, params: Params) -> Params:
        name = params["StackName"]
        creates = params.get("ChangeSetType") == "CREATE"
        stack = self._new(params) if creates else self._find(name)
        wanted = self._wanted(params, stack)
        change_set = ChangeSet(params["ChangeSetName"], stack, wanted, changes(stack, wanted))
        if not change_set.changes:
            change_set.status, change_set.execution_status = "FAILED", "UNAVAILABLE"
            change_set.reason = (
                "The submitted information didn't contain changes. Submit different information "
                "to create a change set."
            )
        self._change_sets[change_set.id] = change_set
        return {"Id": change_set.id, "StackId": stack.id}

    def describe_change_set(self, params: Params) -> Params:
        change_set = self._change_set(params)
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
        }

    def execute_change_set(self, params: Params) -> Params:
        change_set = self._change_set(params)
        if change_set.execution_status != "AVAILABLE":
            text = f"ChangeSet [{change_set.id}] cannot be executed in its current status"
            raise AwsError("InvalidChangeSetStatus", text)
        change_set.execution_status = "EXECUTE_COMPLETE"
        self._start(change_set.stack, change_set.wanted)
        return {}

    def delete_change_set(self, params: Params) -> Params:
        self._change_sets.pop(self._change_set(params).id, None)
        return {}

    def list_change_sets(self, params: Params) -> Params:
        stack = self._find(params["StackName"])
        found = [c for c in self._change_sets.values() if c.stack is stack]
        return {
            "Summaries": [
                {"ChangeSetId": c.id, "ChangeSetName": c.name, "Status": c.status} for c in found
            ]
        }

    def list_exports(self, _: Params) -> Params:
        exports = [{"Name": name, "Value": value} for name, value in self._exports().items()]
        return {"Exports": exports}

    def update_termination_protection(self, params: Params) -> Params:
        return {"StackId": self._find(params["StackName"]).id}

    def _start(self, stack: Stack, wanted: Wanted) -> None:
        creating = stack.wanted is None
        stack.settled.clear()
        stack.status = "CREATE_IN_PROGRESS" if creating else "UPDATE_IN_PROGRESS"
        stack.updated_at = None if creating else datetime.now(UTC)
        run = Deploy(stack, self._exports()).run
        threading.Thread(target=run, args=(wanted,), daemon=True).start()

    def _exports(self) -> dict[str, str]:
        return {
            output["ExportName"]: output["OutputValue"]
            for stack in self._stacks.values()
            if stack.status != GONE
            for output in stack.outputs
            if "ExportName" in output
        }

    def _new(self, params: Params) -> Stack:
        name = params["StackName"]
        old = self._stacks.get(name)
        if old and old.status not in (GONE, "REVIEW_IN_PROGRESS"):
            raise AwsError("AlreadyExistsException", f"Stack [{name}] already exists")
        stack = Stack(name, tags=params.get("Tags") or [])
        stack.tell("REVIEW_IN_PROGRESS", "User Initiated")
        self._stacks[name] = stack
        return stack

    def _wanted(self, params: Params, stack: Stack) -> Wanted:
        before = stack.wanted
        text = before.text if params.get("UsePreviousTemplate") and before else _body(params)
        given = {}
        for parameter in params.get("Parameters") or []:
            key = parameter["ParameterKey"]
            if parameter.get("UsePreviousValue") and before:
                old = before.values[key]
                given[key] = ",".join(old) if isinstance(old, list) else old
            else:
                given[key] = parameter.get("ParameterValue", "")
        try:
            template = read(text)
            values = parameter_values(template, given)
            return Wanted(text, without_sam(template, values), values)
        except TemplateError as error:
            raise _invalid(str(error)) from error

    def _find(self, name_or_id: str) -> Stack:
        stack = self._stacks.get(name_or_id)
        if stack and stack.status == GONE:
            stack = None
        stack = stack or self._by_id(name_or_id)
        if stack is None:
            raise _invalid(f"Stack with id {name_or_id} does not exist")
        return stack

    def _by_id(self, stack_id: str) -> Stack | None:
        return next((s for s in self._stacks.values() if s.id == stack_id), None)

    def _change_set(self, params: Params) -> ChangeSet:
        wanted = params["ChangeSetName"]
        for change_set in reversed(self._change_sets.values()):
            if wanted in (change_set.id, change_set.name):
                return change_set
        raise AwsError("ChangeSetNotFound", f"ChangeSet [{wanted}] does not exist")


def _body(params: Params) -> str:
    if params.get("TemplateBody"):
        return str(params["TemplateBody"])
    path = unquote(urlsplit(params["TemplateURL"]).path).lstrip("/")
    bucket, _, key = path.partition("/")
    body = clients.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return str(body.decode())


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationError", message)
