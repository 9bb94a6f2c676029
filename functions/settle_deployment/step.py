"""Find the release of a deployment, and continue it when the deployment, and the rollback that
may follow it, are over."""

import logging
import time
from collections.abc import Callable

from pilotage.gateways import alarms, deployments, workflow
from pilotage.gateways.deployments import Deployment
from pilotage.gateways.release_table import ReleaseTable
from pilotage.release import Release

log = logging.getLogger(__name__)

# CodeDeploy may announce a failure before it has written which deployment rolls it back.
TRIES = 5
PAUSE_SECONDS = 1.0
# So many deployments of one release may be ended by an alarm before anyone got its version.
MOST_ASIDE = 3


def settle(
    deployment_id: str, table: ReleaseTable, sleep: Callable[[float], None] = time.sleep
) -> str:
    """The id of the release that was continued; "" when there was none to continue."""
    deployment = triggering(deployment_id)
    if deployment is None:
        return ""
    release = table.load(deployment.description) if deployment.description else None
    if release is None or not release.token or release.outcome:
        return ""
    if not deployment.is_of(release):
        return ""
    if deployment.is_over and deployment.status != "Succeeded":
        release = note_alarms(release, table)
    over = ended(deployment, stop_asked=release.stop is not None, sleep=sleep)
    if over is None:
        return ""
    if is_held_back(over, release):
        workflow.fail(release.token, "TargetHeld", over.error_message)
    else:
        workflow.succeed(release.token, {"release": release.id, "ended": over.status})
    return release.id


def is_held_back(over: Deployment, release: Release) -> bool:
    """Whether an alarm ended the deployment before anyone got the new version. That is not the
    artifact's fault, so the release waits as for an alarm that was red before; but not for ever,
    since the checks that run before may be what the alarm rings for."""
    if over.error_code != "ALARM_ACTIVE" or release.stop or len(release.aside) >= MOST_ASIDE:
        return False
    own = release.deployment.alarm if release.deployment else ""
    if any(alarm.red and alarm.name == own for alarm in release.alarms):
        return False
    return not deployments.moved_anyone(over.id)


def note_alarms(release: Release, table: ReleaseTable) -> Release:
    """Keep the alarms that its deployment watched as they are after a bad end, while one is red:
    soon it is not any more, and the new version's own is removed."""
    watched = release.deployment.alarms if release.deployment else ()
    if not watched or any(alarm.red for alarm in release.alarms):
        return release
    release = release._replace(alarms=alarms.seen(watched))
    try:
        table.save(release, "alarms")
    except Exception:  # only for people
        log.exception("the alarms of %s could not be kept", release.id)
    return release


def triggering(deployment_id: str) -> Deployment | None:
    """The deployment; for a rollback the one that it rolls back."""
    deployment = deployments.deployment(deployment_id)
    if deployment and deployment.rolls_back:
        return deployments.deployment(deployment.rolls_back)
    return deployment


def ended(
    deployment: Deployment, *, stop_asked: bool, sleep: Callable[[float], None] = time.sleep
) -> Deployment | None:
    """The deployment as it ended, its rollback too; None while one of them is on its way. The
    rollback's own end settles again. `stop_asked`: it was stopped by us, with a rollback, whatever
    its group says."""
    if not deployment.is_over:
        return None
    for _ in range(TRIES):
        if deployment.rollback_id:
            rollback = deployments.deployment(deployment.rollback_id)
            return deployment if rollback is None or rollback.is_over else None
        if not (deployment.rollback_expected or (stop_asked and deployment.status == "Stopped")):
            return deployment
        sleep(PAUSE_SECONDS)
        deployment = deployments.deployment(deployment.id) or deployment
    return deployment
