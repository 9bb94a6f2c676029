"""Alarms on other alarms."""

import pytest

from localcloud.composite_alarms import BadRule, rule
from tests import builders
from tests.builders import unique, wait_for

KNOWN = {"a": "ALARM", "b": "OK", "c": "INSUFFICIENT_DATA"}


@pytest.mark.parametrize(
    ("text", "comes_to"),
    [
        ('ALARM("a")', True),
        ("ALARM(b)", False),
        ("OK(b) AND INSUFFICIENT_DATA(c)", True),
        ("ALARM(b) OR ALARM(a) AND NOT OK(b)", False),
        ("(ALARM(b) OR ALARM(a)) AND NOT ALARM(c)", True),
        ("ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:a)", True),
        ("NOT FALSE", True),
        ("ALARM(unknown)", False),
    ],
)
def test_a_rule_is_read_as_cloudwatch_reads_it(text, comes_to):
    assert rule(text)(KNOWN) is comes_to


@pytest.mark.parametrize("text", ["", "ALARM(a", "ALARM(a) ALARM(b)", "(ALARM(a)", "AND", "x"])
def test_what_is_no_rule_says_so(text):
    with pytest.raises(BadRule):
        rule(text)


def test_a_composite_alarm_follows_those_it_stands_on(aws):
    below, above = unique("below"), unique("above")
    builders.alarm(aws, below, missing="notBreaching")
    aws.cloudwatch.put_composite_alarm(AlarmName=above, AlarmRule=f'ALARM("{below}")')

    def state():
        (found,) = aws.cloudwatch.describe_alarms(
            AlarmNames=[above], AlarmTypes=["CompositeAlarm"]
        )["CompositeAlarms"]
        return found["StateValue"]

    wait_for(lambda: state() == "OK")
    builders.alarm(aws, below, missing="breaching")
    wait_for(lambda: state() == "ALARM")
