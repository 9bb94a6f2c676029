"""Find the targets that an alarm holds up, and look at them again."""

from pilotage import hold
from pilotage.gateways.release_table import ReleaseTable
from take_turn.step import Turns


def resume_waiting(alarm: str, releases: ReleaseTable, turns: Turns) -> list[str]:
    """The targets whose releases went on."""
    waiting = {
        release.target_name
        for release in releases.open_releases()
        if release.hold and release.hold.kind == hold.ALARM and alarm in release.hold.names
    }
    return [target for target in sorted(waiting) if turns.look_again(target)]
