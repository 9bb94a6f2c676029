"""Inspect Artifact: what was uploaded, where does it go, is it sound? Claims the object version."""

import os
from typing import Any

from inspect_artifact.step import Inspection
from pilotage.artifact import from_event
from pilotage.gateways.aws import doorway
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.topic import Topic


@doorway
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    """`event`: the S3 event and the execution's ARN. Answers the release's id.

    Errors: ReleaseAlreadyKnown, ArtifactRejected.
    """
    inspection = Inspection(ReleaseTable(os.environ["TABLE"]), Topic(os.environ["TOPIC"]))
    release = inspection.run(from_event(event["event"]), event["execution"])
    return {"release": release.id}
