"""What holds a release up that has nobody before it: a freeze, someone else's deployment, an alarm."""

from collections.abc import Sequence
from typing import NamedTuple

from pilotage.fault import shown
from pilotage.turns import ROLL_BACK, UPLOAD, Claim

EVERYTHING = "everything"

TURN, FREEZE, DEPLOYMENT, ALARM = "turn", "freeze", "deployment", "alarm"
FUNCTION = "function"
# What only a person, or the passing of something foreign, ends.
HOLD_UP = (FREEZE, DEPLOYMENT, ALARM)


class Freeze(NamedTuple):
    """A person halted a target, or everything. `by` is who they claim to be; `at` when they said
    so: of two orders that arrive the wrong way round the later one counts."""

    target: str
    frozen: bool
    by: str
    reason: str
    at: str


class Hold(NamedTuple):
    """Why a release waits: `kind`, the words for people, and the names of the red alarms."""

    kind: str
    words: str
    names: tuple[str, ...] = ()


# A release that asks for its turn, and will be told why when it must wait.
ASKED = Hold(TURN, "")


def by_freeze(claim_kind: str, freezes: Sequence[Freeze | None]) -> Hold | None:
    """A rollback that a person asked for is not held by a freeze: it brings users back."""
    for freeze in freezes:
        if freeze and freeze.frozen and claim_kind != ROLL_BACK:
            what = "every target" if freeze.target == EVERYTHING else freeze.target
            words = f"{shown(what)} is frozen by {shown(freeze.by)}: {shown(freeze.reason, 300)}"
            return Hold(FREEZE, words)
    return None


def by_deployment(ids: Sequence[str]) -> Hold | None:
    if not ids:
        return None
    return Hold(DEPLOYMENT, f"deployment {ids[0]}, which is no release's, runs on the group")


def by_alarm(claim_kind: str, red: Sequence[str]) -> Hold | None:
    """A red alarm is not the artifact's fault. Urgent uploads and rollbacks go on all the same."""
    if not red or claim_kind != UPLOAD:
        return None
    many = "s are" if len(red) > 1 else " is"
    words = f"alarm{many} red: {', '.join(shown(name, 200) for name in red[:5])}"
    return Hold(ALARM, words, tuple(red))


def by_function(function: str, name: str) -> Hold:
    """Another target of the same function is just publishing it."""
    return Hold(FUNCTION, f"{shown(name)} is publishing {shown(function)} for another target")


def by_turn(holder: Claim | None) -> Hold:
    return Hold(TURN, f"{shown(holder.name, 40)} is on its way" if holder else "others go first")


def and_freeze(why: Hold, freeze: Hold | None) -> Hold:
    """What holds a release up first, and that it is frozen after that."""
    return Hold(why.kind, f"{why.words}; after that, {freeze.words}") if freeze else why
