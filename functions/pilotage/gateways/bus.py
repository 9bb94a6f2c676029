"""EventBridge: the stack's own bus for what operators ask."""

import json
from collections.abc import Mapping

from pilotage.gateways.aws import client
from pilotage.instruction import SOURCE


class NotTaken(Exception):
    """EventBridge did not take the event; the text is its reason."""


def put(bus: str, kind: str, detail: Mapping[str, str]) -> None:
    """Put an instruction on the bus. Raises NotTaken: PutEvents refuses entries in its answer.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
    """
    entry = {
        "EventBusName": bus,
        "Source": SOURCE,
        "DetailType": kind,
        "Detail": json.dumps(dict(detail)),
    }
    answer = client("events").put_events(Entries=[entry])
    if answer.get("FailedEntryCount"):
        raise NotTaken(str(answer["Entries"][0].get("ErrorMessage")))
