"""What users get now, in words: the first line of every notice."""

from pilotage import hold as holds
from pilotage import outcome as outcomes
from pilotage.durations import in_words as duration
from pilotage.outcome import Outcome
from pilotage.release import Plan, Release, Revision

UNTOUCHED = "Users get what they had."


def in_words(release: Release, share: float | None = None, after: str = "") -> str:
    """`share` of users (0 to 1) gets the release's version by the alias, None when nobody looked;
    `after` is what users got after it, "" while they get it."""
    if release.outcome:
        return _at_the_end(release, release.outcome, after)
    if release.faults:
        return f"{UNTOUCHED} The artifact has faults and is being turned away."
    if release.plan is None:
        return f"{UNTOUCHED} The artifact is being inspected."
    if release.step == "waiting" or release.revision is None:
        return _before_publishing(release, release.plan)
    return _on_the_way(release, release.plan, release.revision, share)


def new_version(release: Release) -> str:
    """What people call the version that a release brings, with Lambda's number: `4.12.0 (version
    42)`; "" before it has one."""
    return version_in_words(release, release.revision.version) if release.revision else ""


def old_version(release: Release) -> str:
    """As `new_version`, of what users had before."""
    return version_in_words(release, release.revision.previous if release.revision else "")


def version_in_words(release: Release, version: str) -> str:
    """As `new_version`, of either of the two; of any other version the number alone."""
    revision, replaced = release.revision, release.replaces
    name = ""
    if revision and version == revision.version:
        name = release.claimed_name
    elif revision and replaced and version == revision.previous:
        name = replaced.name
    return f"{name} (version {version})" if name else f"version {version}"


def _begun(words: str) -> str:
    """A version's name where a sentence begins."""
    return words[:1].upper() + words[1:]


def _before_publishing(release: Release, plan: Plan) -> str:
    if release.step == "waiting":
        return _while_waiting(release)
    stays = f"Users get version {plan.live}." if plan.live else "Nothing is live yet."
    if release.hold and release.hold.words:
        return f"{stays} This one waits: {release.hold.words}."
    next_step = (
        "its version is being published" if release.step == "publishing" else "its turn comes next"
    )
    return f"{stays} The artifact is sound; {next_step}."


def _while_waiting(release: Release) -> str:
    why = release.hold
    if why is None or why.kind == holds.TURN:
        words = f" ({why.words})" if why and why.words else ""
        return (
            f"Users get what the release before it gives them. This one waits for its turn{words}."
        )
    return f"{UNTOUCHED} This one waits: {why.words}."


def _on_the_way(release: Release, plan: Plan, revision: Revision, share: float | None) -> str:
    old, new = old_version(release), new_version(release)
    stays = f"Users get {old}." if revision.previous else "Nothing is live yet."
    if release.stop:
        shared = release.step in ("shifting", "verifying")
        return f"Users are being brought back to {old}." if shared else stays
    if release.hold:
        return f"{stays} {_begun(new)} is published and waits: {release.hold.words}."
    if release.step == "shifting":
        return _while_shifting(release, old, new, share)
    if release.step == "verifying":
        checked = " It is being checked." if plan.after or plan.after_hook else ""
        return f"Everyone gets {new}.{checked}"
    if release.step == "checking" and (plan.before or plan.before_hook):
        return f"{stays} {_begun(new)} is being checked before {_whom(release)} gets it."
    return f"{stays} {_begun(new)} is published; its traffic has not begun."


def _while_shifting(release: Release, old: str, new: str, share: float | None) -> str:
    if share is None:
        return f"Users are moving from {old} to {new}: {_rollout(release)}."
    if not share:
        # Before the first step and on the way back alike: only the alias is known here.
        return f"Users get {old}, none of them {new}: {_rollout(release)}."
    if share >= 1:
        return f"Everyone gets {new}."
    return f"{share:.0%} of users get {new}, all others {old}: {_rollout(release)}."


def _whom(release: Release) -> str:
    accepted = release.plan and release.plan.target.unqualified_accepted
    return "anyone who calls the alias" if accepted else "any user"


def _at_the_end(release: Release, outcome: Outcome, after: str) -> str:
    if outcome.is_live and after:
        return f"Users get {after} now, and {version_in_words(release, outcome.users_get)} no more."
    match outcome.kind:
        case outcomes.LIVE:
            late = " It was too late to stop it." if release.stop else ""
            return f"Everyone gets {version_in_words(release, outcome.users_get)}.{late}"
        case outcomes.UNCHANGED if release.roll_back:
            return f"Everyone gets version {outcome.users_get}: there was nothing to go back from."
        case outcomes.UNCHANGED:
            return f"Everyone gets version {outcome.users_get}, as before: the code is the same."
        case outcomes.REJECTED:
            return f"{_untouched(release, outcome)} Nothing was deployed."
        case outcomes.SUPERSEDED:
            return f"{_untouched(release, outcome)} Nothing of this release was deployed."
        case outcomes.STOPPED:
            return _when_stopped(release, outcome)
    return "It is not known what users get. A person must look now."


def _untouched(release: Release, outcome: Outcome) -> str:
    """What is known of users whom this release never touched."""
    if outcome.users_get:
        return f"Users still get {version_in_words(release, outcome.users_get)}."
    if release.plan and not release.plan.live and outcome.kind != outcomes.SUPERSEDED:
        return "Nothing is live yet."
    return UNTOUCHED


def _when_stopped(release: Release, outcome: Outcome) -> str:
    new = new_version(release)
    if release.roll_back:
        return _untouched(release, outcome)
    if outcome.was_exposed:
        lasted = f" for {duration(outcome.seconds)}" if outcome.seconds else ""
        who = f"{outcome.share:.0%} of users" if outcome.share else "Some users"
        back = version_in_words(release, outcome.users_get)
        return f"Everyone has {back} again. {who} had {new}{lasted}."
    untouched = _untouched(release, outcome)
    if new and _whom(release) == "any user":
        return f"{untouched} No user saw {new}."
    return untouched


def _rollout(release: Release) -> str:
    plan = release.plan
    if plan and plan.rollout:
        return str(plan.rollout)
    configuration = release.deployment.configuration if release.deployment else ""
    return configuration.removeprefix("CodeDeployDefault.") or "by the group's rollout"
