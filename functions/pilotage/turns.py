"""Taking turns: a target serves one release at a time, and only the newest one waits."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Claim:
    """A release that wants the turn. `token` continues it."""

    release: str
    token: str
    uploaded_at: str
    sequencer: str = ""
    name: str = ""

    @property
    def age(self) -> tuple[str, str]:
        """Sorts older uploads first. The sequencer orders uploads of the same moment."""
        return (self.uploaded_at, self.sequencer)


@dataclass(frozen=True, slots=True)
class Turn:
    """Who has the target's turn, and who waits. `version` guards each write."""

    holder: Claim | None = None
    waiting: Claim | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """What a decision comes to: the new turn, who goes on now, and who is superseded by whom."""

    turn: Turn
    goes_on: Claim | None = None
    superseded: Claim | None = None
    by: Claim | None = None


def take(turn: Turn, claim: Claim) -> Move:
    """A release asks for its turn. Asking again (a retry, with a new token) changes nothing else."""
    if turn.holder is None or turn.holder.release == claim.release:
        waiting = turn.waiting
        if waiting and waiting.release == claim.release:
            waiting = None
        return Move(_next(turn, holder=claim, waiting=waiting), goes_on=claim)
    waiting = turn.waiting
    if waiting is None or waiting.release == claim.release:
        return Move(_next(turn, waiting=claim))
    if claim.age >= waiting.age:
        return Move(_next(turn, waiting=claim), superseded=waiting, by=claim)
    return Move(turn, superseded=claim, by=waiting)


def give_back(turn: Turn, release: str) -> Move:
    """A release is over: the waiting one goes on. A release that has no turn changes nothing."""
    if turn.holder and turn.holder.release == release:
        heir = turn.waiting
        return Move(_next(turn, holder=heir, waiting=None), goes_on=heir)
    if turn.waiting and turn.waiting.release == release:
        return Move(_next(turn, waiting=None))
    return Move(turn)


def _next(turn: Turn, **changes: Claim | None) -> Turn:
    return replace(turn, version=turn.version + 1, **changes)
