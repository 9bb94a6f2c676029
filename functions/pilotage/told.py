"""What a channel has been told of a release so far, and the one thing that a channel can do."""

import hashlib
import json
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from pilotage.history import Line
from pilotage.notice import Notice


class Told(NamedTuple):
    """`channel` and `ts` find the message again. `rank` and `digest` are those of the notice as
    it was last told, `ended` whether that was its end, `aloud` whether a bad end was said aloud.
    `lines` are the keys of what was said of its history."""

    channel: str = ""
    ts: str = ""
    rank: int = -1
    digest: str = ""
    ended: bool = False
    aloud: bool = False
    lines: tuple[str, ...] = ()

    def news(self, notice: Notice) -> tuple[Line, ...]:
        """The lines of its history that were not said yet, once they are worth saying."""
        if not notice.history_due:
            return ()
        return tuple(line for line in notice.history if line.key not in self.lines)


NOTHING_TOLD = Told()


Step = Callable[[], Told]


class Channel(Protocol):
    """Where notices go."""

    def next(self, notice: Notice, told: Told) -> Step | None:
        """The next thing that is left to tell of a notice, None when nothing is. Calling it tells
        it, and gives what has been told then; it raises ComeBack or RefusedForGood."""
        ...


class ComeBack(Exception):
    """The channel is throttling or unwell; try again after so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"the channel asks to come back in {seconds} s")
        self.seconds = seconds


class RefusedForGood(Exception):
    """The channel will never take this message; the text is its reason."""


def digest(message: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(message, sort_keys=True).encode()).hexdigest()
