"""A release: one artifact on its way to one target, and everything known of it so far."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from pilotage.alarm import AlarmSeen
from pilotage.artifact import Artifact, as_event
from pilotage.attempt import Attempt
from pilotage.checks import Check
from pilotage.fault import Fault, shown
from pilotage.hold import HOLD_UP, Hold
from pilotage.outcome import Outcome
from pilotage.records import build, plain
from pilotage.rollout import Rollout
from pilotage.target import Target
from pilotage.turns import ROLL_BACK, UPLOAD, URGENT, Claim

# The steps of a release in order. A message of an earlier step never replaces a later one's.
STEPS = ("inspecting", "waiting", "publishing", "checking", "shifting", "verifying", "finished")


class Plan(NamedTuple):
    """What inspection found out: where the artifact goes and how. `live` is the version that the
    alias pointed at, empty when there was no alias yet."""

    target: Target
    live: str = ""
    rollout: Rollout | None = None
    before: tuple[Check, ...] = ()
    after: tuple[Check, ...] = ()
    before_hook: str = ""
    after_hook: str = ""
    group_rollout: str = ""


class Revision(NamedTuple):
    """A published Lambda version: code and configuration. `code_sha256` is Lambda's own, base64.

    `previous` is what users got when it was published; `way` is how it goes live: `deploy`,
    `first` (the alias is made with it) or `unchanged` (it is live already).
    """

    version: str
    code_sha256: str
    configuration_sha256: str
    previous: str = ""
    way: str = "deploy"


class Deployment(NamedTuple):
    """CodeDeploy's own. `alarm` is the new version's alarm, made for this deployment alone."""

    id: str = ""
    configuration: str = ""
    alarm: str = ""
    alarms: tuple[str, ...] = ()


class Replaced(NamedTuple):
    """The release that was live when this one was published: what its uploader called it, and its
    commit. Empty where nobody said."""

    name: str
    commit: str = ""


class CheckResult(NamedTuple):
    """How the checks of one moment (`before` or `after`) ended, and how long they took."""

    moment: str
    passed: bool
    reason: str = ""
    took_ms: int = 0


class RollBack(NamedTuple):
    """A release that a person asked for: it publishes nothing. It goes to `version`; when none is
    named, from the version that it `leaves` to the one that was live before it. `bound`: it goes
    back from the version that it leaves, and from no other. `asked_from` is the release from which
    it was asked for."""

    by: str
    reason: str
    version: str = ""
    leaves: str = ""
    bound: bool = False
    asked_from: str = ""


def roll_back_in(event: Mapping[str, Any]) -> RollBack | None:
    """What an operator's Roll Back asks for; None for an upload's event."""
    asked = event.get("roll_back")
    return build(RollBack, asked) if asked else None


def roll_back_event(
    bucket: str, target: str, asked: RollBack, instruction_id: str, at: str
) -> dict[str, Any]:
    """What starts the execution of a roll back: an event like an upload's, of no object."""
    artifact = Artifact(bucket, f"{target}/roll-back", f"roll-back-{instruction_id}", 0, at)
    return {**as_event(artifact), "roll_back": plain(asked)}


class Stop(NamedTuple):
    """Someone asked to stop the release and to bring users back."""

    by: str
    reason: str
    at: str

    @classmethod
    def for_another(cls, first: "Release") -> "Stop":
        """It gives way to a release that goes first."""
        by = "an urgent upload" if first.urgent else "a roll back"
        reason = f"{first.name} goes first: {first.urgent or first.who_asked}"
        return cls(by, reason, first.claimed_at)

    def __str__(self) -> str:
        return f"stopped by {self.by}: {self.reason}"


class Release(NamedTuple):
    """Kept in the table, one section an attribute: each step writes only its own.

    `token` continues the execution where it waits, by the try that is numbered `attempt`; `hold` is
    what it waits for. `urgent` is the
    reason that the upload gave; `times` says when each step began, ISO 8601 in UTC. `alarms` are
    those that its deployment watched, as they were when it ended badly. `channel` is the target's
    own, "" where notices go to the stack's. `followed_by` is the release that a person asked for from
    this one, while that is on its way or live. `aside` are the deployments that an alarm ended
    before anyone got the new version: the release goes on when the alarm is OK.
    """

    artifact: Artifact
    execution: str
    claimed_at: str
    step: str = "inspecting"
    facts: Mapping[str, str] = MappingProxyType({})
    sha256: str = ""
    faults: tuple[Fault, ...] = ()
    plan: Plan | None = None
    revision: Revision | None = None
    deployment: Deployment | None = None
    checks: tuple[CheckResult, ...] = ()
    outcome: Outcome | None = None
    token: str = ""
    hold: Hold | None = None
    stop: Stop | None = None
    urgent: str = ""
    roll_back: RollBack | None = None
    times: Mapping[str, str] = MappingProxyType({})
    replaces: Replaced | None = None
    channel: str = ""
    followed_by: str = ""
    alarms: tuple[AlarmSeen, ...] = ()
    attempt: str = ""
    aside: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.artifact.release_id

    @property
    def target_name(self) -> str:
        return f"{self.artifact.application}/{self.artifact.group}"

    @property
    def name(self) -> str:
        """What people call it: the version it claims, else the commit, else the file."""
        if self.roll_back:
            return "roll back"
        return self.claimed_name or shown(self.artifact.file_name, 40)

    @property
    def claimed_name(self) -> str:
        """What its uploader calls it: a version or a commit; "" when nobody said."""
        return shown(self.facts.get("version") or self.facts.get("commit") or "", 40)

    @property
    def rank(self) -> int:
        """How far it is. Who deploys again after an alarm is further than who deploys at first."""
        return STEPS.index(self.step) + len(STEPS) * len(self.aside)

    def may_be_followed_by(self, other: "Release") -> bool:
        """Whether the other can be the same artifact, uploaded again on demand: once, and as it was."""
        same = (self.artifact.key, self.artifact.size) == (other.artifact.key, other.artifact.size)
        return same and self.followed_by in ("", other.id)

    @property
    def is_held_up(self) -> bool:
        """Whether it has its turn, and something other than releases keeps it from deploying."""
        deployed = self.deployment is not None and bool(self.deployment.id)
        held = self.hold is not None and self.hold.kind in HOLD_UP
        return held and self.step != "waiting" and not deployed

    @property
    def who_asked(self) -> str:
        """Who asked for a roll back, and why; "" for an upload."""
        return f"{self.roll_back.by}: {self.roll_back.reason}" if self.roll_back else ""

    @property
    def claim(self) -> Claim:
        """Its claim on the target's turn."""
        kind = ROLL_BACK if self.roll_back else URGENT if self.urgent else UPLOAD
        artifact = self.artifact
        return Claim(
            release=self.id,
            uploaded_at=artifact.uploaded_at,
            key=artifact.key_digest,
            sequencer=artifact.sequencer,
            claimed_at=self.claimed_at,
            name=shown(self.name),
            kind=kind,
            by=shown(self.facts.get("by", ""), 40),
        )

    def stepped(self, step: str, now: str) -> "Release":
        """The release as it enters a step. A step that is tried again began when it first did."""
        return self._replace(step=step, times={step: now, **self.times})

    def tried(self, attempt: Attempt) -> "Release":
        return self._replace(token=attempt.token, attempt=attempt.number)

    def check(self, moment: str) -> CheckResult | None:
        return next((check for check in self.checks if check.moment == moment), None)

    def with_check(self, result: CheckResult) -> "Release":
        others = tuple(check for check in self.checks if check.moment != result.moment)
        return self._replace(checks=(*others, result))
