"""The table: what operators asked for, and what came of it."""

import json

from pilotage.gateways.table import Item, as_json, item_at, key, wrote
from pilotage.instruction import Answer, Instruction
from pilotage.records import build


class InstructionTable:
    def __init__(self, name: str) -> None:
        self._name = name

    def answer(self, instruction_id: str) -> Answer | None:
        item = item_at(self._name, _key(instruction_id))
        return build(Answer, json.loads(item["answer"]["S"])) if item else None

    def put_answer(self, answer: Answer) -> None:
        """The first answer stands."""
        wrote(
            "put_item",
            TableName=self._name,
            Item={**_key(answer.instruction.id), "answer": as_json(answer)},
            ConditionExpression="attribute_not_exists(pk)",
        )

    def pin(self, instruction: Instruction) -> Instruction:
        """The instruction as it was first understood."""
        if wrote(
            "put_item",
            TableName=self._name,
            Item={**_pinned(instruction.id), "instruction": as_json(instruction)},
            ConditionExpression="attribute_not_exists(pk)",
        ):
            return instruction
        return self.pinned(instruction.id) or instruction

    def pinned(self, instruction_id: str) -> Instruction | None:
        """The instruction that was pinned under this id."""
        item = item_at(self._name, _pinned(instruction_id))
        return build(Instruction, json.loads(item["instruction"]["S"])) if item else None


def _pinned(instruction_id: str) -> Item:
    return key(f"instruction#{instruction_id}", "pinned")


def _key(instruction_id: str) -> Item:
    return key(f"instruction#{instruction_id}", "instruction")
