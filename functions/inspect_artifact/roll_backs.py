"""Which version a roll back goes to."""

from pilotage import rollout
from pilotage.fault import Fault
from pilotage.gateways import lambda_functions
from pilotage.gateways.aws import code_of
from pilotage.release import Plan, RollBack
from pilotage.target import AliasState
from pilotage.turns import Turn, earlier_life

ALL_AT_ONCE = rollout.parse("all at once")


def find_version(
    asked: RollBack, plan: Plan, alias: AliasState | None, turn: Turn
) -> tuple[RollBack, list[Fault]]:
    """The roll back with the version that it leaves, and why it cannot go. Which version it goes
    to, when none is named, is decided when it has its turn."""
    place = f"roll back of {plan.target.name}"
    known = ", ".join(life.version for life in turn.lives)
    fix = f"Were live: {known}." if known else "None went live by Pilotage: name a version."
    if not plan.live:
        reason = f"there is no alias {plan.target.alias} yet: nobody gets anything."
        return asked, [Fault(place, reason, "Upload a first artifact.")]
    shared = next(iter(alias.weights), "") if alias else ""
    leaves = shared or plan.live
    if asked.bound and asked.leaves != leaves:
        reason = f"users get version {leaves}, and no more the {asked.leaves} to go back from."
        return asked, [Fault(place, reason)]
    version = asked.version or (plan.live if shared else earlier_life(turn, plan.live))
    if not version:
        return asked, [Fault(place, f"nothing is known to be good before {plan.live}.", fix)]
    if not _is_there(plan.target.function, version):
        return asked, [Fault(place, f"version {version} does not exist or has failed.", fix)]
    return asked._replace(leaves=leaves), []


def _is_there(function: str, version: str) -> bool:
    try:
        found = lambda_functions.configuration(function, version)
    except Exception as error:
        if code_of(error) == "ResourceNotFoundException":
            return False
        raise
    return not found.failure
