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
    """`event`: the S3 event, the execution's ARN, and the state machine's error when a step ended with one.

    Answers the outcome's kind. It may run again: the first outcome stands. An execution that is
    not the release's own finishes nothing. Error: DeploymentRuns, which is retried.
    """
    table = ReleaseTable(os.environ["TABLE"])
    finish = Finish(table, Topic(os.environ["TOPIC"]))
    error = event.get("error") or {}
    release_id = from_event(event["event"]).release_id
    release = table.load(release_id)
    if release is None:
        raise LookupError(f"no release {release_id} in the table")
    if release.execution != event["execution"]:
        return {"release": release_id, "outcome": "already known"}
    outcome = finish.run(release, error.get("Error", ""), error.get("Cause", ""))
    return {"release": release_id, "outcome": outcome.kind}
