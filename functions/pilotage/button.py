"""What a person may do about a release with one click, in each of its states."""

from typing import NamedTuple

from pilotage import outcome as outcomes
from pilotage.durations import epoch
from pilotage.release import Release
from pilotage.turns import Turn

STOP, ROLL_BACK, RELEASE_AGAIN = "stop", "roll-back", "release-again"
ACTIONS = (STOP, ROLL_BACK, RELEASE_AGAIN)
# Until when users can be moved off a version that was brought live, by a click.
ROLL_BACK_HOURS = 24


class Button(NamedTuple):
    """`asks` is said before it is done, `yes` agrees."""

    action: str
    label: str
    asks: str
    yes: str
    danger: bool = False


def buttons_of(release: Release, now: float = 0) -> tuple[Button, ...]:
    """None while what they ask for is already under way. `now` in seconds since the epoch."""
    if release.followed_by or (release.stop and not release.outcome):
        return ()
    if release.outcome is None:
        return _on_its_way(release)
    if release.outcome.kind == outcomes.LIVE:
        return _back(release) if now < offered_until(release) else ()
    stopped = release.outcome.kind in (outcomes.STOPPED, outcomes.SUPERSEDED)
    return (_again(release),) if stopped and not release.roll_back else ()


def offered_until(release: Release) -> int:
    """Until when a roll back is offered, in seconds since the epoch; 0 when it is not."""
    if release.outcome is None or release.outcome.kind != outcomes.LIVE or release.roll_back:
        return 0
    return epoch(release.outcome.at) + ROLL_BACK_HOURS * 3600


def _on_its_way(release: Release) -> tuple[Button, ...]:
    """A release that brings users back is not stopped by a click."""
    if release.roll_back or release.plan is None:
        return ()
    revision = release.revision
    if revision is None or not revision.previous or release.step in ("waiting", "publishing"):
        asks = f"{release.name} will not go to {release.target_name}. Users keep what they have."
        return (Button(STOP, "Stop", asks, "Stop it", danger=True),)
    asks = f"All traffic of {release.target_name} goes to version {revision.previous}."
    return (Button(STOP, "Stop and roll back", asks, "Roll back", danger=True),)


def _back(release: Release) -> tuple[Button, ...]:
    revision = release.revision
    if revision is None or not revision.previous or release.roll_back:
        return ()
    asks = (
        f"All traffic of {release.target_name} goes from version {revision.version} back to "
        f"version {revision.previous}, at once and without checks."
    )
    label = f"Roll back to version {revision.previous}"
    return (Button(ROLL_BACK, label, asks, "Roll back", danger=True),)


def too_old(release: Release, turn: Turn) -> str:
    """Why an artifact is not released again: it would take users back; "" when it would not."""
    newest = turn.newest
    if newest is None or not newest.is_newer_than(release.claim):
        return ""
    return f"{newest.name} went live after it. Upload it anew when that is what you want."


def _again(release: Release) -> Button:
    asks = f"The same artifact is uploaded to {release.target_name} again, as a new release."
    return Button(RELEASE_AGAIN, "Release again", asks, "Release again")
