"""What people are told of a release: the words, before any channel gives them a form.

The first line of every notice says what users get now.
"""

from dataclasses import dataclass
from datetime import datetime

from pilotage import hold as holds
from pilotage import instruction as instructions
from pilotage import outcome as outcomes
from pilotage.artifact import key_faults
from pilotage.fault import shown
from pilotage.instruction import Answer
from pilotage.outcome import Outcome
from pilotage.release import CheckResult, Plan, Release, Revision
from pilotage.rollout import minutes_in_words, of_configuration

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
UNTOUCHED = "Users get what they had."


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
        users_get=_users_get(release),
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


def _users_get(release: Release) -> str:
    if release.outcome:
        return _users_get_at_the_end(release, release.outcome)
    if release.faults:
        return f"{UNTOUCHED} The artifact has faults and is being turned away."
    if release.plan is None:
        return f"{UNTOUCHED} The artifact is being inspected."
    if release.step == "waiting" or release.revision is None:
        return _users_get_before_publishing(release, release.plan)
    return _users_get_on_the_way(release, release.plan, release.revision)


def _users_get_before_publishing(release: Release, plan: Plan) -> str:
    if release.step == "waiting":
        return _users_get_while_waiting(release)
    stays = f"Users get version {plan.live}." if plan.live else "Nothing is live yet."
    next_step = (
        "its version is being published" if release.step == "publishing" else "its turn comes next"
    )
    return f"{stays} The artifact is sound; {next_step}."


def _users_get_while_waiting(release: Release) -> str:
    why = release.hold
    if why is None or why.kind == holds.TURN:
        words = f" ({why.words})" if why and why.words else ""
        return (
            f"Users get what the release before it gives them. This one waits for its turn{words}."
        )
    return f"{UNTOUCHED} This one waits: {why.words}."


def _users_get_on_the_way(release: Release, plan: Plan, revision: Revision) -> str:
    old, new = revision.previous, revision.version
    stays = f"Users get version {old}." if old else "Nothing is live yet."
    if release.hold:
        return f"{stays} Version {new} is published and waits: {release.hold.words}."
    if release.step == "shifting":
        return f"Users are moving from version {old} to version {new}: {_rollout(release)}."
    if release.step == "verifying":
        checked = " It is being checked." if plan.after or plan.after_hook else ""
        return f"Everyone gets version {new}.{checked}"
    if release.step == "checking" and (plan.before or plan.before_hook):
        return f"{stays} Version {new} is being checked before {_whom(release)} gets it."
    return f"{stays} Version {new} is published; its traffic has not begun."


def _whom(release: Release) -> str:
    accepted = release.plan and release.plan.target.unqualified_accepted
    return "anyone who calls the alias" if accepted else "any user"


def _users_get_at_the_end(release: Release, outcome: Outcome) -> str:
    match outcome.kind:
        case outcomes.LIVE:
            return f"Everyone gets version {outcome.users_get}."
        case outcomes.UNCHANGED if release.roll_back:
            return f"Everyone gets version {outcome.users_get}: there was nothing to go back from."
        case outcomes.UNCHANGED:
            return f"Everyone gets version {outcome.users_get}, as before: the code is the same."
        case outcomes.REJECTED:
            return f"Nothing was deployed. {_untouched(release, outcome)}"
        case outcomes.SUPERSEDED:
            return f"Nothing of this release was deployed. {_untouched(release, outcome)}"
        case outcomes.STOPPED:
            return _users_get_when_stopped(release, outcome)
    return "It is not known what users get. A person must look now."


def _untouched(release: Release, outcome: Outcome) -> str:
    """What is known of users whom this release never touched."""
    if outcome.users_get:
        return f"Version {outcome.users_get} is still live."
    if release.plan and not release.plan.live and outcome.kind != outcomes.SUPERSEDED:
        return "Nothing is live yet."
    return UNTOUCHED


def _users_get_when_stopped(release: Release, outcome: Outcome) -> str:
    new = release.revision.version if release.revision else ""
    if release.roll_back:
        return _untouched(release, outcome)
    if outcome.was_exposed:
        lasted = f" for {duration(outcome.seconds)}" if outcome.seconds else ""
        who = f"{outcome.share:.0%} of users" if outcome.share else "Some users"
        return f"Version {outcome.users_get} has 100% again. {who} had version {new}{lasted}."
    untouched = _untouched(release, outcome)
    if new and _whom(release) == "any user":
        return f"No user saw version {new}. {untouched}"
    return untouched


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
    if took := _took(release):
        found.append(took)
    if release.deployment and release.deployment.alarms and not release.outcome:
        found.append(f"Alarms watched: {', '.join(release.deployment.alarms[:5])}")
    ids = [release.deployment.id] if release.deployment and release.deployment.id else []
    if release.sha256:
        ids.append(f"sha256 {release.sha256[:12]}…")
    return tuple(found + ([" · ".join(ids)] if ids else []))


def _took(release: Release) -> str:
    """How long its parts took, once it is over: `traffic 5 min · in all 6 min 40 s`."""
    if release.outcome is None or not release.outcome.at:
        return ""
    ends = {**release.times, "in all": release.outcome.at}
    parts = [
        ("published after", release.claimed_at, ends.get("checking", "")),
        ("traffic", ends.get("shifting", ""), ends.get("verifying", "")),
        ("in all", release.claimed_at, release.outcome.at),
    ]
    told = [
        f"{name} {duration(_seconds(start, end))}" for name, start, end in parts if start and end
    ]
    return " · ".join(told)


def _seconds(start: str, end: str) -> float:
    try:
        return max(
            0.0, (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
        )
    except (ValueError, TypeError):
        return 0.0


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


def _rollout(release: Release) -> str:
    plan = release.plan
    if plan and plan.rollout:
        return str(plan.rollout)
    configuration = release.deployment.configuration if release.deployment else ""
    return configuration.removeprefix("CodeDeployDefault.") or "by the group's rollout"


def duration(seconds: float) -> str:
    """`1 min 52 s`, in words as short as they can be."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s" if whole else "less than a second"
    if whole % 3600 == 0:
        return minutes_in_words(whole // 60)
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"
