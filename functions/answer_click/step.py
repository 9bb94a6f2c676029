"""Answer a click: check who it is from, claim it, hand it on as an operator's instruction.

Slack waits three seconds, so nothing of the work itself is done here. No click is swallowed: one
that comes to nothing is told so, to whoever clicked.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from pilotage import click as clicks
from pilotage.click import NOTHING_DONE, Click
from pilotage.gateways.clock import now
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.turn_table import TurnTable

log = logging.getLogger(__name__)

OK, NOT_SLACKS = 200, 401


class Claims(Protocol):
    """Who clicked a button first."""

    def claim(self, click_id: str, by: str, at: str) -> tuple[str, str] | None: ...

    def let_go(self, click_id: str) -> None: ...


class Clicks(NamedTuple):
    """`is_slacks` tells whether a body with these headers was signed by Slack; `may_click` whether
    a user may; `hand_on` puts an instruction on the operators' bus; `tell` says something to the
    clicker alone."""

    is_slacks: Callable[[bytes, Mapping[str, str]], bool]
    may_click: Callable[[str], bool]
    releases: ReleaseTable
    turns: TurnTable
    claims: Claims
    hand_on: Callable[[str, dict[str, str]], None]
    tell: Callable[[str, str], None]

    def answer(self, event: Mapping[str, Any]) -> int:
        """The HTTP status for Slack. `event`: a request to the function's URL."""
        try:
            body = clicks.body_of(event)
            if not self.is_slacks(body, event.get("headers") or {}):
                return NOT_SLACKS
        except (ValueError, TypeError):  # junk where a number or a signature belongs
            return NOT_SLACKS
        if click := clicks.read(body):
            self.tell(click.answer_url, self._outcome(click))
        return OK

    def _outcome(self, click: Click) -> str:
        """What came of the click, in words for whoever clicked."""
        try:
            if not self.may_click(click.user):
                return f"You are not among those who may do this. {NOTHING_DONE}"
        except Exception:
            log.exception("whether %s may click is not known", click.user)
            return f"Slack did not say whether you may do this. {NOTHING_DONE} Try again."
        try:
            return self._obey(click)
        except Exception:
            log.exception("a click on %s could not be answered", click.release)
            return "It is not known whether that worked. Look at the message, then try again."

    def _obey(self, click: Click) -> str:
        release = self.releases.load(click.release)
        target = release.target_name if release else ""
        turn = self.turns.turn(target)
        if words := clicks.refusal(click, release, turn, now()):
            return words
        assert release is not None
        if before := self.claims.claim(click.id, click.who, now()):
            return clicks.taken(*before)
        try:
            self.hand_on(*clicks.instruction(click, release))
        except Exception:
            self.claims.let_go(click.id)
            raise
        return clicks.done(click, turn)
