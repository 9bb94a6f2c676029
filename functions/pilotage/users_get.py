"""What users get now, in words: the first line of every notice."""

from pilotage import hold as holds
from pilotage import outcome as outcomes
from pilotage.durations import in_words as duration
from pilotage.outcome import Outcome
from pilotage.release import Plan, Release, Revision

UNTOUCHED = "Users get what they had."


def in_words(release: Release) -> str:
    if release.outcome:
        return _at_the_end(release, release.outcome)
    if release.faults:
        return f"{UNTOUCHED} The artifact has faults and is being turned away."
    if release.plan is None:
        return f"{UNTOUCHED} The artifact is being inspected."
    if release.step == "waiting" or release.revision is None:
        return _before_publishing(release, release.plan)
    return _on_the_way(release, release.plan, release.revision)


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


def _on_the_way(release: Release, plan: Plan, revision: Revision) -> str:
    old, new = revision.previous, revision.version
    stays = f"Users get version {old}." if old else "Nothing is live yet."
    if release.stop:
        shared = release.step in ("shifting", "verifying")
        return f"Users are being brought back to version {old}." if shared else stays
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


def _at_the_end(release: Release, outcome: Outcome) -> str:
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
            return _when_stopped(release, outcome)
    return "It is not known what users get. A person must look now."


def _untouched(release: Release, outcome: Outcome) -> str:
    """What is known of users whom this release never touched."""
    if outcome.users_get:
        return f"Version {outcome.users_get} is still live."
    if release.plan and not release.plan.live and outcome.kind != outcomes.SUPERSEDED:
        return "Nothing is live yet."
    return UNTOUCHED


def _when_stopped(release: Release, outcome: Outcome) -> str:
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


def _rollout(release: Release) -> str:
    plan = release.plan
    if plan and plan.rollout:
        return str(plan.rollout)
    configuration = release.deployment.configuration if release.deployment else ""
    return configuration.removeprefix("CodeDeployDefault.") or "by the group's rollout"
