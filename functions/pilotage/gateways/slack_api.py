"""Calls to Slack, and what its refusals mean. slack_sdk is imported with the first call."""

from collections.abc import Mapping
from http.client import HTTPException
from typing import Any

from pilotage.told import ComeBack, RefusedForGood

SECRET_REFUSED = (
    "invalid_auth",
    "not_authed",
    "token_revoked",
    "token_expired",
    "account_inactive",
)
UNWELL = (
    "fatal_error",
    "internal_error",
    "rate_limited",
    "ratelimited",
    "request_timeout",
    "service_unavailable",
)
TIMEOUT_SECONDS = 5
NO_ANSWER = (TimeoutError, OSError, HTTPException)
# The queue tries again. slack_sdk's own second try may post what was posted.
ONCE: list[Any] = []
# The words stay as they are: nothing is looked for in them, and no page is fetched.
AS_IT_IS = {"parse": "none", "link_names": False, "unfurl_links": False, "unfurl_media": False}


def call(api_url: str, token: str, method: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A method of the Web API that writes. Raises ComeBack or RefusedForGood, whose text is Slack's
    error."""
    return _answer(api_url, token, TIMEOUT_SECONDS, method, json={**AS_IT_IS, **arguments})


def look_up(
    api_url: str, token: str, method: str, arguments: Mapping[str, Any], timeout: int
) -> dict[str, Any]:
    """A method of the Web API that reads. Raises ComeBack or RefusedForGood."""
    return _answer(api_url, token, timeout, method, http_verb="GET", params=dict(arguments))


def _answer(api_url: str, token: str, timeout: int, method: str, **how: Any) -> dict[str, Any]:
    from slack_sdk import WebClient
    from slack_sdk.errors import SlackApiError

    slack = WebClient(token=token, base_url=api_url, timeout=timeout, retry_handlers=ONCE)
    try:
        answer = slack.api_call(method, **how)
    except SlackApiError as error:
        refused = error.response
        reason = str(refused.get("error"))
        raise _refusal(refused.status_code, refused.headers, reason) from error
    except NO_ANSWER as error:
        raise ComeBack(5) from error
    return dict(answer.data) if isinstance(answer.data, dict) else {}


def send(url: str, message: Mapping[str, Any], timeout: int = TIMEOUT_SECONDS) -> None:
    """Post to an incoming webhook. Raises ComeBack or RefusedForGood."""
    from slack_sdk import WebhookClient

    try:
        answer = WebhookClient(url, timeout=timeout, retry_handlers=ONCE).send(**message)
    except NO_ANSWER as error:
        raise ComeBack(5) from error
    if answer.status_code != 200:
        raise _refusal(answer.status_code, answer.headers, answer.body)


def _refusal(status: int, headers: Any, reason: str) -> Exception:
    if status == 429:
        named = {str(name).lower(): value for name, value in dict(headers).items()}
        seconds = str(named.get("retry-after", ""))
        return ComeBack(int(seconds) if seconds.isdecimal() else 30)
    if status >= 500 or reason in UNWELL:
        return ComeBack(5)
    if reason in SECRET_REFUSED:  # someone is changing it: the new one is read soon
        return ComeBack(60)
    return RefusedForGood(reason)
