"""Which release gives way to one that waits behind it."""

from collections.abc import Sequence

from pilotage import hold
from pilotage.hold import Freeze
from pilotage.release import Release
from pilotage.turns import URGENT


def gives_way(running: Release, waiting: Release | None, freezes: Sequence[Freeze | None]) -> bool:
    """A release that is held up before its deployment gives way to a roll back: what holds it up
    may be what only the roll back ends. One that runs gives way to an urgent upload, unless it
    brings users back itself or the target is frozen."""
    if waiting is None or running.outcome or running.stop:
        return False
    if waiting.roll_back:
        deployed = running.deployment is not None and bool(running.deployment.id)
        return running.hold is not None and not deployed
    frozen = hold.by_freeze(URGENT, freezes)
    return bool(waiting.urgent) and running.roll_back is None and frozen is None
