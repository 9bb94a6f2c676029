"""An alarm changes its state: EventBridge hears of it, and its actions are taken."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from moto.cloudwatch.models import Alarm

from localcloud import clients
from localcloud.account import ACCOUNT, REGION
from localcloud.alarm_metrics import expression, queries
from localcloud.events import Bus

REGION_NAMES = {"us-east-1": "US East (N. Virginia)"}


@dataclass(frozen=True)
class State:
    """The state of an alarm at one time."""

    value: str
    reason: str
    reason_data: str
    since: datetime

    @classmethod
    def of(cls, alarm: Alarm) -> "State":
        return cls(
            alarm.state_value,
            alarm.state_reason,
            alarm.state_reason_data,
            alarm.state_updated_timestamp,
        )

    def told(self) -> dict[str, str]:
        told = {
            "value": self.value,
            "reason": self.reason,
            "reasonData": self.reason_data,
            "timestamp": self.since.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000",
        }
        return {name: text for name, text in told.items() if text}


class AlarmChanges:
    """Tells of changes, whoever made them: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html"""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    def tell(self, alarm: Alarm, before: State) -> None:
        """Nothing is told where the state's value is the same as before."""
        if alarm.state_value == before.value:
            return
        self._bus.send(
            {
                "source": "aws.cloudwatch",
                "detail-type": "CloudWatch Alarm State Change",
                "resources": [alarm.alarm_arn],
                "detail": {
                    "alarmName": alarm.name,
                    "state": State.of(alarm).told(),
                    "previousState": before.told(),
                    "configuration": _configuration(alarm),
                },
            }
        )
        _act(alarm, before)


def _configuration(alarm: Alarm) -> dict[str, Any]:
    if alarm.rule:
        return {"alarmRule": alarm.rule}
    formula = expression(alarm)
    metrics: list[dict[str, Any]] = [
        {
            "id": query.id,
            "metricStat": {
                "metric": {
                    "namespace": query.namespace,
                    "name": query.name,
                    "dimensions": dict(sorted(query.dimensions)),
                },
                "period": query.period,
                "stat": query.statistic,
            },
            "returnData": not formula,
        }
        for query in queries(alarm)
    ]
    if formula:
        metrics.append({"id": "formula", "expression": formula, "returnData": True})
    told = {"description": alarm.description} if alarm.description else {}
    return {**told, "metrics": metrics}


def _trigger(alarm: Alarm) -> dict[str, Any]:
    """What the alarm looks at, as its messages tell it.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
    """
    told = {
        "MetricName": alarm.metric_name,
        "Namespace": alarm.namespace,
        "StatisticType": "Statistic",
        "Statistic": (alarm.statistic or "").upper() or None,
        "Unit": alarm.unit,
        "Dimensions": [{"name": d.name, "value": d.value} for d in alarm.dimensions or []],
        "Period": alarm.period,
        "EvaluationPeriods": alarm.evaluation_periods,
        "DatapointsToAlarm": alarm.datapoints_to_alarm,
        "ComparisonOperator": alarm.comparison_operator,
        "Threshold": alarm.threshold,
        "TreatMissingData": alarm.treat_missing_data or "missing",
    }
    return {name: value for name, value in told.items() if value is not None}


def _act(alarm: Alarm, before: State) -> None:
    state, reason = alarm.state_value, alarm.state_reason
    actions = {"ALARM": alarm.alarm_actions, "OK": alarm.ok_actions}.get(
        state, alarm.insufficient_data_actions
    )
    message = {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": ACCOUNT,
        "NewStateValue": state,
        "NewStateReason": reason,
        "StateChangeTime": alarm.state_updated_timestamp.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
        "Region": REGION_NAMES.get(REGION, REGION),
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": before.value,
        "OKActions": alarm.ok_actions or [],
        "AlarmActions": alarm.alarm_actions or [],
        "InsufficientDataActions": alarm.insufficient_data_actions or [],
        "Trigger": _trigger(alarm),
    }
    for action in actions or [] if alarm.actions_enabled else []:
        if ":sns:" in action:
            subject = f'{state}: "{alarm.name}" in {REGION}'[:100]
            clients.client("sns").publish(
                TopicArn=action, Subject=subject, Message=json.dumps(message)
            )
