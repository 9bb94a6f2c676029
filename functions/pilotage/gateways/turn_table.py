"""The table: who has a target's turn, what is frozen, and who is publishing a function."""

import json

from pilotage.gateways.table import Item, as_json, found_instead, item_at, key, wrote
from pilotage.hold import EVERYTHING, Freeze
from pilotage.records import build
from pilotage.turns import Turn


class Conflict(Exception):
    """Someone else wrote first: read again and decide again."""


class TurnTable:
    def __init__(self, name: str) -> None:
        self._name = name

    def turn(self, target: str) -> Turn:
        item = item_at(self._name, _turn_key(target))
        return build(Turn, json.loads(item["turn"]["S"])) if item else Turn()

    def put_turn(self, target: str, turn: Turn) -> None:
        """`turn.number` is the one that was read. Raises Conflict when the turn was written since.

        A write whose answer was lost is made again by the client and then fails its condition:
        what stands there is what we wrote, and that is no conflict.
        """
        written = turn._replace(number=turn.number + 1)
        done = wrote(
            "put_item",
            TableName=self._name,
            Item={
                **_turn_key(target),
                "turn": as_json(written),
                "number": {"N": str(written.number)},
            },
            ConditionExpression="attribute_not_exists(pk) OR #number = :before",
            ExpressionAttributeNames={"#number": "number"},
            ExpressionAttributeValues={":before": {"N": str(turn.number)}},
        )
        if not done and self.turn(target) != written:
            raise Conflict

    def freezes(self, target: str) -> tuple[Freeze | None, Freeze | None]:
        """What was last said about everything, and about the target."""
        return self._freeze(EVERYTHING), self._freeze(target)

    def put_freeze(self, freeze: Freeze) -> bool:
        """False when something later was said about it already."""
        return wrote(
            "put_item",
            TableName=self._name,
            Item={
                **_freeze_key(freeze.target),
                "freeze": as_json(freeze),
                "said": {"S": freeze.at},
            },
            ConditionExpression="attribute_not_exists(pk) OR said <= :at",
            ExpressionAttributeValues={":at": {"S": freeze.at}},
        )

    def hold_function(self, function: str, release_id: str, instead_of: str = "") -> str:
        """Let one release publish the function. Gives the release that holds it: this one, or the
        other that came first. `instead_of`: a release that is over and did not let go."""
        other = found_instead(
            TableName=self._name,
            Item={**_function_key(function), "holder": {"S": release_id}},
            ConditionExpression="attribute_not_exists(pk) OR holder IN (:me, :dead)",
            ExpressionAttributeValues={
                ":me": {"S": release_id},
                ":dead": {"S": instead_of or release_id},
            },
        )
        return str(other["holder"]["S"]) if other else release_id

    def let_function_go(self, function: str, release_id: str) -> None:
        """That someone else holds it is fine."""
        wrote(
            "delete_item",
            TableName=self._name,
            Key=_function_key(function),
            ConditionExpression="holder = :me",
            ExpressionAttributeValues={":me": {"S": release_id}},
        )

    def _freeze(self, target: str) -> Freeze | None:
        item = item_at(self._name, _freeze_key(target))
        return build(Freeze, json.loads(item["freeze"]["S"])) if item else None


def _turn_key(target: str) -> Item:
    return key(f"target#{target}", "turn")


def _freeze_key(target: str) -> Item:
    return key(f"target#{target}", "freeze")


def _function_key(function: str) -> Item:
    return key(f"function#{function}", "publishing")
