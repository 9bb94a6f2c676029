"""Look for what holds a target up: a freeze, a deployment of someone else's, a red alarm."""

import time
from collections.abc import Callable

from pilotage import hold
from pilotage.gateways import alarms, deployment_groups, deployments, lambda_functions
from pilotage.gateways.deployment_groups import NoSuchTarget
from pilotage.gateways.turn_table import TurnTable
from pilotage.hold import Hold
from pilotage.target import AliasState, Group, Target
from pilotage.turns import UPLOAD

REREAD_SECONDS = (0.5, 1.0)


def obstacle(target: str, claim_kind: str, table: TurnTable) -> Hold | None:
    """`target` is application/group, `claim_kind` the kind of the claim that would go on; asked
    only when no release has the turn, so that a running deployment is someone else's."""
    return hold.by_freeze(claim_kind, table.freezes(target)) or not_ready(target, claim_kind)


def not_ready(target: str, claim_kind: str) -> Hold | None:
    """As `obstacle`, for a release that has the turn: a freeze lets it end. A group that was
    deleted meanwhile holds nobody up: deploying to it tells."""
    application, _, name = target.partition("/")
    try:
        group = deployment_groups.group_settings(application, name)
    except NoSuchTarget:
        return None
    if running := deployments.running(application, name):
        return hold.by_deployment(running)
    return hold.by_alarm(claim_kind, red_alarms(group) if claim_kind == UPLOAD else [])


def alias_unshared(
    target: Target, sleep: Callable[[float], None] = time.sleep
) -> AliasState | None:
    """The alias, read again for a moment while it is shared: readers lag behind its changes."""
    alias = lambda_functions.alias_of(target.function, target.alias)
    for pause in REREAD_SECONDS:
        if alias is None or not alias.is_weighted:
            break
        sleep(pause)
        alias = lambda_functions.alias_of(target.function, target.alias)
    return alias


def red_alarms(group: Group) -> list[str]:
    """Those of the alarms that the group watches that are in ALARM now."""
    return alarms.red(group.alarms) if group.alarms_enabled else []
