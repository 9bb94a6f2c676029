"""Take Turn: wait until the target is free. A newer upload supersedes a waiting one."""

import os
from typing import Any

from pilotage.gateways.aws import doorway
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.topic import Topic
from take_turn.step import take_turn


@doorway
def lambda_handler(event: dict[str, Any], context: Any) -> None:
    """`event`: the release's id and the task token that continues it.

    The state ends with ReleaseSuperseded when a newer upload takes its place.
    """
    table, topic = ReleaseTable(os.environ["TABLE"]), Topic(os.environ["TOPIC"])
    take_turn(event["release"], event["token"], table, topic)
