"""Rules with a rate: fired on the scaled clock. Rules with cron() are not fired here."""

import re
import threading

from moto.events.models import events_backends

from localcloud.account import ACCOUNT, REGION
from localcloud.clock import Clock
from localcloud.events import Bus

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
        while not self._clock.wait_real(0.5):
            self.look(self._clock.now())

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
