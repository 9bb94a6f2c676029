"""Look for what holds a target up: a freeze, a deployment of someone else's, a red alarm."""

from pilotage import hold
from pilotage.gateways import alarms, deployment_groups, deployments
from pilotage.gateways.deployment_groups import NoSuchTarget
from pilotage.gateways.turn_table import TurnTable
from pilotage.hold import Hold
from pilotage.target import Group
from pilotage.turns import UPLOAD


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


def red_alarms(group: Group) -> list[str]:
    """Those of the alarms that the group watches that are in ALARM now."""
    return alarms.red(group.alarms) if group.alarms_enabled else []
