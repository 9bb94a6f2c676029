"""Function metrics, with the dimensions that Lambda gives them.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics.html: by function; by function and
`function:alias` or `function:version`; and, for an alias with weights, by executed version too.
"""

from datetime import UTC, datetime

from moto.cloudwatch.models import cloudwatch_backends

from localcloud.account import ACCOUNT, REGION
from localcloud.awslambda.model import Function

NAMESPACE = "AWS/Lambda"


def record(
    function: Function, version: str, qualifier: str, started: float, ended: float, failed: bool
) -> None:
    """Invocations, Errors and Duration of one invocation, at the time it started."""
    at = datetime.fromtimestamp(started, UTC).replace(tzinfo=None)
    values = {
        "Invocations": (1.0, "Count"),
        "Errors": (float(failed), "Count"),
        "Duration": ((ended - started) * 1000, "Milliseconds"),
    }
    data = [
        {"MetricName": name, "Value": value, "Unit": unit, "Timestamp": at, "Dimensions": dims}
        for name, (value, unit) in values.items()
        for dims in _dimensions(function, version, qualifier)
    ]
    cloudwatch_backends[ACCOUNT][REGION].put_metric_data(NAMESPACE, data)


def _dimensions(function: Function, version: str, qualifier: str) -> list[list[dict[str, str]]]:
    name = {"Name": "FunctionName", "Value": function.name}
    if not qualifier:
        return [[name]]
    resource = {"Name": "Resource", "Value": f"{function.name}:{qualifier}"}
    alias = function.aliases.get(qualifier)
    if not (alias and alias.weights):
        return [[name], [name, resource]]
    executed = {"Name": "ExecutedVersion", "Value": version}
    return [[name], [name, resource], [name, resource, executed]]
