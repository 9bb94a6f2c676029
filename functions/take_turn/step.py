"""Who has a target's turn: releases ask for it, give it back, and are called when it is theirs.

Each decision is one conditional write of the target's turn; only then are tokens handed over. A
step that dies in between leaves a turn whose holder was not called: `look_again` calls it.
"""

import random
import time
from collections.abc import Callable
from typing import NamedTuple

from pilotage import hold, turns
from pilotage.attempt import Attempt
from pilotage.errors import TurnContested
from pilotage.gateways import workflow
from pilotage.gateways.obstacles import obstacle
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.stop_release import halt, stop_release
from pilotage.gateways.topic import Topic
from pilotage.gateways.turn_table import Conflict, TurnTable
from pilotage.hold import ASKED, Hold
from pilotage.precedence import gives_way
from pilotage.release import Release, Stop
from pilotage.turns import Claim, Move, QueueFull, Superseded, Turn

MAX_TRIES = 30
FIRST_PAUSE_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 0.5


class Decided(NamedTuple):
    """What was written. `obstacle` holds up the release that would be next."""

    move: Move
    obstacle: Hold | None = None

    @property
    def turn(self) -> Turn:
        return self.move.turn


class Turns:
    """`sleep` pauses between tries when many write the turn of one target at once."""

    def __init__(
        self,
        releases: ReleaseTable,
        table: TurnTable,
        topic: Topic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._releases = releases
        self._table = table
        self._topic = topic
        self._sleep = sleep

    def ask(self, release_id: str, attempt: Attempt) -> None:
        """A release asks for its target's turn; the token continues it when it has it. Raises
        TurnContested."""
        release = self._releases.load(release_id)
        if release is None or release.plan is None:
            raise LookupError(f"no inspected release {release_id} in the table")
        plan = release.plan
        if release.outcome:  # swept meanwhile
            workflow.fail(attempt.token, "ReleaseOver", release.outcome.kind)
            return
        if release.stop:
            workflow.fail(attempt.token, "StopAsked", str(release.stop))
            return
        release = release.tried(attempt)._replace(step="waiting", hold=ASKED)
        # Before anyone can call it.
        if not self._releases.save_attempt(release, "step", "hold"):
            return
        claim, in_order = release.claim, plan.target.in_order
        target = release.target_name
        try:
            decided = self._decide(target, lambda turn: turns.join(turn, claim, in_order=in_order))
        except QueueFull as full:
            workflow.fail(attempt.token, "QueueFull", str(full))
            return
        if claim in decided.turn.waiting:
            self._settle_down(release, decided)

    def give_back(self, release: Release) -> Turn:
        """The release is over, or will never come: the next one goes on, and is called again where
        an earlier try died before it could. Gives the turn as it is then."""
        decided = self._decide(release.target_name, lambda turn: Move(_without(turn, release)))
        holder = decided.turn.holder
        if holder and not decided.move.goes_on and holder.release != release.id:
            called = self._releases.load(holder.release)
            if called and called.step == "waiting":
                self._call(holder)
        return decided.turn

    def look_again(self, target: str) -> bool:
        """What held the target up may be gone, or may give way. Whether a release was called."""
        decided = self._decide(target, Move)
        holder = decided.turn.holder
        if decided.move.goes_on or holder is None:
            return bool(decided.move.goes_on)
        release = self._releases.load(holder.release)
        if release is None:
            return False
        return self._made_way(release, decided.turn) or self._called_again(release, holder)

    def tell_waiting(self, target: str) -> None:
        """Say anew why the releases of a target wait: what holds them up has changed."""
        decided = self._decide(target, Move)
        for claim in decided.turn.waiting:
            self._wait(claim.release, self._why(decided, target, claim.kind))

    def find_place(self, release: Release) -> bool:
        """For a release that waits: whether it had lost its place unheard, and is told so."""
        turn = self._table.turn(release.target_name)
        if release.id in (claim.release for claim in turn.everyone) or release.hold == ASKED:
            return False
        uploads = [claim for claim in (*turn.everyone, turn.newest) if claim]
        by = turns.newest(uploads).label if uploads else "another artifact"
        self._supersede(Superseded(release.id, by))
        return True

    def _settle_down(self, release: Release, decided: Decided) -> None:
        """The release waits: it is told why, and stops the one that runs where it may."""
        self._wait(release.id, self._why(decided, release.target_name, release.claim.kind))
        holder = decided.turn.holder
        if running := self._releases.load(holder.release) if holder else None:
            self._stop_for(running, release)

    def _why(self, decided: Decided, target: str, claim_kind: str) -> Hold:
        """What holds up who waits: also that it will be frozen once its turn comes."""
        if decided.obstacle:
            return decided.obstacle
        freeze = hold.by_freeze(claim_kind, self._table.freezes(target))
        return hold.and_freeze(hold.by_turn(decided.turn.holder or decided.turn.next), freeze)

    def _made_way(self, running: Release, turn: Turn) -> bool:
        first = self._releases.load(turn.waiting[0].release) if turn.waiting else None
        return self._stop_for(running, first)

    def _stop_for(self, running: Release, first: Release | None) -> bool:
        """Stop the one that runs, where it gives way to the one that waits."""
        if first is None or not gives_way(running, first, self._table.freezes(first.target_name)):
            return False
        stop_release(running, Stop.for_another(first), self._releases)
        return True

    def _decide(self, target: str, decision: Callable[[Turn], Move]) -> Decided:
        """Write what is decided about the turn, then act on it."""
        for attempt in range(MAX_TRIES):
            before = self._table.turn(target)
            decided = self._with_next(target, decision(self._without_the_dead(before)))
            try:
                if decided.turn != before:
                    self._table.put_turn(target, decided.turn)
            except Conflict:
                longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**attempt)
                self._sleep(random.uniform(0, longest))
                continue
            if self._act(decided):
                # What it was told to wait for may have gone before anyone could see that it waits.
                return self._decide(target, Move)
            return decided
        raise TurnContested(f"the turn of {target} was written {MAX_TRIES} times meanwhile")

    def _with_next(self, target: str, move: Move) -> Decided:
        """The move, with the next release called unless something holds the target up."""
        heir = move.turn.next
        if heir is None:
            return Decided(move)
        if found := obstacle(target, heir.kind, self._table):
            return Decided(move, found)
        called = turns.call_next(move.turn)
        return Decided(called._replace(superseded=(*move.superseded, *called.superseded)))

    def _without_the_dead(self, turn: Turn) -> Turn:
        """A holder whose release is over gave its turn to nobody."""
        holder = self._releases.load(turn.holder.release) if turn.holder else None
        return _without(turn, holder) if holder and holder.outcome else turn

    def _act(self, decided: Decided) -> bool:
        """Whether the next release was told of something new that holds it up."""
        if called := decided.move.goes_on:
            self._call(called)
        for gone in decided.move.superseded:
            self._supersede(gone)
        heir = decided.turn.next
        return bool(heir and decided.obstacle and self._wait(heir.release, decided.obstacle))

    def _call(self, claim: Claim) -> bool:
        release = self._releases.load(claim.release)
        output = {"release": claim.release}
        return release is not None and workflow.succeed(release.token, output)

    def _supersede(self, gone: Superseded) -> None:
        release = self._releases.load(gone.release)
        if release and not release.outcome:
            cause = f"{gone.by} was uploaded later and goes first."
            workflow.fail(release.token, "ReleaseSuperseded", cause)

    def _wait(self, release_id: str, why: Hold) -> bool:
        """Say why a release waits. False when it has been said, or the release has been called."""
        release = self._releases.load(release_id)
        if release is None or release.hold == why:
            return False
        waits = self._releases.save_hold(release._replace(hold=why))
        if waits:
            self._topic.tell(release_id)
        if release.stop:
            halt(release)
        return waits

    def _called_again(self, release: Release, holder: Claim) -> bool:
        """The holder was not called, by a step that died; or it is held up before its deployment,
        and what held it up is gone. A freeze holds it too: it waits."""
        if release.step == "waiting":
            return self._call(holder)
        if not release.hold or not release.is_held_up:
            return False
        found = obstacle(release.target_name, holder.kind, self._table)
        if found is None:
            return workflow.fail(release.token, "TargetHeld", f"no more: {release.hold.words}")
        if found != release.hold and self._releases.change_hold(release, found):
            self._topic.tell(release.id)
        return False


def _without(turn: Turn, over: Release) -> Turn:
    outcome, revision = over.outcome, over.revision
    live = outcome.users_get if outcome and outcome.is_live else ""
    return turns.leave(turn, over.id, live, revision.previous if revision else "")
