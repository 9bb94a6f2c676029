"""Sweep: answer for hooks that died, and finish releases whose execution is gone."""

import os
from typing import Any

from finish_release.step import Finish
from pilotage.gateways.aws import doorway
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.topic import Topic
from sweep.step import Sweep


@doorway
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """`event`: a broken hook's failure record, an execution's bad end, or the schedule."""
    table = ReleaseTable(os.environ["TABLE"])
    sweep = Sweep(table, Finish(table, Topic(os.environ["TOPIC"])))
    if "requestPayload" in event:
        return sweep.answer_for_hook(event)
    return sweep.finish_orphans()
