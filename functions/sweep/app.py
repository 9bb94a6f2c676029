"""Sweep: answer for hooks that died, continue what was lost, finish what has no execution."""

import logging
import os
from datetime import timedelta
from typing import Any

from finish_release.step import Finish
from pilotage.gateways.aws import doorway
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.topic import Topic
from pilotage.gateways.turn_table import TurnTable
from sweep.step import Sweep, Uploads
from take_turn.step import Turns

log = logging.getLogger(__name__)


@doorway
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """`event`: a broken hook's failure record, an execution's bad end, or the schedule. Answers
    what it did."""
    table, topic = ReleaseTable(os.environ["TABLE"]), Topic(os.environ["TOPIC"])
    turns = Turns(table, TurnTable(os.environ["TABLE"]), topic)
    sweep = Sweep(table, turns, Finish(table, turns, topic))
    if "requestPayload" in event:
        return sweep.answer_for_hook(event)
    lost_after = timedelta(seconds=float(os.environ["LOST_AFTER_SECONDS"]))
    uploads = Uploads(os.environ["BUCKET"], os.environ["MACHINE"], lost_after)
    done = {"moved": sweep.tend(), "started": sweep.start_lost(uploads)}
    if any(done.values()):
        log.info("swept: %s", done)
    return done
