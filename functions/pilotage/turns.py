"""Taking turns: a target serves one release at a time, and this decides who is next.

Rollbacks that a person asked for go first, then urgent uploads, then the others. Of the uploads
that wait, only the newest stays, unless the target takes them in order. Once an urgent upload has
gone live, what was uploaded before it goes nowhere, in order or not: it would take the fix away again.
"""

from collections.abc import Iterable
from functools import cmp_to_key, reduce
from typing import NamedTuple

UPLOAD, URGENT, ROLL_BACK = "upload", "urgent", "roll back"
_FIRST = (ROLL_BACK, URGENT, UPLOAD)
LIVES_KEPT = 10
# A turn is one item of DynamoDB, which takes 400 KB; a claim has at most 1.2 KB, and there must be
# room for roll backs.
MOST_WAITING = 250


class QueueFull(Exception):
    """No more releases fit into what is kept of the target; the text is for the uploader."""


class Claim(NamedTuple):
    """A release that wants the turn. `kind` is upload, urgent or roll back; `key` tells uploads of
    one key from others; `by` is who its uploader claims to be."""

    release: str
    uploaded_at: str
    key: str = ""
    sequencer: str = ""
    claimed_at: str = ""
    name: str = ""
    kind: str = UPLOAD
    by: str = ""

    @property
    def label(self) -> str:
        """What people tell it from its like by: many uploads have one name."""
        by = f" by {self.by}" if self.by else ""
        return f"{self.name}{by} ({self.release.rpartition('/')[2][:8]})"

    def is_newer_than(self, other: "Claim") -> bool:
        """By event time; then, for one key, by S3's sequencer; then by the order of claiming.

        Sequencers are compared as if the shorter one had zeros at its end.
        https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
        """
        if self.uploaded_at != other.uploaded_at:
            return self.uploaded_at > other.uploaded_at
        if self.key == other.key and self.sequencer and other.sequencer:
            length = max(len(self.sequencer), len(other.sequencer))
            mine, theirs = self.sequencer.ljust(length, "0"), other.sequencer.ljust(length, "0")
            return mine > theirs
        return (self.claimed_at, self.release) > (other.claimed_at, other.release)


class Life(NamedTuple):
    """A version that went live on the target; `rolled_back` once a person has moved users off it."""

    version: str
    release: str
    rolled_back: bool = False


class Turn(NamedTuple):
    """Who has the target's turn and who waits, next first. `newest` is the newest upload that went
    live; `lives` what was live, latest first. `number` counts the writes and guards them."""

    holder: Claim | None = None
    waiting: tuple[Claim, ...] = ()
    newest: Claim | None = None
    lives: tuple[Life, ...] = ()
    number: int = 0

    @property
    def next(self) -> Claim | None:
        """Who goes on as soon as nothing holds the target up."""
        return self.waiting[0] if self.waiting and self.holder is None else None

    @property
    def life(self) -> Life | None:
        """The last version that went live and that nobody was moved off."""
        return next((life for life in self.lives if not life.rolled_back), None)

    @property
    def everyone(self) -> tuple[Claim, ...]:
        return (*((self.holder,) if self.holder else ()), *self.waiting)


class Superseded(NamedTuple):
    """A release that a newer upload takes the place of."""

    release: str
    by: str


class Move(NamedTuple):
    """What a decision comes to: the new turn, who goes on now, and who is superseded."""

    turn: Turn
    goes_on: Claim | None = None
    superseded: tuple[Superseded, ...] = ()


def join(turn: Turn, claim: Claim, *, in_order: bool = False) -> Move:
    """A release asks for the turn. Asking again changes nothing. Raises QueueFull."""
    if turn.holder and turn.holder.release == claim.release:
        return Move(turn, goes_on=turn.holder)
    if any(waiting.release == claim.release for waiting in turn.waiting):
        return Move(turn)
    if in_order and claim.kind != ROLL_BACK and len(turn.waiting) >= MOST_WAITING:
        raise QueueFull(f"{len(turn.waiting)} releases wait already; upload it when fewer do")
    waiting = sorted((*turn.waiting, claim), key=cmp_to_key(_before))
    if in_order:
        return _without_the_late(turn._replace(waiting=tuple(waiting)))
    return _without_the_older(turn, waiting)


