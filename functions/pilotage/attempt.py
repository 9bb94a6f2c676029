"""One try of a state that waits. Step Functions may begin another while one still runs: the answer
to Lambda's invocation was lost, or came too late."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple


class Attempt(NamedTuple):
    """`token` continues the execution while this is the newest try. `number` sorts as tries began,
    over all states of an execution; "" where the state machine did not say."""

    token: str
    number: str = ""


def attempt_in(event: Mapping[str, Any]) -> Attempt:
    """What the state machine says of the try: the time when its state was entered, in ISO 8601, and
    how often it was tried again since, as in Step Functions' context object.
    https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html"""
    if "entered" not in event:  # an execution that began before Pilotage was updated
        return Attempt(event["token"])
    milliseconds = int(datetime.fromisoformat(event["entered"]).timestamp() * 1000)
    return Attempt(event["token"], f"{milliseconds:015}-{int(event['retries']):05}")
