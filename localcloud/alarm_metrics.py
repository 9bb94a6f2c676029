"""The metrics that an alarm looks at, whichever of CloudWatch's two ways it names them."""

from collections.abc import Iterable
from dataclasses import dataclass

from moto.cloudwatch.models import Alarm


@dataclass(frozen=True)
class MetricQuery:
    """One metric of an alarm. `period` is in AWS's seconds."""

    id: str
    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]
    statistic: str
    period: int


def queries(alarm: Alarm) -> Iterable[MetricQuery]:
    if alarm.metric_data_queries:
        for query in alarm.metric_data_queries:
            if stat := query.metric_stat:
                yield MetricQuery(
                    query.id,
                    stat.metric.namespace,
                    stat.metric.metric_name,
                    frozenset((d.name, d.value) for d in stat.metric.dimensions),
                    stat.stat,
                    int(stat.period),
                )
    else:
        dimensions = frozenset((d.name, d.value) for d in alarm.dimensions)
        statistic = alarm.statistic or alarm.extended_statistic
        yield MetricQuery(
            "m", alarm.namespace, alarm.metric_name, dimensions, statistic, int(alarm.period)
        )


def expression(alarm: Alarm) -> str:
    """The expression whose value is compared; "" when the metric's own is."""
    return next((q.expression for q in alarm.metric_data_queries if q.expression), "")
