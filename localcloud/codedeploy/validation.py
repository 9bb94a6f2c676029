"""What CodeDeploy refuses at once: names, lists and combinations."""

import re
from typing import Any

from localcloud.wire import AwsError, Params

NAME = re.compile(r"[A-Za-z0-9+=,.@_-]{1,100}")
ROLLBACK_EVENTS = ("DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST")
MAX_TRIGGERS = 10
MAX_ALARMS = 50
MAX_DESCRIPTION = 256


def required_name(params: Params, member: str, what: str) -> str:
    """A name that must be given: `what` is Application, DeploymentGroup or DeploymentConfig."""
    name = params.get(member)
    if not name:
        raise AwsError(f"{what}NameRequiredException", f"The {member} is required.")
    if not NAME.fullmatch(name):
        message = f"The {member} {name!r} is not valid: 1 to 100 of A-Z a-z 0-9 + = , . @ _ -"
        raise AwsError(f"Invalid{what}NameException", message)
    return str(name)


def check_group_settings(settings: dict[str, Any]) -> None:
    check_rollback(settings.get("autoRollbackConfiguration"))
    check_alarms(settings.get("alarmConfiguration"))
    triggers = settings.get("triggerConfigurations") or []
    if len(triggers) > MAX_TRIGGERS:
        message = f"A deployment group can have at most {MAX_TRIGGERS} triggers"
        raise AwsError("TriggerTargetsLimitExceededException", message)
    for trigger in triggers:
        if (
            not trigger.get("triggerName")
            or not trigger.get("triggerTargetArn")
            or not trigger.get("triggerEvents")
        ):
            message = "A trigger needs triggerName, triggerTargetArn and triggerEvents"
            raise AwsError("InvalidTriggerConfigException", message)
    _check_style(settings.get("deploymentStyle"))


def check_rollback(setting: dict[str, Any] | None) -> None:
    if not setting:
        return
    events = setting.get("events") or []
    if setting.get("enabled") and not events:
        message = "Automatic rollback is enabled, but no rollback events are given"
        raise AwsError("InvalidAutoRollbackConfigException", message)
    if unknown := [event for event in events if event not in ROLLBACK_EVENTS]:
        message = f"Unknown rollback event: {unknown[0]}"
        raise AwsError("InvalidAutoRollbackConfigException", message)


def check_alarms(setting: dict[str, Any] | None) -> None:
    if not setting:
        return
    names = [alarm.get("name") for alarm in setting.get("alarms") or []]
    if setting.get("enabled") and not names:
        raise AwsError("InvalidAlarmConfigException", "Alarms are enabled, but none is named")
    if any(not name or len(name) > 255 for name in names):
        message = "An alarm's name must have 1 to 255 characters"
        raise AwsError("InvalidAlarmConfigException", message)
    if len(set(names)) != len(names):
        raise AwsError("InvalidAlarmConfigException", "The same alarm is named twice")
    if len(names) > MAX_ALARMS:
        message = f"At most {MAX_ALARMS} alarms can be named"
        raise AwsError("AlarmsLimitExceededException", message)


def _check_style(style: dict[str, Any] | None) -> None:
    if style is None:
        return
    if not style.get("deploymentType") or not style.get("deploymentOption"):
        message = "Deployment type or deployment option cannot be null or empty"
        raise AwsError("InvalidDeploymentStyleException", message)
    if style["deploymentOption"] not in ("WITH_TRAFFIC_CONTROL", "WITHOUT_TRAFFIC_CONTROL"):
        message = "Deployment option can only be WITH_TRAFFIC_CONTROL or WITHOUT_TRAFFIC_CONTROL"
        raise AwsError("InvalidDeploymentStyleException", message)


def check_revision(revision: dict[str, Any] | None) -> dict[str, Any]:
    if not revision:
        raise AwsError("RevisionRequiredException", "The revision is required.")
    kinds = {
        "AppSpecContent": "appSpecContent",
        "String": "string",
        "S3": "s3Location",
        "GitHub": "gitHubLocation",
    }
    member = kinds.get(revision.get("revisionType", ""))
    if member is None or not revision.get(member):
        message = f"The revision needs a revisionType of {', '.join(kinds)} and its own member"
        raise AwsError("InvalidRevisionException", message)
    body = revision[member]
    if member in ("appSpecContent", "string") and not body.get("content"):
        raise AwsError("InvalidRevisionException", "The AppSpec content is empty")
    return revision
