"""The alarms of a deployment: polled by name with the service role, level-triggered.

https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-create-alarms.html
"""

from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localcloud import clients
from localcloud.codedeploy.causes import Aborted, alarms_active, alarms_unreadable
from localcloud.codedeploy.model import Deployment, Group


def look(deployment: Deployment, group: Group) -> None:
    """Raises Aborted when an alarm is in ALARM, also when it was so before the deployment."""
    setting = deployment.settings.get("overrideAlarmConfiguration")
    if setting is None:
        setting = group.settings.get("alarmConfiguration") or {}
    names = [alarm["name"] for alarm in setting.get("alarms") or []]
    if not setting.get("enabled") or not names:
        return
    states = _states(names, group)
    if active := [name for name in names if states.get(name) == "ALARM"]:
        raise Aborted(alarms_active(active))
    unreadable = [name for name in names if name not in states]
    if unreadable and not setting.get("ignorePollAlarmFailure"):
        raise Aborted(alarms_unreadable(unreadable))


def _states(names: list[str], group: Group) -> dict[str, str]:
    try:
        found: dict[str, Any] = clients.client(
            "cloudwatch", group.settings["serviceRoleArn"]
        ).describe_alarms(AlarmNames=names, AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    except (ClientError, BotoCoreError):
        return {}
    alarms = [*found.get("MetricAlarms", []), *found.get("CompositeAlarms", [])]
    return {alarm["AlarmName"]: alarm["StateValue"] for alarm in alarms}
