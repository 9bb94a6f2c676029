"""Inspect Artifact: what was uploaded, where does it go, is it sound? Claims the object version."""

import os
from typing import Any

from inspect_artifact.step import Inspection
from pilotage.artifact import from_event
from pilotage.gateways.aws import doorway
from pilotage.gateways.instruction_table import InstructionTable
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.turn_table import TurnTable
from pilotage.release import roll_back_in


@doorway
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    """`event`: the S3 event, or an operator's Roll Back, and the execution's ARN. Answers the
    release's id.

    Errors: ArtifactNotOurs, ReleaseAlreadyKnown, ArtifactRejected.
    """
    table = os.environ["TABLE"]
    inspection = Inspection(
        ReleaseTable(table),
        TurnTable(table),
        InstructionTable(table),
        os.environ["BUCKET"],
    )
    asked = event["event"]
    release = inspection.run(from_event(asked), event["execution"], roll_back_in(asked))
    return {"release": release.id}
