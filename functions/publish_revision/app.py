"""Publish Revision: make the artifact a version that can be deployed."""

import os
from typing import Any

from pilotage.gateways.aws import doorway
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.topic import Topic
from pilotage.gateways.turn_table import TurnTable
from publish_revision.step import Publish


@doorway
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    """`event`: the release's id. Answers it with `way`: deploy, first or unchanged.

    Errors: AliasIsShared, CheckFailed, ReleaseOver, RevisionRefused, StopAsked; RevisionNotReady and
    FunctionBusy are retried.
    """
    table = os.environ["TABLE"]
    publish = Publish(ReleaseTable(table), TurnTable(table), Topic(os.environ["TOPIC"]))
    return {"release": event["release"], "way": publish.run(event["release"])}
