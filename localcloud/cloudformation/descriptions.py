"""The operations of CloudFormation that only tell: of stacks, templates and exports."""

import json
from collections.abc import Mapping
from typing import Any

from localcloud.cloudformation.requests import body_of, invalid
from localcloud.cloudformation.stacks import GONE, Stacks
from localcloud.cloudformation.template import TemplateError, read
from localcloud.cloudformation.views import event_of, resources_of, shown
from localcloud.wire import Params

ANSWER_WITHIN_SECONDS = 10


class DescriptionOperations:
    def __init__(self, stacks: Stacks) -> None:
        self._stacks = stacks

    def describe_stacks(self, params: Params) -> Params:
        if name := params.get("StackName"):
            stack = self._stacks.find(name)
            # Clients ask again only after 5 to 30 s, so the answer waits for the stack instead.
            stack.wait_until_settled(ANSWER_WITHIN_SECONDS)
            if stack.status == GONE and name == stack.name:
                stack = self._stacks.find(name)
            return {"Stacks": [shown(stack)]}
        return {"Stacks": [shown(stack) for stack in self._stacks.present()]}

    def list_stacks(self, params: Params) -> Params:
        wanted = params.get("StackStatusFilter") or []
        stacks = [s for s in self._stacks.all() if not wanted or s.status in wanted]
        return {"StackSummaries": [shown(stack) for stack in stacks]}

    def describe_stack_events(self, params: Params) -> Params:
        stack = self._stacks.find(params["StackName"])
        return {"StackEvents": [event_of(stack, event) for event in reversed(stack.events)]}

    def list_stack_resources(self, params: Params) -> Params:
        stack = self._stacks.find(params["StackName"])
        return {"StackResourceSummaries": resources_of(stack)}

    def describe_stack_resources(self, params: Params) -> Params:
        return {"StackResources": resources_of(self._stacks.find(params["StackName"]))}

    def describe_stack_resource(self, params: Params) -> Params:
        stack = self._stacks.find(params["StackName"])
        for resource in resources_of(stack):
            if resource["LogicalResourceId"] == params["LogicalResourceId"]:
                return {"StackResourceDetail": resource}
        text = f"Resource {params['LogicalResourceId']} does not exist for stack {stack.name}"
        raise invalid(text)

    def get_template(self, params: Params) -> Params:
        wanted = self._stacks.find(params["StackName"]).wanted
        body = wanted.text if wanted else ""
        if wanted and params.get("TemplateStage") == "Processed":
            body = json.dumps(wanted.template)
        return {"TemplateBody": body, "StagesAvailable": ["Original", "Processed"]}

    def get_template_summary(self, params: Params) -> Params:
        template = self._template(params)
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
        return {"Parameters": self.get_template_summary(params)["Parameters"]}

    def list_exports(self, _: Params) -> Params:
        found = self._stacks.exports.all()
        exports = [{"ExportingStackId": s.id, "Name": n, "Value": v} for s, n, v in found]
        return {"Exports": exports}

    def list_imports(self, params: Params) -> Params:
        name = params["ExportName"]
        users = self._stacks.exports.users(name)
        if not users:
            raise invalid(f"Export '{name}' is not imported by any stack.")
        return {"Imports": users}

    def _template(self, params: Params) -> Mapping[str, Any]:
        try:
            if not params.get("StackName"):
                return read(body_of(params))
            wanted = self._stacks.find(params["StackName"]).wanted
            return read(wanted.text) if wanted else {"Resources": {}}
        except TemplateError as error:
            raise invalid(str(error)) from error
