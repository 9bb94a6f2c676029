"""CloudWatch: which alarms are red, and the alarm of a new version."""

import hashlib
import json
import logging
import re
from collections.abc import Mapping
from typing import Any

from pilotage.alarm import AlarmSeen, furthest
from pilotage.gateways.aws import client
from pilotage.target import Target

# Below this many invocations in a minute an error rate says nothing.
MINIMUM_INVOCATIONS = 5
PERIOD_SECONDS = 60
PREFIX = "pilotage-"
_OURS = re.compile(rf"{PREFIX}.*-version-(\d+)-[0-9a-f]{{12}}")

log = logging.getLogger(__name__)


def red(names: tuple[str, ...]) -> list[str]:
    """Those of the named alarms that are in ALARM now."""
    return [alarm["AlarmName"] for alarm in _described(names) if alarm["StateValue"] == "ALARM"]


def seen(names: tuple[str, ...]) -> tuple[AlarmSeen, ...]:
    """The named alarms as they are now, in the order of the names. Only for people: none where
    they cannot be read."""
    try:
        found = {alarm["AlarmName"]: _seen(alarm) for alarm in _described(names)}
    except Exception:
        log.exception("the alarms could not be read")
        return ()
    return tuple(found[name] for name in names if name in found)


def _described(names: tuple[str, ...]) -> list[Mapping[str, Any]]:
    if not names:
        return []
    found = client("cloudwatch").describe_alarms(
        AlarmNames=list(names), AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    return [*found.get("MetricAlarms", []), *found.get("CompositeAlarms", [])]


def _seen(alarm: Mapping[str, Any]) -> AlarmSeen:
    """CloudWatch tells the datapoints that it judged by in StateReasonData, which is JSON.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html
    """
    ours = _OURS.fullmatch(alarm["AlarmName"])
    comparison = alarm.get("ComparisonOperator", "")
    return AlarmSeen(
        name=alarm["AlarmName"],
        red=alarm["StateValue"] == "ALARM",
        value=furthest(_datapoints(alarm.get("StateReasonData") or ""), comparison),
        limit=alarm.get("Threshold"),
        comparison=comparison,
        unit="%" if ours or alarm.get("Unit") == "Percent" else "",
        what=f"errors of version {ours[1]}" if ours else "",
    )


def _datapoints(reason_data: str) -> list[float]:
    try:
        points = json.loads(reason_data)["recentDatapoints"]
        return [float(point) for point in points if point is not None]
    except (ValueError, KeyError, TypeError):
        return []


def name_for(target: Target, version: str, release_id: str) -> str:
    """One alarm a release: no other release, target or stack shares it, or finds its old state."""
    name = f"{PREFIX}{target.application}-{target.group}-version-{version}"
    return f"{name[:200]}-{hashlib.sha256(release_id.encode()).hexdigest()[:12]}"


def put_version_alarm(name: str, target: Target, version: str) -> None:
    """The error rate of one version behind the alias, while the alias shares its traffic.

    Versions behind an alias share the alias's metrics; only ExecutedVersion tells them apart.
    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics.html
    """
    resource = f"{target.function}:{target.alias}"
    dimensions = [
        {"Name": "FunctionName", "Value": target.function},
        {"Name": "Resource", "Value": resource},
        {"Name": "ExecutedVersion", "Value": version},
    ]
    client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        AlarmDescription=f"Error rate of version {version} of {resource}. Made by Pilotage for one deployment.",
        ComparisonOperator="GreaterThanThreshold",
        Threshold=target.max_errors,
        EvaluationPeriods=1,
        TreatMissingData="notBreaching",
        Metrics=[
            {
                "Id": "rate",
                "Expression": f"IF(invocations >= {MINIMUM_INVOCATIONS}, 100 * errors / invocations, 0)",
                "Label": "errors in percent",
                "ReturnData": True,
            },
            _metric("errors", "Errors", dimensions),
            _metric("invocations", "Invocations", dimensions),
        ],
    )


def remove(name: str) -> None:
    client("cloudwatch").delete_alarms(AlarmNames=[name])


def _metric(metric_id: str, name: str, dimensions: list[dict[str, str]]) -> dict[str, object]:
    metric = {"Namespace": "AWS/Lambda", "MetricName": name, "Dimensions": dimensions}
    stat = {"Metric": metric, "Period": PERIOD_SECONDS, "Stat": "Sum"}
    return {"Id": metric_id, "MetricStat": stat, "ReturnData": False}
