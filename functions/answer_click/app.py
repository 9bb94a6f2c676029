"""Answer Click: someone clicked a button of a message in Slack."""

import logging
import os
import time
from functools import lru_cache, partial
from typing import Any

from answer_click.step import Clicks
from pilotage.gateways import bus, slack_users
from pilotage.gateways.aws import doorway
from pilotage.gateways.click_table import ClickTable
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.secrets import secret
from pilotage.gateways.slack_api import send
from pilotage.gateways.turn_table import TurnTable
from pilotage.slack_message import escaped

log = logging.getLogger(__name__)

# Slack waits three seconds for all of it.
ANSWER_SECONDS = 1
SECRET_SECONDS = 300


@doorway
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    """`event`: a request to the function's URL, payload format 2.0. Answers 401 to what Slack has
    not signed within the last five minutes, else 200: whoever clicked is told the rest."""
    return {"statusCode": _clicks().answer(event)}


def _clicks() -> Clicks:
    """One for some minutes: then the secrets are read anew, so that changed ones are found."""
    return _made(int(time.time() // SECRET_SECONDS))


@lru_cache(maxsize=1)
def _made(_period: int) -> Clicks:
    from slack_sdk.signature import SignatureVerifier

    table = os.environ["TABLE"]
    operators = tuple(os.environ["SLACK_OPERATORS"].replace(",", " ").split())
    return Clicks(
        is_slacks=SignatureVerifier(secret(os.environ["SIGNING_SECRET"])).is_valid_request,
        may_click=partial(
            slack_users.is_among,
            operators,
            os.environ["SLACK_API_URL"],
            partial(secret, os.environ["SLACK_SECRET"]),
        ),
        releases=ReleaseTable(table),
        turns=TurnTable(table),
        claims=ClickTable(table),
        hand_on=partial(bus.put, os.environ["OPERATOR_BUS"]),
        tell=_tell,
    )


def _tell(url: str, words: str) -> None:
    """To the clicker alone, below the message, which stays as it is.

    https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
    """
    message = {"text": escaped(words), "response_type": "ephemeral", "replace_original": False}
    try:
        send(url, message, ANSWER_SECONDS)
    except Exception:
        log.exception("whoever clicked could not be told: %s", words)
