"""Resume Waiting: an alarm is red no more, so releases that wait for it go on."""

import os
from typing import Any

from pilotage.gateways.aws import doorway
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.topic import Topic
from pilotage.gateways.turn_table import TurnTable
from resume_waiting.step import resume_waiting
from take_turn.step import Turns


@doorway
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, list[str]]:
    """`event`: CloudWatch's alarm state change. It only says when to look: what holds a target up
    is asked anew. Answers the targets whose releases went on."""
    releases = ReleaseTable(os.environ["TABLE"])
    turns = Turns(releases, TurnTable(os.environ["TABLE"]), Topic(os.environ["TOPIC"]))
    return {"resumed": resume_waiting(event["detail"]["alarmName"], releases, turns)}
