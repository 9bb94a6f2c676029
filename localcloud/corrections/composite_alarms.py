"""PutCompositeAlarm: moto 5.2.5 keeps alarms with a rule, but has no such operation.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from typing import Any

from moto.cloudwatch.exceptions import ValidationError
from moto.cloudwatch.models import Alarm
from moto.cloudwatch.responses import CloudWatchResponse

from localcloud.composite_alarms import BadRule, rule


def apply() -> None:
    CloudWatchResponse.put_composite_alarm = _put_composite_alarm
    Alarm.alarm_rule = property(lambda alarm: alarm.rule)  # as DescribeAlarms calls it


def _put_composite_alarm(response: Any) -> Any:
    try:
        rule(response._get_param("AlarmRule"))
    except BadRule as bad:
        raise ValidationError(f"AlarmRule must not contain invalid expressions: {bad}") from None
    return response.put_metric_alarm()
