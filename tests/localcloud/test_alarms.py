"""Alarms: when they are red, and that none holds up another."""

import json
import time

import pytest

from localcloud.alarm_changes import AlarmChanges
from localcloud.alarms import Evaluator
from tests.builders import unique, wait_for


def put(aws, name, **more):
    settings = {
        "Namespace": "Test",
        "MetricName": name,
        "Statistic": "Sum",
        "Period": 600,
        "EvaluationPeriods": 1,
        "Threshold": 5,
        "ComparisonOperator": "GreaterThanThreshold",
        **more,
    }
    aws.cloudwatch.put_metric_alarm(
        AlarmName=name, **{n: value for n, value in settings.items() if value is not None}
    )


def state(aws, name):
    (found,) = aws.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return found["StateValue"]


def datum(aws, name, value, ago=0.0):
    at = time.time() - ago
    data = {"MetricName": name, "Value": value, "Timestamp": at}
    aws.cloudwatch.put_metric_data(Namespace="Test", MetricData=[data])


def test_a_new_alarm_has_no_data(aws):
    name = unique("alarm")
    put(aws, name, TreatMissingData="ignore")
    assert state(aws, name) == "INSUFFICIENT_DATA"


@pytest.mark.parametrize(
    ("missing", "becomes"),
    [("breaching", "ALARM"), ("notBreaching", "OK"), ("missing", "INSUFFICIENT_DATA")],
)
def test_missing_data_counts_as_the_alarm_says(aws, missing, becomes):
    name = unique("alarm")
    put(aws, name, TreatMissingData=missing)
    wait_for(lambda: state(aws, name) == becomes)


def test_so_many_of_so_many_datapoints_make_it_red(aws, cloud):
    """Two of three periods; each of 600 s, which pass in a few real ones."""
    period = cloud.clock.real(600)
    two, one = unique("two"), unique("one")
    for name, ages in ((two, (0.2, period * 1.5)), (one, (0.2,))):
        put(aws, name, EvaluationPeriods=3, DatapointsToAlarm=2, TreatMissingData="notBreaching")
        for ago in ages:
            datum(aws, name, 9, ago)
    wait_for(lambda: state(aws, two) == "ALARM")
    assert state(aws, one) == "OK"


def test_a_datapoint_counts_though_its_period_was_over_before_anyone_looked(aws, cloud):
    """On a fast clock, or on a machine that stood still for a while."""
    name = unique("alarm")
    looks = Evaluator(AlarmChanges(cloud.bus), cloud.clock)
    long_before = time.time() - 10 * cloud.clock.real(600)
    looks.look(long_before)
    datum(aws, name, 9, ago=9 * cloud.clock.real(600))
    put(aws, name, TreatMissingData="ignore")
    looks.look(time.time())
    assert state(aws, name) == "ALARM"


def test_a_percentile_is_evaluated(aws):
    name = unique("alarm")
    put(aws, name, Statistic=None, ExtendedStatistic="p90", TreatMissingData="ignore")
    for value in (1, 2, 9):
        datum(aws, name, value)
    wait_for(lambda: state(aws, name) == "ALARM")


def test_one_that_cannot_be_evaluated_holds_up_no_other(aws):
    broken, name = unique("a-broken"), unique("z-alarm")
    band = [
        {"Id": "m", "MetricStat": {"Metric": {"Namespace": "T", "MetricName": "x"}, "Period": 60, "Stat": "Sum"}},
        {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(m)"},
    ]  # fmt: skip
    aws.cloudwatch.put_metric_alarm(
        AlarmName=broken,
        ComparisonOperator="GreaterThanUpperThreshold",
        EvaluationPeriods=1,
        Metrics=band,
        ThresholdMetricId="band",
    )
    unknown = [{"Id": "e", "Expression": "FFT(1)", "ReturnData": True}]
    aws.cloudwatch.put_metric_alarm(
        AlarmName=f"{broken}-2",
        ComparisonOperator="GreaterThanThreshold",
        Threshold=1,
        EvaluationPeriods=1,
        Metrics=unknown,
    )
    put(aws, name, TreatMissingData="breaching")
    wait_for(lambda: state(aws, name) == "ALARM")


def test_a_new_definition_leaves_the_state_and_what_it_comes_to_is_told(aws):
    name, queue = unique("alarm"), unique("heard")
    url = aws.sqs.create_queue(QueueName=queue)["QueueUrl"]
    put(aws, name, TreatMissingData="breaching")
    wait_for(lambda: state(aws, name) == "ALARM")
    pattern = {"source": ["aws.cloudwatch"], "detail": {"alarmName": [name]}}
    aws.events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    target = {"Id": "q", "Arn": f"arn:aws:sqs:us-east-1:123456789012:{queue}"}
    aws.events.put_targets(Rule=name, Targets=[target])
    put(aws, name, TreatMissingData="notBreaching")
    wait_for(lambda: state(aws, name) == "OK")
    (message,) = wait_for(lambda: aws.sqs.receive_message(QueueUrl=url).get("Messages"))
    detail = json.loads(message["Body"])["detail"]
    assert (detail["previousState"]["value"], detail["state"]["value"]) == ("ALARM", "OK")


def test_its_message_says_what_it_looks_at(aws):
    name, queue = unique("alarm"), unique("heard")
    url = aws.sqs.create_queue(QueueName=queue)["QueueUrl"]
    topic = aws.sns.create_topic(Name=unique("topic"))["TopicArn"]
    arn = f"arn:aws:sqs:us-east-1:123456789012:{queue}"
    aws.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    put(aws, name, TreatMissingData="breaching", AlarmActions=[topic])
    (message,) = wait_for(lambda: aws.sqs.receive_message(QueueUrl=url).get("Messages"))
    told = json.loads(json.loads(message["Body"])["Message"])
    assert (told["NewStateValue"], told["Region"]) == ("ALARM", "US East (N. Virginia)")
    assert told["Trigger"]["MetricName"] == name
    assert told["Trigger"]["Threshold"] == 5
