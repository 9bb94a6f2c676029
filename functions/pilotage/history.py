"""What happened to a release, line by line: the details, for whoever looks for them."""

from collections.abc import Iterator
from typing import NamedTuple

from pilotage.durations import epoch, in_words
from pilotage.fault import shown
from pilotage.release import CheckResult, Release


class Line(NamedTuple):
    """`key` tells lines apart, so that none is said twice. `at` in seconds since the epoch, 0 when
    nobody noted it."""

    key: str
    text: str
    at: int = 0


def lines(release: Release, share: float | None = None) -> tuple[Line, ...]:
    """Everything that is known to have happened so far, oldest first. `share` of users (0 to 1)
    gets its version now, None when nobody looked."""
    return (
        *_before_traffic(release),
        *_traffic(release, share),
        *_end(release),
    )


def is_due(release: Release) -> bool:
    """Whether the lines are worth a message of their own now; until then they gather."""
    return release.outcome is not None or release.step == "shifting" or release.hold is not None


def _before_traffic(release: Release) -> Iterator[Line]:
    by = f" by {shown(release.facts['by'])}" if release.facts.get("by") else ""
    begun = "asked for" if release.roll_back else "uploaded"
    yield Line("begun", f"{begun}{by}", epoch(release.claimed_at))
    if release.hold and release.hold.words:
        yield Line(f"hold {release.hold.words}", f"waits: {release.hold.words}")
    if release.revision and release.step != "waiting":
        previous = release.revision.previous
        was = f", users get version {previous}" if previous else ""
        found = "chosen" if release.roll_back else "published"
        at = release.times.get("checking") or release.times.get("publishing", "")
        yield Line("published", f"version {release.revision.version} {found}{was}", epoch(at))
    if release.deployment and release.deployment.id:
        configuration = release.deployment.configuration or "the group's rollout"
        text = f"deployment {release.deployment.id} by {configuration}"
        yield Line("deployment", text, epoch(release.times.get("checking", "")))
    if before := release.check("before"):
        yield _check(before)


def _traffic(release: Release, share: float | None) -> Iterator[Line]:
    if began := release.times.get("shifting"):
        yield Line("shifting", "users begin to move", epoch(began))
    if share and release.step == "shifting":
        yield Line(f"share {share:.2f}", f"{share:.0%} of users moved")
    if moved := release.times.get("verifying"):
        yield Line("verifying", "everyone moved", epoch(moved))
    if after := release.check("after"):
        yield _check(after)


def _end(release: Release) -> Iterator[Line]:
    if release.stop:
        late = "asked to be " if release.outcome and release.outcome.is_live else ""
        yield Line("stop", f"{late}{release.stop}", epoch(release.stop.at))
    for alarm in release.alarms:
        if alarm.red:
            yield Line(f"alarm {alarm.name}", str(alarm))
    if outcome := release.outcome:
        why = f": {shown(outcome.reason, 1000)}" if outcome.reason else ""
        yield Line("end", f"{outcome.kind}{why}", epoch(outcome.at))
    for number, fault in enumerate(release.faults if release.outcome else ()):
        yield Line(f"fault {number}", str(fault))


def _check(check: CheckResult) -> Line:
    word = "passed" if check.passed else "failed"
    why = f": {shown(check.reason, 1000)}" if check.reason else ""
    took = f" after {in_words(check.took_ms / 1000)}" if check.took_ms else ""
    return Line(f"check {check.moment}", f"checks {check.moment} traffic {word}{took}{why}")
