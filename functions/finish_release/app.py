"""Finish Release: record the outcome, give the turn on, and tell."""

import os
from typing import Any

from finish_release.step import Finish
from pilotage.artifact import from_event
from pilotage.gateways.aws import doorway
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.topic import Topic


@doorway
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    """`event`: the S3 event, and the state machine's error when a step ended with one.

    Answers the outcome's kind. It may run again: the first outcome stands.
    """
    finish = Finish(ReleaseTable(os.environ["TABLE"]), Topic(os.environ["TOPIC"]))
    error = event.get("error") or {}
    release_id = from_event(event["event"]).release_id
    outcome = finish.run(release_id, error.get("Error", ""), error.get("Cause", ""))
    return {"release": release_id, "outcome": outcome.kind}
