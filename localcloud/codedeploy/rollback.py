"""The rollback of an aborted Lambda deployment: a deployment of its own, linked both ways."""

from localcloud.codedeploy import choices
from localcloud.codedeploy.causes import Cause
from localcloud.codedeploy.model import Deployment, Group, Store

CREATOR = "codeDeployRollback"


def is_wanted(cause: Cause, deployment: Deployment, group: Group) -> bool:
    """What was asked on StopDeployment; else the deployment's own setting; else the group's."""
    if deployment.creator == CREATOR or not deployment.ready_to_shift:
        return False
    if cause.rollback_asked is not None:
        return cause.rollback_asked
    setting = deployment.settings.get("autoRollbackConfiguration")
    if setting is None:
        setting = group.settings.get("autoRollbackConfiguration") or {}
    events = setting.get("events") or []
    return bool(setting.get("enabled")) and cause.rollback_event in events


def make(aborted: Deployment, store: Store, now: float) -> Deployment:
    """Back to the aborted deployment's current version, all at once; no hooks, no alarms."""
    rollback = Deployment(
        application=aborted.application,
        group=aborted.group,
        revision=aborted.revision,
        configuration=store.configurations[choices.ROLLBACK_CONFIGURATION],
        settings={},
        created_at=now,
        creator=CREATOR,
        description=choices.ROLLBACK_DESCRIPTION,
        appspec=aborted.appspec,
    )
    aborted.rollback_info = {
        "rollbackDeploymentId": rollback.id,
        "rollbackMessage": f"Deployment {aborted.id} terminated. Automatic rollback is triggered "
        f"with a DeploymentId {rollback.id}.",
    }
    rollback.rollback_info = {
        "rollbackTriggeringDeploymentId": aborted.id,
        "rollbackMessage": f"Deployment {rollback.id} is triggered to roll back deployment "
        f"{aborted.id}.",
    }
    store.deployments[rollback.id] = rollback
    return rollback
