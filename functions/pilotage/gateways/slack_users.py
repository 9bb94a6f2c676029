"""Slack: who is among some users and user groups."""

import logging
import time
from collections.abc import Callable, Sequence
from functools import lru_cache

from pilotage.gateways.slack_api import look_up
from pilotage.told import RefusedForGood

log = logging.getLogger(__name__)

GROUP_SECONDS = 60
ANSWER_SECONDS = 1


def is_among(operators: Sequence[str], api_url: str, token: Callable[[], str], user: str) -> bool:
    """Whether `operators`, ids of users (U…, W…) and of user groups (S…), hold a user. Who is in a
    group is remembered for a minute. Raises ComeBack when Slack does not say."""
    if user in operators:
        return True
    groups = [operator for operator in operators if operator.startswith("S")]
    period = int(time.time() // GROUP_SECONDS)
    return any(user in _known_members(api_url, token, group, period) for group in groups)


def _known_members(
    api_url: str, token: Callable[[], str], group: str, period: int
) -> frozenset[str]:
    """Nobody in a group that Slack does not know: the other groups count all the same."""
    try:
        return _members(api_url, token, group, period)
    except RefusedForGood:
        log.exception("who is in the group %s is not known", group)
        return frozenset()


@lru_cache(maxsize=32)
def _members(api_url: str, token: Callable[[], str], group: str, _period: int) -> frozenset[str]:
    """https://docs.slack.dev/reference/methods/usergroups.users.list"""
    found = look_up(api_url, token(), "usergroups.users.list", {"usergroup": group}, ANSWER_SECONDS)
    return frozenset(found.get("users") or [])
