"""Start Deployment: create CodeDeploy's deployment, then wait for its end by the task token."""

import os
from typing import Any

from pilotage.attempt import attempt_in
from pilotage.gateways.aws import doorway
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.topic import Topic
from pilotage.gateways.turn_table import TurnTable
from start_deployment.step import Hooks, Start


@doorway
def lambda_handler(event: dict[str, Any], context: Any) -> None:
    """`event`: the release's id, the task token, and which try this is. Error: TargetHeld, which is
    retried."""
    table, topic = ReleaseTable(os.environ["TABLE"]), Topic(os.environ["TOPIC"])
    hooks = Hooks(os.environ["BEFORE_HOOK"], os.environ["AFTER_HOOK"])
    turns = TurnTable(os.environ["TABLE"])
    Start(table, turns, topic, hooks).run(event["release"], attempt_in(event))
