"""CloudFormation, put together."""

from localcloud.cloudformation.api import StackOperations
from localcloud.cloudformation.change_sets import ChangeSetOperations
from localcloud.cloudformation.descriptions import DescriptionOperations
from localcloud.cloudformation.stacks import Stacks


class CloudFormation:
    """`parts` answer its operations."""

    def __init__(self) -> None:
        self._stacks = stacks = Stacks()
        operations = StackOperations(stacks)
        self.parts = (
            operations,
            ChangeSetOperations(stacks, operations.start),
            DescriptionOperations(stacks),
        )

    def clear(self) -> None:
        self._stacks.clear()
