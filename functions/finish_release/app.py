"""Finish Release: record the outcome, give the turn on, and tell."""

import os
from typing import Any

from finish_release.step import Finish
from pilotage.artifact import from_event
from pilotage.errors import NothingClaimed
from pilotage.gateways.aws import doorway
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.topic import Topic
from pilotage.gateways.turn_table import TurnTable
from take_turn.step import Turns


@doorway
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    """`event`: the S3 event, the execution's ARN, how its deployment ended when that was told, and
    the state machine's error when a step ended with one.

    Answers the outcome's kind. It may run again: the first outcome stands. An execution that is
    not the release's own finishes nothing. Errors: NothingClaimed; DeploymentRuns and
    TurnContested, which are retried.
    """
    releases, topic = ReleaseTable(os.environ["TABLE"]), Topic(os.environ["TOPIC"])
    turns = Turns(releases, TurnTable(os.environ["TABLE"]), topic)
    error = event.get("error") or {}
    release_id = from_event(event["event"]).release_id
    release = releases.load(release_id)
    if release is None:
        raise NothingClaimed(release_id)
    if release.execution != event["execution"]:
        return {"release": release_id, "outcome": "already known"}
    finish = Finish(releases, turns, topic)
    outcome = finish.run(
        release, error.get("Error", ""), error.get("Cause", ""), event.get("ended") or ""
    )
    return {"release": release_id, "outcome": outcome.kind}
