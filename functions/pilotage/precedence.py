"""Which release gives way to one that waits behind it."""

from collections.abc import Sequence

from pilotage import hold
from pilotage.hold import Freeze
from pilotage.release import Release
from pilotage.turns import URGENT


def gives_way(running: Release, waiting: Release | None, freezes: Sequence[Freeze | None]) -> bool:
    """A release that is held up before its deployment gives way to a roll back: what holds it up
    may be what only the roll back ends. One that runs gives way to an urgent upload, unless it was
    uploaded later, brings users back itself, or the target is frozen."""
    if waiting is None or running.outcome or running.stop:
        return False
    if waiting.roll_back:
        return running.is_held_up
    if not waiting.urgent or running.roll_back or running.claim.is_newer_than(waiting.claim):
        return False
    return hold.by_freeze(URGENT, freezes) is None
