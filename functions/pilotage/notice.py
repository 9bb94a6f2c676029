"""What people are told of a release: the words, before any channel gives them a form.

The first line of every notice says what users get now.
"""

from dataclasses import dataclass
from datetime import datetime

from pilotage import instruction as instructions
from pilotage import outcome as outcomes
from pilotage.artifact import key_faults
from pilotage.durations import took
from pilotage.fault import shown
from pilotage.instruction import Answer
from pilotage.outcome import Outcome
from pilotage.release import CheckResult, Release
from pilotage.rollout import of_configuration
from pilotage.users_get import UNTOUCHED, in_words

EMOJI = {
    "inspecting": "📦",
    "waiting": "⏸",
    "publishing": "📦",
    "checking": "🔎",
    "shifting": "🚚",
    "verifying": "🚚",
    outcomes.LIVE: "✅",
    outcomes.UNCHANGED: "✅",
    outcomes.REJECTED: "🚫",
    outcomes.SUPERSEDED: "⏭",
    outcomes.STOPPED: "❌",
    outcomes.NEEDS_A_PERSON: "🆘",
}
OPERATOR_EMOJI = {
    instructions.FREEZE: "🧊",
    instructions.THAW: "🌤",
    instructions.STOP: "✋",
    instructions.ROLL_BACK: "⏪",
}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far users have moved: `share` (0 to 1) gets `version`. `next_at`, seconds since the
    epoch, is when `next_share` of them will; 0 when that is not known."""

    share: float
    version: str
    next_share: float = 1.0
    next_at: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """`headline` and `users_get` are complete by themselves; `reasons` may be long and foreign.

    `rank` orders the notices of a release: a later one replaces an earlier one, never the other
    way round. `broadcast` marks the endings that nobody may miss.
    """

    release: str
    headline: str
    users_get: str
    who: str
    facts: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    advice: str = ""
    channel: str = ""
    rank: int = 0
    ended: bool = False
    broadcast: bool = False
    progress: Progress | None = None


def of(release: Release, share: float | None = None) -> Notice:
    """The notice of a release as the table has it now. `share` of users (0 to 1) gets its version
    by the alias, None when nobody looked."""
    ended = release.outcome is not None
    kind = release.outcome.kind if release.outcome else release.step
    emoji, word = EMOJI[kind], f": {kind}" if ended else ""
    if release.outcome and release.outcome.was_exposed:
        emoji, word = "⏪", ": rolled back"
    artifact = release.artifact
    title = shown(artifact.key, 80)
    if not key_faults(artifact.key):
        title = f"{artifact.application} {shown(release.name, 40)} → {artifact.group}"
    title = shown(title, 120)
    return Notice(
        release=release.id,
        headline=f"{emoji} {title}{word}",
        users_get=in_words(release),
        who=_who(release),
        facts=_facts(release),
        reasons=_reasons(release),
        advice=_advice(release),
        channel=release.plan.target.channel if release.plan else "",
        progress=None if ended else _progress(release, share),
        rank=release.rank,
        ended=ended,
        broadcast=ended and kind in (outcomes.REJECTED, outcomes.STOPPED, outcomes.NEEDS_A_PERSON),
    )


def of_answer(answer: Answer) -> Notice:
    """The notice of what came of an operator's instruction."""
    asked = answer.instruction
    emoji = "🚫" if answer.faults else OPERATOR_EMOJI.get(asked.kind, "🚫")
    about = asked.target or "no target"
    refused = f"{UNTOUCHED} Nothing was done."
    return Notice(
        release=f"instruction#{asked.id}",
        headline=shown(f"{emoji} {asked.kind}: {about}", 140),
        users_get=refused if answer.faults else answer.users_get,
        who=f"asked for by {asked.by or 'nobody'}" + (f": {asked.reason}" if asked.reason else ""),
        reasons=tuple(str(fault) for fault in answer.faults) or answer.done,
        advice="Mend this and put the event on the bus again." if answer.faults else "",
        ended=True,
        broadcast=True,
    )


def _progress(release: Release, share: float | None) -> Progress | None:
    if release.step != "shifting" or release.revision is None or not release.deployment:
        return None
    rollout = of_configuration(release.deployment.configuration)
    if share is None:
        share = rollout.percent / 100
    next_share, minutes = rollout.next_step(share)
    began = release.times.get("shifting", "")
    at = round(datetime.fromisoformat(began).timestamp()) + minutes * 60 if began else 0
    return Progress(share, release.revision.version, next_share, at if minutes else 0)


def _who(release: Release) -> str:
    if release.roll_back:
        return f"asked for by {release.who_asked}"
    facts = release.facts
    by = f"by {shown(facts['by'])}" if facts.get("by") else ""
    commit = shown(facts.get("commit", ""), 40)
    urgent = f"urgent: {release.urgent}" if release.urgent else ""
    parts = (by, commit, shown(release.artifact.file_name), urgent)
    return " · ".join(part for part in parts if part)


def _facts(release: Release) -> tuple[str, ...]:
    found = [_check_fact(check) for check in release.checks]
    if lasted := took(release):
        found.append(lasted)
    if release.deployment and release.deployment.alarms and not release.outcome:
        found.append(f"Alarms watched: {', '.join(release.deployment.alarms[:5])}")
    ids = [release.deployment.id] if release.deployment and release.deployment.id else []
    if release.sha256:
        ids.append(f"sha256 {release.sha256[:12]}…")
    return tuple(found + ([" · ".join(ids)] if ids else []))


def _check_fact(check: CheckResult) -> str:
    if check.passed and check.reason:
        return f"Checks {check.moment} traffic: {check.reason}"
    mark = "✅ passed" if check.passed else "❌ failed"
    return f"Checks {check.moment} traffic: {mark} after {check.took_ms / 1000:.1f} s"


def _reasons(release: Release) -> tuple[str, ...]:
    if not release.outcome:
        return ()
    if release.faults:
        return tuple(str(fault) for fault in release.faults)
    return (release.outcome.reason,) if release.outcome.reason else ()


def _advice(release: Release) -> str:
    if not release.outcome:
        return ""
    match release.outcome.kind:
        case outcomes.REJECTED:
            again = "ask for it again" if release.roll_back else "upload it again"
            return f"Mend this and {again}."
        case outcomes.STOPPED:
            again = "ask for it again" if release.roll_back else "upload again"
            advice = f"Mend the cause and {again}; nothing needs to be cleaned up."
            return advice + _last_resort(release.outcome)
        case outcomes.NEEDS_A_PERSON:
            return (
                f"Look at the alias, then run: {release.outcome.command or '(no version is known)'}"
            )
    return ""


def _last_resort(outcome: Outcome) -> str:
    """What brings users to the old version when Pilotage itself is down."""
    return f" Should users ever be elsewhere: {outcome.command}" if outcome.command else ""
