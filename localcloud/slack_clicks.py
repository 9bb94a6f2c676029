"""Someone clicks a button of a message: Slack's request to the app, really signed.

https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from slack_sdk.signature import SignatureVerifier

from localcloud.slack import CHANNEL, SIGNING_SECRET, Slack

# What Slack gives an app to answer, and what it then shows.
SECONDS = 3
NO_ANSWER = "The app did not answer. Try again."


@dataclass(frozen=True)
class Person:
    """Someone who reads the channel."""

    id: str
    name: str


# The last one is in no group that may click.
PEOPLE = (
    Person("U0LOCAL0001", "mara"),
    Person("U0LOCAL0002", "jonas"),
    Person("U0LOCAL0009", "visitor"),
)


class Clicks:
    """`request_url` gives the app's own, "" while it has none; `actions_url` is where an app
    answers whoever clicked."""

    def __init__(self, slack: Slack, request_url: Callable[[], str], actions_url: str) -> None:
        self._slack = slack
        self._request_url = request_url
        self._actions_url = actions_url

    def click(
        self, ts: str, action_id: str, person: Person, screen: dict[str, Any] | None = None
    ) -> int:
        """The HTTP status of the app's answer; 0 when it gave none in time. Whoever clicked is
        shown that there was none, as by Slack itself. `screen`: the message as theirs shows it,
        which may be behind."""
        payload = self._payload(ts, action_id, person, screen or self._message(ts))
        status = _post(self._request_url(), payload) if payload else 0
        if status != 200:
            self._slack.whisper(person.id, ts, {"text": NO_ANSWER})
        return status

    def _payload(
        self, ts: str, action_id: str, person: Person, message: dict[str, Any] | None
    ) -> dict[str, Any] | None:
        button = _button(message, action_id) if message else None
        if message is None or button is None:
            return None
        return {
            "type": "block_actions",
            "user": {"id": person.id, "username": person.name, "name": person.name},
            "api_app_id": "A0LOCAL",
            "team": {"id": "T0LOCAL", "domain": "local"},
            "channel": {"id": message.get("channel", CHANNEL), "name": "releases"},
            "container": {"type": "message", "message_ts": ts},
            "message": {"ts": ts, "text": message.get("text", "")},
            "response_url": f"{self._actions_url}{person.id}/{ts}",
            "actions": [{**button, "action_ts": f"{time.time():.6f}"}],
        }

    def _message(self, ts: str) -> dict[str, Any] | None:
        found = [m for m in self._slack.inbox if m["ts"] == ts and m["method"].startswith("chat.")]
        return found[-1] if found else None


def _button(message: dict[str, Any], action_id: str) -> dict[str, Any] | None:
    for block in message.get("blocks") or []:
        for element in block["elements"] if block["type"] == "actions" else []:
            if element["action_id"] == action_id:
                return dict(element)
    return None


def _post(url: str, payload: dict[str, Any]) -> int:
    body = urlencode({"payload": json.dumps(payload)}).encode()
    timestamp = str(int(time.time()))
    signature = SignatureVerifier(SIGNING_SECRET).generate_signature(timestamp=timestamp, body=body)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature or "",
    }
    request = urllib.request.Request(url, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
    except OSError:
        return 0
