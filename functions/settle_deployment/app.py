"""Settle Deployment: hand a deployment's end back to the release that waits for it."""

import os
from typing import Any

from pilotage.gateways.aws import doorway
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.topic import Topic
from pilotage.gateways.turn_table import TurnTable
from settle_deployment.step import settle, triggering
from take_turn.step import Turns


@doorway
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    """`event`: CodeDeploy's state change on EventBridge. Of it only the deployment's id is
    believed; everything else is asked of CodeDeploy. The end of someone else's deployment lets
    the releases go on that wait for it."""
    table = os.environ["TABLE"]
    releases = ReleaseTable(table)
    deployment_id = event["detail"]["deploymentId"]
    settled = settle(deployment_id, releases)
    if not settled and (ended := triggering(deployment_id)):
        turns = Turns(releases, TurnTable(table), Topic(os.environ["TOPIC"]))
        turns.look_again(ended.target_name)
    return {"settled": settled}
