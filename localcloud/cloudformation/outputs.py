"""What stacks tell each other: outputs, and exports that other stacks import.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

from collections.abc import Callable, Iterable, Mapping

from localcloud.cloudformation.stack import Stack
from localcloud.cloudformation.template import Resolver, TemplateError

Output = Mapping[str, str]


def outputs_of(resolver: Resolver) -> list[dict[str, str]]:
    found = []
    for name, body in resolver.active_outputs().items():
        output = {"OutputKey": name, "OutputValue": str(resolver.resolve(body["Value"]))}
        if "Description" in body:
            output["Description"] = body["Description"]
        if "Export" in body:
            output["ExportName"] = str(resolver.resolve(body["Export"]["Name"]))
        found.append(output)
    return found


class Exports:
    """The exports of all stacks. `stacks` gives those that are there."""

    def __init__(self, stacks: Callable[[], Iterable[Stack]]) -> None:
        self._stacks = stacks

    def all(self) -> list[tuple[Stack, str, str]]:
        """Who exports, the name, the value."""
        return [
            (stack, name, value)
            for stack in self._stacks()
            for name, value in _exported(stack.outputs).items()
        ]

    def values(self) -> dict[str, str]:
        return {name: value for _, name, value in self.all()}

    def users(self, name: str) -> list[str]:
        """Names of the stacks that import it."""
        return [stack.name for stack in self._stacks() if name in stack.imports]

    def in_use(self, stack: Stack) -> str:
        """Why this stack may not be deleted; "" when it may.
        https://github.com/aws/aws-cdk/issues/33395"""
        for name in _exported(stack.outputs):
            if users := self.users(name):
                return f"Cannot delete export {name} as it is in use by {', '.join(users)}."
        return ""

    def check(self, stack: Stack, outputs: Iterable[Output]) -> None:
        """Raises TemplateError when the stack may not have these outputs. AWS looks when the
        resources have been made: https://github.com/linz/geostore/issues/630"""
        new = _exported(outputs)
        for other, name, _ in self.all():
            if name in new and other is not stack:
                # https://github.com/aws-amplify/amplify-cli/issues/1581
                text = f"Export with name {name} is already exported by stack {other.name}."
                raise TemplateError(text)
        for name, value in _exported(stack.outputs).items():
            users = ", ".join(self.users(name))
            if users and new.get(name) != value:
                change = "updated" if name in new else "deleted"
                text = f"Export {name} cannot be {change} as it is in use by {users}"
                raise TemplateError(text)


def _exported(outputs: Iterable[Output]) -> dict[str, str]:
    return {o["ExportName"]: o["OutputValue"] for o in outputs if "ExportName" in o}
