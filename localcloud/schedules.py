"""Rules with a rate, and one-time schedules: fired on the scaled clock.

Rules with cron(), and schedules that repeat, are not fired here.
"""

import logging
import re
import threading
from datetime import UTC, datetime

from moto.events.models import events_backends
from moto.scheduler.models import Schedule, scheduler_backends

from localcloud.account import ACCOUNT, REGION
from localcloud.clock import Clock
from localcloud.events import Bus, hand_over

log = logging.getLogger(__name__)

_ONCE = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


class Schedules:
    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus = bus
        self._clock = clock
        self._next: dict[str, float] = {}

    def start(self) -> None:
        threading.Thread(target=self._run, name="schedules", daemon=True).start()

    def _run(self) -> None:
        while not self._clock.wait_real(0.2):
            self.look(self._clock.now())
            self.look_once(self._clock.now())

    def look_once(self, now: float) -> None:
        """Fire the one-time schedules that are due: after as much of the scaled time as lay between
        their making and their moment."""
        for group in list(scheduler_backends[ACCOUNT][REGION].schedule_groups.values()):
            for schedule in list(group.schedules.values()):
                if schedule.state == "ENABLED" and now >= self._due(schedule):
                    if schedule.action_after_completion == "DELETE":
                        group.delete_schedule(schedule.name)
                    schedule.state = "DISABLED"
                    _fire(schedule)

    def _due(self, schedule: Schedule) -> float:
        found = _ONCE.fullmatch(schedule.schedule_expression)
        if not found:
            return float("inf")
        at = datetime.fromisoformat(found.group(1)).replace(tzinfo=UTC).timestamp()
        made = float(schedule.creation_date)
        return made + self._clock.real(max(0.0, at - made))

    def look(self, now: float) -> None:
        """Fire what is due. A new rule waits its first period, as on AWS."""
        rules = events_backends[ACCOUNT][REGION].event_buses["default"].rules
        for rule in list(rules.values()):
            found = _RATE.fullmatch(rule.scheduled_expression or "")
            if not found or rule.state == "DISABLED":
                continue
            period = self._clock.real(int(found.group(1)) * _SECONDS[found.group(2)])
            due = self._next.setdefault(rule.arn, now + period)
            if now >= due:
                self._next[rule.arn] = now + period
                self._bus.fire(rule, _event(rule.arn))


def _event(rule_arn: str) -> dict[str, object]:
    return {
        "source": "aws.events",
        "detail-type": "Scheduled Event",
        "resources": [rule_arn],
        "detail": {},
    }


def _fire(schedule: Schedule) -> None:
    target = schedule.target
    try:
        hand_over(target, target.get("Input", "{}"))
    except Exception:
        log.exception("the schedule %s was not taken", schedule.name)
