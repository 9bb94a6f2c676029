"""Slack, by bot token or by incoming webhook."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from pilotage.gateways.pace import Api, Paced
from pilotage.gateways.slack_api import call, send
from pilotage.history import Line
from pilotage.notice import Notice
from pilotage.slack_message import render, render_aloud, render_history
from pilotage.told import Channel, RefusedForGood, Told, digest

GONE = ("message_not_found", "edit_window_closed", "cant_update_message")


def channel_for(secret: str, api_url: str, channel: str, *, buttons: bool = False) -> Channel:
    """A webhook when the secret is a URL, else a bot token. `channel` is told what has no channel
    of its own; `buttons` are shown where someone answers them."""
    if secret.startswith("http"):
        return Webhook(partial(send, secret))
    return Bot(Paced(partial(call, api_url, secret)), channel, buttons)


class Bot(NamedTuple):
    """One message a release, edited in place; its history in the thread; bad ends also aloud."""

    api: Api
    channel: str
    buttons: bool = False

    def next(self, notice: Notice, told: Told) -> Callable[[], Told] | None:
        message = render(notice, buttons=self.buttons)
        if told.digest != digest(message):
            return partial(self._show, notice, message, told)
        if notice.broadcast and not told.aloud:
            return partial(self._say_aloud, notice, told)
        if news := told.news(notice):
            return partial(self._say_news, news, told)
        return None

    def _show(self, notice: Notice, message: dict[str, Any], told: Told) -> Told:
        if not told.ts or not (self._edited(told, message) or notice.past):
            channel = told.channel or notice.channel or self.channel
            answer = self.api("chat.postMessage", {"channel": channel, **message})
            # A new message rings by itself, so nothing more is said aloud.
            told = Told(channel, str(answer["ts"]), aloud=notice.broadcast)
        return told._replace(rank=notice.rank, digest=digest(message), ended=notice.ended)

    def _edited(self, told: Told, message: dict[str, Any]) -> bool:
        """False when the message can no longer be edited, because someone deleted it or it is too
        old: then the news is worth a message of its own."""
        try:
            self.api("chat.update", {"channel": told.channel, "ts": told.ts, **message})
        except RefusedForGood as refused:
            if str(refused) in GONE:
                return False
            raise
        return True

    def _say_aloud(self, notice: Notice, told: Told) -> Told:
        """Below the message, and in the channel too."""
        self._reply(told, {**render_aloud(notice), "reply_broadcast": True})
        return told._replace(aloud=True)

    def _say_news(self, news: tuple[Line, ...], told: Told) -> Told:
        """Below the message, silently."""
        self._reply(told, render_history(news))
        return told._replace(lines=(*told.lines, *(line.key for line in news)))

    def _reply(self, told: Told, message: dict[str, Any]) -> None:
        where = {"channel": told.channel, "thread_ts": told.ts}
        self.api("chat.postMessage", {**where, **message})


class Webhook(NamedTuple):
    """A webhook gives no handle to edit by: a start and an ending, without buttons."""

    send: Callable[[dict[str, Any]], None]

    def next(self, notice: Notice, told: Told) -> Callable[[], Told] | None:
        if told.digest and (told.ended or not notice.ended):
            return None
        return partial(self._post, notice, told)

    def _post(self, notice: Notice, told: Told) -> Told:
        self.send(render(notice))
        return told._replace(rank=notice.rank, digest="sent", ended=notice.ended)
