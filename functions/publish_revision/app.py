"""Publish Revision: make the artifact a version that can be deployed."""

import os
from typing import Any

from pilotage.gateways.aws import doorway
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.topic import Topic
from publish_revision.step import publish_revision


@doorway
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    """`event`: the release's id. Answers it with `way`: deploy, first or unchanged.

    Errors: AlarmIsRed, AliasIsShared, CheckFailed, RevisionRefused; RevisionNotReady and TargetBusy are retried.
    """
    table, topic = ReleaseTable(os.environ["TABLE"]), Topic(os.environ["TOPIC"])
    way = publish_revision(event["release"], table, topic)
    return {"release": event["release"], "way": way}
