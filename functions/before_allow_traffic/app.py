"""Before Allow Traffic: CodeDeploy's hook that runs the manifest's checks before any user gets the new version."""

import os
from typing import Any

from pilotage.gateways.aws import doorway
from pilotage.gateways.hook import Hook
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.topic import Topic


@doorway
def lambda_handler(event: dict[str, Any], context: Any) -> None:
    """`event`: CodeDeploy's two fields. Always reports to CodeDeploy, also when it breaks."""
    hook = Hook("before", ReleaseTable(os.environ["TABLE"]), Topic(os.environ["TOPIC"]))
    hook.run(event)
