"""Answer Operator: freeze, thaw, stop and roll back, as asked for on the stack's own bus."""

import os
from datetime import UTC, datetime
from typing import Any

from answer_operator.step import Operator
from pilotage.gateways.aws import doorway
from pilotage.gateways.instruction_table import InstructionTable
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.topic import Topic
from pilotage.gateways.turn_table import TurnTable
from pilotage.instruction import read
from take_turn.step import Turns


@doorway
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """`event`: what an operator put on the bus. It is answered in chat and kept in the table; the
    same event is obeyed once."""
    table, topic = os.environ["TABLE"], Topic(os.environ["TOPIC"])
    releases, turn_table = ReleaseTable(table), TurnTable(table)
    operator = Operator(
        releases=releases,
        table=turn_table,
        answers=InstructionTable(table),
        turns=Turns(releases, turn_table, topic),
        topic=topic,
        bucket=os.environ["BUCKET"],
        machine=os.environ["MACHINE"],
    )
    instruction, faults = read(event, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    answer = operator.obey(instruction, faults)
    return {"done": list(answer.done), "faults": [str(fault) for fault in answer.faults]}
