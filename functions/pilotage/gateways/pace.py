"""How fast a channel is called, once Slack has said that it was too fast."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from pilotage.told import ComeBack

Api = Callable[[str, dict[str, Any]], dict[str, Any]]

# Slack's rule of thumb: one message a second and channel, more for a short while.
# https://docs.slack.dev/apis/web-api/rate-limits
SECONDS_A_CALL = 1.0
# So long after Slack turned a call away, the next ones keep the rule.
CROWDED_SECONDS = 60.0


class Paced:
    """Slack's methods that write, as one notifier calls them; another keeps its own pace. A channel that takes everything is not held back. One that turned
    a call away gets the next a second after it took the last: to ask sooner is to be refused, and to
    come back a whole second after that."""

    def __init__(
        self,
        api: Api,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._api = api
        self._sleep = sleep
        self._now = now
        self._took: dict[str, float] = {}
        self._crowded: dict[str, float] = {}

    def __call__(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        channel = _channel(arguments)
        pause = self._pause(channel)
        if pause > 0:
            self._sleep(pause)
        try:
            answer = self._api(method, arguments)
        except ComeBack:
            self._crowded[channel] = self._now()
            raise
        self._took[channel] = self._now()
        return answer

    def _pause(self, channel: str) -> float:
        now = self._now()
        turned_away, took = self._crowded.get(channel), self._took.get(channel)
        if turned_away is None or took is None or now >= turned_away + CROWDED_SECONDS:
            return 0.0
        return took + SECONDS_A_CALL - now


def _channel(arguments: Mapping[str, Any]) -> str:
    return str(arguments.get("channel", ""))