def call_next(turn: Turn) -> Move:
    """Nothing holds the target up: the first who waits goes on."""
    move = _without_the_late(turn)
    heir = move.turn.next
    if heir is None:
        return move
    called = move.turn._replace(holder=heir, waiting=move.turn.waiting[1:])
    return move._replace(turn=called, goes_on=heir)


def leave(turn: Turn, release: str, live: str = "", before: str = "") -> Turn:
    """A release is over; `live` is the version that it brought to everyone, `before` what they had
    before it. A release that has no place changes nothing."""
    if turn.holder is None or turn.holder.release != release:
        others = tuple(claim for claim in turn.waiting if claim.release != release)
        return turn._replace(waiting=others) if others != turn.waiting else turn
    left = turn._replace(holder=None)
    return _with_life(left, turn.holder, live, before) if live else left


def earlier_life(turn: Turn, current: str) -> str:
    """The version to roll back to from `current`: the latest that was live before it and that
    nobody was moved off. Empty when none is known."""
    versions = [life.version for life in turn.lives]
    older = turn.lives[versions.index(current) + 1 :] if current in versions else turn.lives
    good = (life.version for life in older if not life.rolled_back and life.version != current)
    return next(good, "")


def _with_life(turn: Turn, claim: Claim, version: str, before: str) -> Turn:
    if claim.kind == ROLL_BACK:
        return turn._replace(lives=_rolled_back_to(turn.lives, version, claim.release))
    if any(life.release == claim.release for life in turn.lives):
        return turn
    latest = turn.newest
    if latest is None or claim.is_newer_than(latest):
        latest = claim
    others = tuple(life for life in turn.lives if life.version != version)
    if before not in ("", version, *(life.version for life in others)):
        others = (Life(before, ""), *others)  # it went live without Pilotage
    return turn._replace(newest=latest, lives=(Life(version, claim.release), *others)[:LIVES_KEPT])


def _rolled_back_to(lives: tuple[Life, ...], version: str, release: str) -> tuple[Life, ...]:
    """Everything that went live after `version` is marked."""
    versions = [life.version for life in lives]
    if version not in versions:
        return (Life(version, release), *(life._replace(rolled_back=True) for life in lives))
    place = versions.index(version)
    left = (life._replace(rolled_back=True) for life in lives[:place])
    return (*left, (lives[place])._replace(rolled_back=False), *lives[place + 1 :])


def _without_the_older(turn: Turn, waiting: Iterable[Claim]) -> Move:
    """Only the newest upload waits; an urgent one gives way only to a newer urgent one."""
    uploads = [claim for claim in waiting if claim.kind != ROLL_BACK]
    urgent = [claim for claim in uploads if claim.kind == URGENT]
    stay = {newest(group).release for group in (uploads, urgent) if group}
    left = tuple(c for c in waiting if c.kind == ROLL_BACK or c.release in stay)
    by = newest(uploads).label if uploads else ""
    gone = tuple(Superseded(c.release, by) for c in waiting if c not in left)
    if left != turn.waiting:
        turn = turn._replace(waiting=left)
    move = _without_the_late(turn)
    return move._replace(superseded=(*gone, *move.superseded))


def _without_the_late(turn: Turn) -> Move:
    """An upload whose event came late, after a newer one went live, goes nowhere: it would bring
    users back to what they had before."""
    live = turn.newest
    if live is None:
        return Move(turn)
    late = tuple(c for c in turn.waiting if c.kind != ROLL_BACK and live.is_newer_than(c))
    if not late:
        return Move(turn)
    left = tuple(claim for claim in turn.waiting if claim not in late)
    gone = tuple(Superseded(claim.release, live.label) for claim in late)
    return Move(turn._replace(waiting=left), superseded=gone)


def _before(one: Claim, other: Claim) -> int:
    """Negative when `one` goes first: by kind, then the older upload, whichever event came first."""
    if one.kind != other.kind:
        return _FIRST.index(one.kind) - _FIRST.index(other.kind)
    return 1 if one.is_newer_than(other) else -1


def newest(claims: Iterable[Claim]) -> Claim:
    """The one that was uploaded last."""
    return reduce(lambda best, claim: claim if claim.is_newer_than(best) else best, claims)
