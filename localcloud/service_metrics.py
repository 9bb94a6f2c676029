"""Metrics that AWS's services send by themselves and that alarms watch: queues and executions.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
"""

from moto.cloudwatch.models import cloudwatch_backends
from moto.sqs.models import sqs_backends

from localcloud.account import ACCOUNT, REGION
from localcloud.alarm_metrics import MetricQuery

VISIBLE = "ApproximateNumberOfMessagesVisible"
_EXECUTION_METRICS = {
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}


def queue_gauge(query: MetricQuery) -> float | None:
    """How many messages of the queue can be received now; None for any other metric."""
    if (query.namespace, query.name) != ("AWS/SQS", VISIBLE):
        return None
    queue = sqs_backends[ACCOUNT][REGION].queues.get(dict(query.dimensions).get("QueueName", ""))
    return float(queue.approximate_number_of_messages) if queue else None


def record_execution(machine_arn: str, status: str) -> None:
    if name := _EXECUTION_METRICS.get(status):
        dimensions = [{"Name": "StateMachineArn", "Value": machine_arn}]
        datum = {"MetricName": name, "Value": 1.0, "Unit": "Count", "Dimensions": dimensions}
        cloudwatch_backends[ACCOUNT][REGION].put_metric_data("AWS/States", [datum])
