"""SetAlarmState is a change like any other: EventBridge hears of it, and actions are taken.

moto 5.2.5 only keeps the state (moto/cloudwatch/models.py, set_alarm_state).
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html
"""

from moto.cloudwatch.models import CloudWatchBackend

from localcloud.alarm_changes import AlarmChanges, State

_set = CloudWatchBackend.set_alarm_state


def apply(changes: AlarmChanges) -> None:
    def set_alarm_state(
        backend: CloudWatchBackend, name: str, reason: str, reason_data: str, state_value: str
    ) -> None:
        alarm = backend.alarms.get(name)
        before = State.of(alarm) if alarm else None
        _set(backend, name, reason, reason_data, state_value)
        if alarm and before:
            changes.tell(alarm, before)

    CloudWatchBackend.set_alarm_state = set_alarm_state
