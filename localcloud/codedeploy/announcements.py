"""What CodeDeploy tells the world: SNS triggers and EventBridge events, in their real wire form.

The forms follow captured messages (2016 and 2022), not the user guide, which shows others: times
are Java's Date.toString(), and three members are JSON text inside a string.
"""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from localcloud import clients
from localcloud.account import ACCOUNT, REGION
from localcloud.codedeploy import choices
from localcloud.codedeploy.model import Application, Deployment, Group

log = logging.getLogger(__name__)

# Pairs of what happened: (trigger event, status in SNS, state on EventBridge).
START = ("DeploymentStart", "CREATED", "START")
SUCCESS = ("DeploymentSuccess", "SUCCEEDED", "SUCCESS")
FAILURE = ("DeploymentFailure", "FAILED", "FAILURE")
STOP = ("DeploymentStop", "STOPPED", "STOP")
ROLLBACK = ("DeploymentRollback", "IN_PROGRESS", "")
BY_STATUS = {"Succeeded": SUCCESS, "Failed": FAILURE, "Stopped": STOP}


class Announcer:
    """Publishes for a deployment. A refused publish never fails a deployment."""

    def __init__(self, send_event: Any) -> None:
        self._send_event = send_event

    def announce(
        self, happened: tuple[str, str, str], deployment: Deployment, group: Group, app: Application
    ) -> None:
        trigger_event, status, state = happened
        if state:
            self._send_event(_event(state, deployment, group, app))
        for trigger in group.settings.get("triggerConfigurations") or []:
            if trigger_event in trigger.get("triggerEvents", []):
                subject = f"{status}: AWS CodeDeploy {deployment.id} in {REGION} to {app.name}"
                message = _message(trigger["triggerName"], status, deployment)
                _publish(group, trigger["triggerTargetArn"], subject, json.dumps(message))

    def test_triggers(self, group: Group, triggers: list[dict[str, Any]]) -> None:
        """A new or changed trigger sends a message to show that it can."""
        for trigger in triggers:
            text = choices.TRIGGER_TEST_MESSAGE.format(name=trigger.get("triggerName", ""))
            _publish(group, trigger["triggerTargetArn"], choices.TRIGGER_TEST_SUBJECT, text)


def _publish(group: Group, topic: str, subject: str, message: str) -> None:
    try:
        sns = clients.client("sns", group.settings["serviceRoleArn"])
        sns.publish(TopicArn=topic, Subject=subject[: choices.MAX_SUBJECT], Message=message)
    except Exception as error:
        log.warning("CodeDeploy could not publish to %s: %s", topic, error)


def _message(trigger: str, status: str, deployment: Deployment) -> dict[str, Any]:
    message: dict[str, Any] = {
        "region": REGION,
        "accountId": ACCOUNT,
        "eventTriggerName": trigger,
        "applicationName": deployment.application,
        "deploymentId": deployment.id,
        "deploymentGroupName": deployment.group,
        "createTime": _java_date(deployment.created_at),
        "completeTime": _java_date(deployment.completed_at),
    }
    if deployment.over:
        message["deploymentOverview"] = json.dumps(overview(deployment, ready=False))
    message["status"] = status
    if deployment.error:
        error = {"ErrorCode": deployment.error["code"], "ErrorMessage": deployment.error["message"]}
        message["errorInformation"] = json.dumps(error)
    if deployment.creator == "codeDeployRollback" or status == "FAILED":
        message["rollbackInformation"] = json.dumps(_rollback_information(deployment))
    return message


def _rollback_information(deployment: Deployment) -> dict[str, str]:
    """Empty on the aborted deployment's own message: its link is not yet written then."""
    if deployment.creator != "codeDeployRollback":
        return {}
    info = deployment.rollback_info
    return {
        "RollbackMessage": info.get("rollbackMessage", ""),
        "RollbackTriggeringDeploymentId": info.get("rollbackTriggeringDeploymentId", ""),
    }


def overview(deployment: Deployment, ready: bool = True) -> dict[str, int]:
    """How many targets are in which state; a Lambda deployment has one target."""
    names = ["Succeeded", "Failed", "Skipped", "InProgress", "Pending"] + (
        ["Ready"] if ready else []
    )
    return {name: int(name == deployment.target_status) for name in names}


def _event(state: str, deployment: Deployment, group: Group, app: Application) -> dict[str, Any]:
    return {
        "detail-type": "CodeDeploy Deployment State-change Notification",
        "source": "aws.codedeploy",
        "resources": [app.arn, group.arn],
        "detail": {
            "instanceGroupId": group.id,
            "region": REGION,
            "application": app.name,
            "deploymentId": deployment.id,
            "state": state,
            "deploymentGroup": group.name,
        },
    }


def _java_date(timestamp: float | None) -> str | None:
    if timestamp is None:
        return None
    return datetime.fromtimestamp(timestamp, UTC).strftime("%a %b %d %H:%M:%S UTC %Y")
