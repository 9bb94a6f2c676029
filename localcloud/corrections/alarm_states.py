"""An alarm's state is its own: it begins without data, a new definition leaves it as it is, and that
someone sets it is a change like any other, of which EventBridge hears and for which actions are taken.

moto 5.2.5 makes every alarm OK, also one that is put again, and only keeps a state that is set
(moto/cloudwatch/models.py, put_metric_alarm and set_alarm_state).
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html
"""

from typing import Any

from moto.cloudwatch.models import Alarm, CloudWatchBackend

from localcloud.alarm_changes import AlarmChanges, State

_set = CloudWatchBackend.set_alarm_state
_put = CloudWatchBackend.put_metric_alarm


def apply(changes: AlarmChanges) -> None:
    def set_alarm_state(
        backend: CloudWatchBackend, name: str, reason: str, reason_data: str, state_value: str
    ) -> None:
        alarm = backend.alarms.get(name)
        before = State.of(alarm) if alarm else None
        _set(backend, name, reason, reason_data, state_value)
        if alarm and before:
            changes.tell(alarm, before)

    def put_metric_alarm(backend: CloudWatchBackend, name: str, *args: Any, **more: Any) -> Alarm:
        known = backend.alarms.get(name)
        alarm = _put(backend, name, *args, **more)
        if known:
            alarm.state_value, alarm.state_reason = known.state_value, known.state_reason
            alarm.state_reason_data = known.state_reason_data
            alarm.state_updated_timestamp = known.state_updated_timestamp
        else:
            alarm.state_value = "INSUFFICIENT_DATA"
            alarm.state_reason = "Unchecked: Initial alarm creation"
        return alarm

    CloudWatchBackend.set_alarm_state = set_alarm_state
    CloudWatchBackend.put_metric_alarm = put_metric_alarm
