"""Slack, by bot token or by incoming webhook."""

from dataclasses import dataclass
from typing import Any, Protocol

from pilotage.gateways.aws import client

SECRET_REFUSED = (
    "invalid_auth",
    "not_authed",
    "token_revoked",
    "token_expired",
    "account_inactive",
)
GONE = ("message_not_found", "edit_window_closed", "cant_update_message")


class ComeBack(Exception):
    """Slack is throttling or unwell; try again after so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"Slack asks to come back in {seconds} s")
        self.seconds = seconds


class RefusedForGood(Exception):
    """Slack will never take this message; the text is its reason."""


class Channel(Protocol):
    """Where notices go. `ts` is the message to edit, "" for a new one; gives back its own. With
    `aloud`, the message is said below that one and in the channel too."""

    @property
    def edits(self) -> bool: ...

    def post(
        self, channel: str, message: dict[str, Any], ts: str, *, aloud: bool = False
    ) -> str: ...


def channel_for(secret: str, api_url: str) -> Channel:
    """A webhook when the secret is a URL, else a bot token."""
    return Webhook(secret) if secret.startswith("http") else Bot(secret, api_url)


@dataclass(frozen=True)
class Bot:
    """chat.postMessage for the first, chat.update for the later ones."""

    token: str
    api_url: str
    edits: bool = True

    def post(self, channel: str, message: dict[str, Any], ts: str, *, aloud: bool = False) -> str:
        from slack_sdk import WebClient
        from slack_sdk.errors import SlackApiError

        slack = WebClient(token=self.token, base_url=self.api_url, timeout=10)
        try:
            if ts and not aloud and _updated(slack, channel, ts, message):
                return ts
            below: dict[str, Any] = {"thread_ts": ts, "reply_broadcast": True} if aloud else {}
            answer = slack.chat_postMessage(
                channel=channel,
                **below,
                parse="none",
                link_names=False,
                unfurl_links=False,
                unfurl_media=False,
                **message,
            )
            return str(answer["ts"])
        except SlackApiError as error:
            raise _refusal(
                error.response.status_code, error.response.headers, str(error.response.get("error"))
            ) from error
        except (TimeoutError, OSError) as error:
            raise ComeBack(5) from error


def _updated(slack: Any, channel: str, ts: str, message: dict[str, Any]) -> bool:
    """False when the message can no longer be edited, because someone deleted it or it is too
    old: then the news is worth a message of its own."""
    from slack_sdk.errors import SlackApiError

    try:
        slack.chat_update(channel=channel, ts=ts, **message)
    except SlackApiError as error:
        if error.response.get("error") in GONE:
            return False
        raise
    return True


@dataclass(frozen=True)
class Webhook:
    """Posts only: a webhook gives no handle to edit by."""

    url: str
    edits: bool = False

    def post(self, channel: str, message: dict[str, Any], ts: str, *, aloud: bool = False) -> str:
        from slack_sdk import WebhookClient

        try:
            answer = WebhookClient(self.url, timeout=10).send(**message)
        except (TimeoutError, OSError) as error:
            raise ComeBack(5) from error
        if answer.status_code != 200:
            raise _refusal(answer.status_code, answer.headers, answer.body)
        return ""


def _refusal(status: int, headers: Any, reason: str) -> Exception:
    if status == 429:
        named = {str(name).lower(): value for name, value in dict(headers).items()}
        return ComeBack(int(named.get("retry-after", 30)))
    if status >= 500 or reason in (
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "ratelimited",
    ):
        return ComeBack(5)
    if reason in SECRET_REFUSED:  # someone is changing it: the new one is read soon
        return ComeBack(60)
    return RefusedForGood(reason)


def secret(parameter: str) -> str:
    """The token or webhook URL, from an SSM SecureString."""
    found = client("ssm").get_parameter(Name=parameter, WithDecryption=True)
    return str(found["Parameter"]["Value"]).strip()
