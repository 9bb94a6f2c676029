"""How a release ends, judged by what users get: the alias decides, not what anybody says."""

from dataclasses import dataclass
from typing import NamedTuple

from pilotage.fault import shown
from pilotage.target import AliasState

LIVE = "live"
UNCHANGED = "unchanged"
REJECTED = "rejected"
SUPERSEDED = "superseded"
STOPPED = "stopped"
NEEDS_A_PERSON = "needs a person"
LONGEST_REASON = 1200
OUTCOMES = (LIVE, UNCHANGED, REJECTED, SUPERSEDED, STOPPED, NEEDS_A_PERSON)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`kind` is one of OUTCOMES. `users_get` is the version that users get now, as far as known.

    `share` (0 to 1) of users had the new version for `seconds`, before they were brought back.
    """

    kind: str
    users_get: str = ""
    reason: str = ""
    share: float = 0.0
    seconds: float = 0.0
    at: str = ""
    command: str = ""
    exposed: bool = False

    def __post_init__(self) -> None:
        """Whatever ended the release: an outcome that is too large could never be kept."""
        object.__setattr__(self, "reason", shown(self.reason, LONGEST_REASON))

    @property
    def is_live(self) -> bool:
        """Whether everyone gets what the release is of."""
        return self.kind in (LIVE, UNCHANGED)

    @property
    def was_exposed(self) -> bool:
        """Whether users had the new version and were brought back from it."""
        return self.kind == STOPPED and self.exposed


class DeploymentEnd(NamedTuple):
    """What CodeDeploy says of a deployment's end. Times in seconds since the epoch, 0 if unknown."""

    status: str
    error_code: str = ""
    error_message: str = ""
    shift_started: float = 0.0
    share: float = 0.0
    rollback_id: str = ""
    rollback_status: str = ""
    rolled_back_at: float = 0.0


class Seen(NamedTuple):
    """Everything the judgement rests on. `error` and `cause` are the state machine's."""

    error: str = ""
    cause: str = ""
    way: str = ""
    previous: str = ""
    new: str = ""
    alias: AliasState | None = None
    function: str = ""
    alias_name: str = ""
    end: DeploymentEnd | None = None
    check_reasons: tuple[str, ...] = ()
    planned: bool = False
    rejected: bool = False
    first_share: float = 0.0
    stop: str = ""
    goes_back: bool = False


def judge(seen: Seen) -> Outcome:
    """The outcome of a release whose steps are over, whatever ended them."""
    if turned_away := _turned_away(seen):
        return turned_away
    if not seen.error and seen.way == "unchanged" and _at(seen, seen.previous):
        return Outcome(UNCHANGED, users_get=seen.previous)
    if _ended_well(seen) and _is_base(seen, seen.new):
        return Outcome(LIVE, users_get=seen.new)
    if seen.way == "first" and seen.alias is None:
        return Outcome(STOPPED, reason=_reason(seen))
    if not seen.planned or _never_moved(seen):
        return Outcome(STOPPED, _serving(seen), _reason(seen), command=_mend(seen))
    if _at(seen, seen.previous) and seen.previous != seen.new and _is_over(seen):
        return _stopped_after_exposure(seen)
    return Outcome(NEEDS_A_PERSON, _serving(seen), _reason(seen), command=_mend(seen))


def _turned_away(seen: Seen) -> Outcome | None:
    """The outcome of a release that ended before it could touch anything."""
    if seen.rejected:
        return Outcome(REJECTED, users_get=seen.alias.version if seen.alias else "")
    if seen.error == "ReleaseSuperseded":
        return Outcome(SUPERSEDED, users_get=_serving(seen), reason=seen.cause)
    if seen.error == "AliasIsShared":
        return Outcome(NEEDS_A_PERSON, reason=seen.cause, command=_mend(seen))
    return None


def _ended_well(seen: Seen) -> bool:
    if seen.way == "first":  # its alias is made only once its checks have passed
        return True
    return seen.end is not None and seen.end.status == "Succeeded"


def _is_over(seen: Seen) -> bool:
    """Whether users are where they were because the release was stopped: an alias at rest under a
    running deployment proves nothing, and under one that succeeded it is someone else's doing."""
    return seen.end is None or seen.end.status in ("Failed", "Stopped")


def _never_moved(seen: Seen) -> bool:
    """Nothing of this release can have reached the alias."""
    alias = seen.alias
    reached = alias is not None and seen.new in (alias.version, *alias.weights)
    return not seen.end and not reached


def _at(seen: Seen, version: str) -> bool:
    alias = seen.alias
    return (
        bool(version) and alias is not None and alias.version == version and not alias.is_weighted
    )


def _is_base(seen: Seen, version: str) -> bool:
    """Whether all but what another deployment may be shifting by now get the version: the next one
    can begin as soon as ours has ended."""
    return bool(version) and seen.alias is not None and seen.alias.version == version


def _serving(seen: Seen) -> str:
    return seen.alias.version if seen.alias and not seen.alias.is_weighted else ""


def _stopped_after_exposure(seen: Seen) -> Outcome:
    end = seen.end
    seconds = 0.0
    share = 0.0
    if end and end.shift_started:
        # CodeDeploy's own figure; where it gives none, what the rollout began with.
        share = end.share or seen.first_share
        seconds = max(0.0, end.rolled_back_at - end.shift_started) if end.rolled_back_at else 0.0
    return Outcome(
        STOPPED,
        users_get=seen.previous,
        reason=_reason(seen),
        share=share,
        seconds=seconds,
        command=_mend(seen),
        exposed=bool(end and end.shift_started),
    )


def _reason(seen: Seen) -> str:
    if seen.stop:
        return seen.stop
    if seen.check_reasons:
        return "; ".join(seen.check_reasons)
    if seen.end and seen.end.error_message:
        return seen.end.error_message
    if seen.end and seen.end.status != "Succeeded":
        return f"the deployment ended as {seen.end.status}"
    return seen.cause or seen.error or "nobody knows why"


def _mend(seen: Seen) -> str:
    """The one command that brings users to one version again, when all else is down; empty while
    there is no version to bring them to."""
    if seen.alias and seen.alias.is_weighted and seen.new not in seen.alias.weights:
        return ""  # it is someone else's deployment that shares the alias: that brings them to one
    before = seen.new if seen.goes_back else seen.previous
    version = before or (seen.alias.version if seen.alias else "")
    if not version or not seen.function:
        return ""
    return (
        f"aws lambda update-alias --function-name {seen.function} --name {seen.alias_name} "
        f"--function-version {version} --routing-config AdditionalVersionWeights={{}}"
    )
