"""CloudWatch alarms and dashboards, and log groups."""

from localcloud.account import arn
from localcloud.cloudformation.resource_type import (
    Asked,
    Made,
    ResourceType,
    call,
    completing,
    define,
    only,
    tags_of,
)

_ALARM = [
    "ActionsEnabled",
    "AlarmActions",
    "AlarmDescription",
    "ComparisonOperator",
    "DatapointsToAlarm",
    "Dimensions",
    "EvaluateLowSampleCountPercentile",
    "EvaluationPeriods",
    "ExtendedStatistic",
    "InsufficientDataActions",
    "MetricName",
    "Metrics",
    "Namespace",
    "OKActions",
    "Period",
    "Statistic",
    "Threshold",
    "ThresholdMetricId",
    "TreatMissingData",
    "Unit",
]


def _put_alarm(asked: Asked) -> Made:
    return _alarm(asked.name("AlarmName", 255), asked)


def _alarm(name: str, asked: Asked) -> Made:
    tags = tags_of(asked.properties) or None
    call(
        "cloudwatch", "PutMetricAlarm", AlarmName=name, Tags=tags, **only(asked.properties, *_ALARM)
    )
    return Made(name, {"Arn": arn("cloudwatch", f"alarm:{name}")})


def _delete_alarm(made: Made) -> None:
    call("cloudwatch", "DeleteAlarms", AlarmNames=[made.physical_id])


define(
    ResourceType(
        "AWS::CloudWatch::Alarm",
        _put_alarm,
        _delete_alarm,
        lambda made, asked: _alarm(made.physical_id, asked),
        ("AlarmName",),
    )
)


def _composite(name: str, asked: Asked) -> Made:
    names = [
        "ActionsEnabled",
        "AlarmActions",
        "AlarmDescription",
        "AlarmRule",
        "InsufficientDataActions",
        "OKActions",
    ]
    call("cloudwatch", "PutCompositeAlarm", AlarmName=name, **only(asked.properties, *names))
    return Made(name, {"Arn": arn("cloudwatch", f"alarm:{name}")})


define(
    ResourceType(
        "AWS::CloudWatch::CompositeAlarm",
        lambda asked: _composite(asked.name("AlarmName", 255), asked),
        _delete_alarm,
        lambda made, asked: _composite(made.physical_id, asked),
        ("AlarmName",),
    )
)


def _dashboard(name: str, asked: Asked) -> Made:
    body = asked.properties["DashboardBody"]
    call("cloudwatch", "PutDashboard", DashboardName=name, DashboardBody=body)
    return Made(name)


define(
    ResourceType(
        "AWS::CloudWatch::Dashboard",
        lambda asked: _dashboard(asked.name("DashboardName", 255), asked),
        lambda made: call("cloudwatch", "DeleteDashboards", DashboardNames=[made.physical_id]),
        lambda made, asked: _dashboard(made.physical_id, asked),
        ("DashboardName",),
    )
)


def _create_log_group(asked: Asked) -> Made:
    name = asked.name("LogGroupName", 512)
    call("logs", "CreateLogGroup", logGroupName=name)
    with completing(Made(name, {"Arn": arn("logs", f"log-group:{name}:*")})) as made:
        return _keep(made, asked)


def _keep(made: Made, asked: Asked) -> Made:
    if days := asked.properties.get("RetentionInDays"):
        call("logs", "PutRetentionPolicy", logGroupName=made.physical_id, retentionInDays=days)
    elif "RetentionInDays" in asked.before:
        call("logs", "DeleteRetentionPolicy", logGroupName=made.physical_id)
    return made


define(
    ResourceType(
        "AWS::Logs::LogGroup",
        _create_log_group,
        lambda made: call("logs", "DeleteLogGroup", logGroupName=made.physical_id),
        _keep,
        ("LogGroupName",),
    )
)
