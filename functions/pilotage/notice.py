"""What people are told of a release: the words, before any channel gives them a form.

The first line of every notice says what users get now.
"""

from typing import NamedTuple

from pilotage import history
from pilotage import instruction as instructions
from pilotage import outcome as outcomes
from pilotage.alarm import AlarmSeen
from pilotage.artifact import key_faults
from pilotage.button import Button, buttons_of, offered_until
from pilotage.durations import epoch, took
from pilotage.fault import shown
from pilotage.history import Line
from pilotage.instruction import Answer
from pilotage.link import Link, of_release
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
# A bar of twenty cells shows no finer step.
MOST_MOVES = 20
# Seconds after a hook of the user's own was called at which the alias is looked at.
OWN_HOOK_LOOKS = (0, 20, 60, 120, 300, 600, 1200, 1800, 2700, 3600)
OPERATOR_EMOJI = {
    instructions.FREEZE: "🧊",
    instructions.THAW: "🌤",
    instructions.STOP: "✋",
    instructions.ROLL_BACK: "⏪",
}


class Progress(NamedTuple):
    """How far users have moved: `share` (0 to 1) gets `version`. `next_at`, seconds since the
    epoch, is when `next_share` of them will; 0 when that is not known. At each of `moves` more
    users move."""

    share: float
    version: str
    next_share: float = 1.0
    next_at: int = 0
    moves: tuple[int, ...] = ()


class Seen(NamedTuple):
    """What users get by the alias right now: their `share` (0 to 1) of the new version, None when
    nobody looked, and the alarms that are watched meanwhile. `after` is what users got after it, as
    people call it; "" while they get it."""

    share: float | None = None
    alarms: tuple[AlarmSeen, ...] = ()
    after: str = ""


UNSEEN = Seen()


class Notice(NamedTuple):
    """`headline` and `users_get` are complete by themselves; `reasons` may be long and foreign.

    `rank` orders the notices of a release: a later one replaces an earlier one, never the other
    way round. `broadcast` marks the endings that nobody may miss. `history` is what happened so
    far; `history_due` whether it is worth a message of its own by now. `past`: users have moved on
    since, which is worth an edit and no new message. `look_at`: moments, in seconds since the epoch,
    at which it is to be told anew.
    """

    release: str
    headline: str
    users_get: str
    who: str
    links: tuple[Link, ...] = ()
    checks: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    advice: str = ""
    buttons: tuple[Button, ...] = ()
    history: tuple[Line, ...] = ()
    history_due: bool = False
    channel: str = ""
    rank: int = 0
    ended: bool = False
    broadcast: bool = False
    past: bool = False
    progress: Progress | None = None
    look_at: tuple[int, ...] = ()


def of(release: Release, seen: Seen = UNSEEN, now: float = 0) -> Notice:
    """The notice of a release as the table has it; `now` in seconds since the epoch."""
    ended = release.outcome is not None
    kind = release.outcome.kind if release.outcome else release.step
    return Notice(
        release=release.id,
        headline=_headline(release, kind, past=bool(seen.after)),
        users_get=in_words(release, seen.share, seen.after),
        who=_who(release),
        links=of_release(release),
        checks=tuple(_check(check) for check in release.checks),
        alarms=tuple(str(alarm) for alarm in (release.alarms if ended else seen.alarms)[:10]),
        facts=_facts(release),
        reasons=_reasons(release),
        advice=_advice(release),
        buttons=() if seen.after else buttons_of(release, now),
        history=history.lines(release, seen.share),
        history_due=history.is_due(release),
        channel=release.channel,
        progress=None if ended else _progress(release, seen.share),
        look_at=_look_at(release, seen, now),
        rank=release.rank,
        ended=ended,
        broadcast=kind in (outcomes.REJECTED, outcomes.STOPPED, outcomes.NEEDS_A_PERSON),
        past=bool(seen.after),
    )


def _look_at(release: Release, seen: Seen, now: float) -> tuple[int, ...]:
    """Moments at which something changes that no event tells: users move, or a button is offered
    no longer."""
    if release.outcome:
        until = offered_until(release)
        return (until,) if until > now and not seen.after else ()
    if release.step == "checking" and release.plan and release.plan.before_hook:
        # A hook of the user's own answers CodeDeploy by itself, within an hour.
        began = epoch(release.times.get("checking", ""))
        return tuple(began + seconds for seconds in OWN_HOOK_LOOKS) if began else ()
    progress = _progress(release, seen.share)
    return progress.moves if progress else ()


def _headline(release: Release, kind: str, *, past: bool) -> str:
    emoji, word = EMOJI[kind], f": {kind}" if release.outcome else ""
    if past:
        emoji, word = "☑️", ": was live"
    if release.outcome and release.outcome.was_exposed and not release.roll_back:
        emoji, word = "⏪", ": rolled back"
    elif release.stop and not release.outcome:
        emoji, word = "✋", ": being stopped"
    artifact = release.artifact
    title = shown(artifact.key, 80)
    if not key_faults(artifact.key):
        title = f"{artifact.application} {shown(release.name, 40)} → {artifact.group}"
    return f"{emoji} {shown(title, 120)}{word}"


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
        channel=answer.channel,
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
    began = epoch(release.times.get("shifting", ""))
    goes_on = began and minutes and not release.stop
    next_at = began + minutes * 60 if goes_on else 0
    # CodeDeploy moves the first users a moment after the checks have passed.
    later = rollout.moves(MOST_MOVES)
    moves = tuple(began + minute * 60 for minute in (0, *later)) if began and later else ()
    return Progress(share, release.revision.version, next_share, next_at, moves)


def _who(release: Release) -> str:
    if release.roll_back:
        return f"asked for by {release.who_asked}"
    facts, replaces = release.facts, release.replaces
    by = f"by {shown(facts['by'])}" if facts.get("by") else ""
    again = f"released again by {shown(facts['again'])}" if facts.get("again") else ""
    commit = shown(facts.get("commit", ""), 40)
    after = f"after {shown(replaces.name, 40)}" if replaces and replaces.name else ""
    urgent = f"urgent: {release.urgent}" if release.urgent else ""
    stop = str(release.stop) if release.stop and not release.outcome else ""
    parts = (by, again, commit, shown(release.artifact.file_name), after, urgent, stop)
    return " · ".join(part for part in parts if part)


def _facts(release: Release) -> tuple[str, ...]:
    found = []
    notes = release.facts.get("notes")
    if notes and not release.roll_back:
        found.append(shown(notes, 300))
    if lasted := took(release):
        found.append(lasted)
    ids = [release.deployment.id] if release.deployment and release.deployment.id else []
    if release.sha256:
        ids.append(f"sha256 {release.sha256[:12]}…")
    return tuple(found + ([" · ".join(ids)] if ids else []))


def _check(check: CheckResult) -> str:
    if check.passed and check.reason:
        return f"✅ {check.moment} traffic: {shown(check.reason, 300)}"
    mark, word = ("✅", "passed") if check.passed else ("❌", "failed")
    return f"{mark} {check.moment} traffic: {word} after {check.took_ms / 1000:.1f} s"


def _reasons(release: Release) -> tuple[str, ...]:
    if not release.outcome:
        return ()
    if release.faults:
        return tuple(str(fault) for fault in release.faults)
    if release.stop and release.outcome.is_live:
        return (f"asked to be {release.stop}",)
    return (shown(release.outcome.reason, 1000),) if release.outcome.reason else ()


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
