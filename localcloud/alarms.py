"""Alarms that evaluate: moto keeps alarms and datapoints, this looks at them on the scaled clock."""

import json
import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.cloudwatch.models import Alarm, MetricAggregatedDatum, cloudwatch_backends

from localcloud.account import ACCOUNT, REGION
from localcloud.alarm_changes import AlarmChanges, State
from localcloud.alarm_metrics import MetricQuery, expression, queries
from localcloud.clock import Clock
from localcloud.composite_alarms import BadRule, rule
from localcloud.metric_math import evaluate
from localcloud.service_metrics import queue_gauge

log = logging.getLogger(__name__)

COMPARE: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": lambda value, limit: value > limit,
    "GreaterThanOrEqualToThreshold": lambda value, limit: value >= limit,
    "LessThanThreshold": lambda value, limit: value < limit,
    "LessThanOrEqualToThreshold": lambda value, limit: value <= limit,
}


class Evaluator:
    """Looks at every metric alarm, and has its changes told."""

    def __init__(self, changes: AlarmChanges, clock: Clock) -> None:
        self._changes = changes
        self._clock = clock
        self._told: set[str] = set()
        self._looked = clock.now()
        self._pause = 0.0

    def start(self) -> None:
        threading.Thread(target=self._run, name="alarms", daemon=True).start()

    def _run(self) -> None:
        while not self._clock.wait_real(0.25):
            self.look(self._clock.now())

    def look(self, now: float) -> None:
        """Evaluate all alarms once, as of `now` (real seconds since the epoch)."""
        self._looked, self._pause = now, now - self._looked
        for alarm in list(cloudwatch_backends[ACCOUNT][REGION].alarms.values()):
            if alarm.rule or alarm.comparison_operator not in COMPARE:
                continue  # anomaly detection is not imitated: such an alarm stays without data
            try:
                self._look_at(alarm, now)
            except Exception as error:  # one that cannot be evaluated holds up no other
                if alarm.name not in self._told:
                    log.warning("the alarm %s cannot be evaluated: %r", alarm.name, error)
                self._told.add(alarm.name)
        self._look_at_composites()

    def _look_at(self, alarm: Alarm, now: float) -> None:
        values = [self._value(alarm, now, back) for back in range(int(alarm.evaluation_periods))]
        state = self._state(alarm, values)
        if state and state != alarm.state_value:
            before = State.of(alarm)
            alarm.update_state(self._reason(alarm, state), _reason_data(alarm, values), state)
            self._changes.tell(alarm, before)

    def _look_at_composites(self) -> None:
        """Those on other alarms, until none changes any more: one may stand on another."""
        alarms = list(cloudwatch_backends[ACCOUNT][REGION].alarms.values())
        composites = [alarm for alarm in alarms if alarm.rule]
        for _ in composites:
            known = {alarm.name: alarm.state_value for alarm in alarms}
            changed = [
                alarm for alarm in composites if _composite(alarm, known) != alarm.state_value
            ]
            for alarm in changed:
                before, state = State.of(alarm), _composite(alarm, known)
                alarm.update_state(f"{alarm.rule} came to {state}", "{}", state)
                self._changes.tell(alarm, before)
            if not changed:
                return

    def _state(self, alarm: Alarm, values: list[float | None]) -> str:
        """M out of N periods, newest first; missing ones count as the alarm says."""
        needed = int(alarm.datapoints_to_alarm or alarm.evaluation_periods)
        breaching = COMPARE[alarm.comparison_operator]
        missing = alarm.treat_missing_data or "missing"
        red = sum(
            breaching(value, float(alarm.threshold))
            if value is not None
            else missing == "breaching"
            for value in values
        )
        known = [value for value in values if value is not None]
        if not known and missing == "missing":
            return "INSUFFICIENT_DATA"
        if not known and missing == "ignore":
            return ""
        return "ALARM" if red >= needed else "OK"

    def _value(self, alarm: Alarm, now: float, back: int) -> float | None:
        asked = list(queries(alarm))
        # A fast clock's period may be over before the next look; no datapoint may fall in between.
        period = max(self._clock.real(max(query.period for query in asked)), self._pause)
        end = now - back * period
        found = {query.id: self._datapoint(query, end, period) for query in asked}
        formula = expression(alarm)
        return evaluate(formula, found) if formula else found[asked[0].id]

    def _datapoint(self, query: MetricQuery, end: float, period: float) -> float | None:
        """The statistic over the datapoints of one period that ends at `end`."""
        if (gauge := queue_gauge(query)) is not None:
            return gauge
        last = datetime.fromtimestamp(end, UTC).replace(tzinfo=None)
        first = last - timedelta(seconds=period)
        values: list[float] = []
        for datum in reversed(cloudwatch_backends[ACCOUNT][REGION].metric_data):
            at = datum.timestamp.replace(tzinfo=None) if datum.timestamp else last
            if at < first - timedelta(seconds=max(period, 15)):
                break  # the list is in the order of arrival: nothing newer lies before this
            if first < at <= last and _is(datum, query):
                values.append(
                    datum.sum if isinstance(datum, MetricAggregatedDatum) else datum.value
                )
        return _statistic(query.statistic, values)

    def _reason(self, alarm: Alarm, state: str) -> str:
        if state == "INSUFFICIENT_DATA":
            return "Insufficient Data: no datapoints were received."
        word = "crossed" if state == "ALARM" else "were not over"
        return (
            f"Threshold Crossed: {alarm.datapoints_to_alarm or alarm.evaluation_periods} out of the "
            f"last {alarm.evaluation_periods} datapoints {word} the threshold ({alarm.threshold})."
        )


def _composite(alarm: Alarm, known: dict[str, str]) -> str:
    """A rule that is none keeps its alarm as it is."""
    try:
        return "ALARM" if rule(alarm.rule)(known) else "OK"
    except BadRule:
        return str(alarm.state_value)


def _reason_data(alarm: Alarm, values: list[float | None]) -> str:
    """What CloudWatch tells programs of its judgement. Its form is shown by example only.
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
    """
    known = [value for value in reversed(values) if value is not None]
    return json.dumps(
        {
            "version": "1.0",
            "statistic": alarm.statistic,
            "recentDatapoints": known,
            "threshold": float(alarm.threshold),
        }
    )


def _is(datum: Any, query: MetricQuery) -> bool:
    return (
        datum.name == query.name
        and datum.namespace == query.namespace
        and frozenset((d.name, d.value) for d in datum.dimensions) == query.dimensions
    )


def _statistic(name: str, values: list[float]) -> float | None:
    if not values:
        return None
    if name == "Sum":
        return sum(values)
    if name == "Average":
        return sum(values) / len(values)
    if name == "SampleCount":
        return float(len(values))
    if name in ("Minimum", "Maximum"):
        return min(values) if name == "Minimum" else max(values)
    if name.startswith("p"):
        ordered = sorted(values)
        return ordered[min(len(ordered) - 1, int(len(ordered) * float(name[1:]) / 100))]
    return None
