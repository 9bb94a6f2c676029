"""Take Turn: wait until the target is free and nothing holds it up."""

import os
from typing import Any

from pilotage.attempt import attempt_in
from pilotage.gateways.aws import doorway
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.topic import Topic
from pilotage.gateways.turn_table import TurnTable
from take_turn.step import Turns


@doorway
def lambda_handler(event: dict[str, Any], context: Any) -> None:
    """`event`: the release's id, the task token that continues it, and which try this is.

    The state ends with ReleaseSuperseded when a newer upload takes its place, and with StopAsked
    when someone stops it. Error: TurnContested, which is retried.
    """
    table = os.environ["TABLE"]
    turns = Turns(ReleaseTable(table), TurnTable(table), Topic(os.environ["TOPIC"]))
    turns.ask(event["release"], attempt_in(event))
