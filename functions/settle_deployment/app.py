"""Settle Deployment: hand a deployment's end back to the release that waits for it."""

import os
from typing import Any

from pilotage.gateways.aws import doorway
from pilotage.gateways.release_table import ReleaseTable
from settle_deployment.step import settle


@doorway
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    """`event`: CodeDeploy's state change on EventBridge. Of it only the deployment's id is
    believed; everything else is asked of CodeDeploy."""
    table = ReleaseTable(os.environ["TABLE"])
    return {"settled": settle(event["detail"]["deploymentId"], table)}
