"""A click on a button of a Slack message: who clicked what, and what it comes to."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from pilotage import button as buttons
from pilotage import instruction as instructions
from pilotage.durations import epoch
from pilotage.fault import shown
from pilotage.release import Release
from pilotage.turns import Turn
from pilotage.users_get import in_words

KINDS = {
    buttons.STOP: instructions.STOP,
    buttons.ROLL_BACK: instructions.ROLL_BACK,
    buttons.RELEASE_AGAIN: instructions.RELEASE_AGAIN,
}
NOTHING_DONE = "Nothing was done."


class Click(NamedTuple):
    """`user` is Slack's id of who clicked, which its signature vouches for; `name` is what they
    call themselves. `answer_url` reaches the clicker alone."""

    action: str
    release: str
    user: str
    name: str
    answer_url: str

    @property
    def who(self) -> str:
        return f"{self.name} ({self.user})" if self.name else self.user

    @property
    def id(self) -> str:
        """The same for everyone who clicks the same button."""
        return f"{self.release}#{self.action}"


def body_of(event: Mapping[str, Any]) -> bytes:
    """The bytes that were signed: a function URL gives them in base64 when it takes them for binary.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
    """
    body = str(event.get("body") or "")
    return base64.b64decode(body) if event.get("isBase64Encoded") else body.encode()


def read(body: bytes) -> Click | None:
    """The click of a signed request; None when it is another interaction, which needs no answer.

    https://docs.slack.dev/reference/interaction-payloads/block_actions-payload
    """
    try:
        payload = json.loads(parse_qs(body.decode())["payload"][0])
        action, user = payload["actions"][0], payload["user"]
        return Click(
            action=str(action["action_id"]),
            release=str(action.get("value", "")),
            user=shown(str(user["id"]), 20),
            name=shown(str(user.get("username") or user.get("name") or ""), 40),
            answer_url=str(payload.get("response_url", "")),
        )
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return None


def refusal(click: Click, release: Release | None, turn: Turn, now: str) -> str:
    """Why a click comes to nothing, in words for whoever clicked; "" when it may be done. `now` in
    ISO 8601: a roll back is offered for some hours only."""
    if release is None:
        return f"This release is not known here any more. {NOTHING_DONE}"
    if release.followed_by and click.action != buttons.STOP:
        return (
            f"That was asked for already: {release.followed_by} has its own message. {NOTHING_DONE}"
        )
    if click.action in (button.action for button in buttons.buttons_of(release)):
        return _too_late(click, release, turn, now)
    if release.stop and not release.outcome:
        return f"It is being stopped already: {release.stop}."
    return f"It is too late for that. {in_words(release)} {NOTHING_DONE}"


def _too_late(click: Click, release: Release, turn: Turn, now: str) -> str:
    if click.action == buttons.RELEASE_AGAIN:
        why = buttons.too_old(release, turn)
        return f"{why} {NOTHING_DONE}" if why else ""
    if click.action != buttons.ROLL_BACK or release.outcome is None:
        return ""
    newest = turn.lives[0] if turn.lives else None
    if newest is None or newest.release != release.id or newest.rolled_back:
        return f"Users do not get this release any more. {NOTHING_DONE}"
    hours = buttons.ROLL_BACK_HOURS
    if epoch(now) - epoch(release.outcome.at) > hours * 3600:
        return (
            f"It went live more than {hours} hours ago. {NOTHING_DONE} To go back all the same, "
            'put a "Roll Back" on the operators\' bus.'
        )
    return ""


def instruction(click: Click, release: Release) -> tuple[str, dict[str, str]]:
    """The kind of instruction that a click comes to, and its detail."""
    detail = {"target": release.target_name, "by": click.who, "release": release.id}
    kind = KINDS[click.action]
    if kind != instructions.RELEASE_AGAIN:
        detail["reason"] = "asked for in chat"
    if kind == instructions.ROLL_BACK and release.revision:
        detail["version"] = release.revision.previous  # as the button says
    return kind, {**detail, "asked_in": instructions.CHAT}


def done(click: Click, turn: Turn) -> str:
    """What is said to whoever clicked, once it is under way."""
    match click.action:
        case buttons.STOP:
            return "It is being stopped. The message shows how it ends."
        case buttons.ROLL_BACK if turn.holder:
            return (
                f"Users will be brought back as soon as {turn.holder.name}, which is on its way, is "
                "over. Stop that one to go at once."
            )
        case buttons.ROLL_BACK:
            return (
                "Users are being brought back. That is a release of its own, with its own message."
            )
    return "It is being uploaded again: a new release, with its own message."


def taken(by: str, at: str) -> str:
    """What is said when someone else, or the same person, clicked before."""
    when = datetime.fromisoformat(at).astimezone(UTC).strftime("%H:%M UTC")
    return f"{shown(by)} asked for this at {when} already; it is under way."
