"""Queues, buses and alarms, where moto alone would differ from AWS."""

import json
import os
import subprocess
import sys

import pytest
from botocore.exceptions import ClientError

from localcloud.iam.policy import Ask, allows
from tests.builders import alarm, unique, wait_for

ACCOUNT = "123456789012"


def arn(service, name):
    return f"arn:aws:{service}:us-east-1:{ACCOUNT}:{name}"


def bodies(aws, url):
    def look():
        found = aws.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages")
        return sorted(m["Body"] for m in found) if found else None

    return wait_for(look, 10)


@pytest.fixture
def queues(aws):
    """A queue, and the one that its dead letters go to."""
    names = unique("main"), unique("dead")
    policy = {"deadLetterTargetArn": arn("sqs", names[1]), "maxReceiveCount": 1}
    dead = aws.sqs.create_queue(QueueName=names[1])["QueueUrl"]
    attributes = {"RedrivePolicy": json.dumps(policy), "VisibilityTimeout": "0"}
    main = aws.sqs.create_queue(QueueName=names[0], Attributes=attributes)["QueueUrl"]
    return main, dead, names


def test_dead_letters_go_back_where_they_came_from(aws, queues):
    main, _, names = queues
    aws.sqs.send_message(QueueUrl=main, MessageBody="m")
    assert bodies(aws, main) == ["m"]
    assert "Messages" not in aws.sqs.receive_message(QueueUrl=main)
    source = arn("sqs", names[1])
    aws.sqs.start_message_move_task(SourceArn=source)
    assert bodies(aws, main) == ["m"]
    (task,) = aws.sqs.list_message_move_tasks(SourceArn=source)["Results"]
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 1)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        aws.sqs.cancel_message_move_task(TaskHandle="none")
    with pytest.raises(ClientError, match="Dead Letter Queue"):
        aws.sqs.start_message_move_task(SourceArn=arn("sqs", names[0]))


def test_the_aws_command_moves_dead_letters_to_another_queue(aws, cloud, queues):
    _, dead, names = queues
    other = unique("other")
    url = aws.sqs.create_queue(QueueName=other)["QueueUrl"]
    aws.sqs.send_message(QueueUrl=dead, MessageBody="d")
    command = os.path.join(os.path.dirname(sys.executable), "aws")
    done = subprocess.run(
        [
            command,
            "--endpoint-url",
            cloud.endpoint,
            "sqs",
            "start-message-move-task",
            "--source-arn",
            arn("sqs", names[1]),
            "--destination-arn",
            arn("sqs", other),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "TaskHandle" in json.loads(done.stdout)
    assert bodies(aws, url) == ["d"]


def stack(aws, name, resources, ready, change="create_stack"):
    getattr(aws.cloudformation, change)(
        StackName=name, TemplateBody=json.dumps({"Resources": resources})
    )

    def look():
        (found,) = aws.cloudformation.describe_stacks(StackName=name)["Stacks"]
        assert "ROLLBACK" not in found["StackStatus"], found["StackStatusReason"]
        return found["StackStatus"] == ready

    wait_for(look)


def bus_template(queue, source):
    rule = {
        "EventBusName": {"Ref": "Bus"},
        "EventPattern": {"source": [source]},
        "Targets": [{"Id": source, "Arn": arn("sqs", queue), "InputPath": "$.source"}],
    }
    policy = {
        "EventBusName": {"Ref": "Bus"},
        "StatementId": "others",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
            "Action": "events:PutEvents",
            "Resource": {"Fn::GetAtt": ["Bus", "Arn"]},
        },
    }
    return {
        "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": f"bus-{queue}"}},
        "Rule": {"Type": "AWS::Events::Rule", "Properties": rule},
        "Policy": {"Type": "AWS::Events::EventBusPolicy", "Properties": policy},
    }


def test_a_stacks_own_bus_delivers_by_its_own_rules(aws):
    queue, name = unique("heard"), unique("stack")
    url = aws.sqs.create_queue(QueueName=queue)["QueueUrl"]
    bus = f"bus-{queue}"

    def put(source, where):
        entry = {"Source": source, "DetailType": "T", "Detail": "{}"}
        aws.events.put_events(Entries=[{**entry, "EventBusName": where}])

    stack(aws, name, bus_template(queue, "one"), "CREATE_COMPLETE")
    policy = json.loads(aws.events.describe_event_bus(Name=bus)["Policy"])
    assert [s["Sid"] for s in policy["Statement"]] == ["others"]
    put("one", "default")
    put("two", bus)
    put("one", arn("events", f"event-bus/{bus}"))
    assert bodies(aws, url) == ['"one"']
    stack(aws, name, bus_template(queue, "two"), "UPDATE_COMPLETE", "update_stack")
    put("one", bus)
    put("two", bus)
    assert bodies(aws, url) == ['"two"']
    aws.cloudformation.delete_stack(StackName=name)
    wait_for(lambda: bus not in [b["Name"] for b in aws.events.list_event_buses()["EventBuses"]])


def test_putting_events_is_asked_of_the_bus(cloud):
    asked = cloud.front.guard._asks.of(
        "events", "PutEvents", {"Entries": [{"EventBusName": "mine"}, {}]}
    )
    mine = [{"Statement": {"Effect": "Allow", "Action": "events:PutEvents", "Resource": "*/mine"}}]
    assert asked == [
        Ask("events:PutEvents", arn("events", "event-bus/mine")),
        Ask("events:PutEvents", arn("events", "event-bus/default")),
    ]
    assert [allows(mine, ask) for ask in asked] == [True, False]


def test_a_rule_that_has_only_a_schedule_hears_no_events(aws):
    queue, rule = unique("heard"), unique("rule")
    url = aws.sqs.create_queue(QueueName=queue)["QueueUrl"]
    aws.events.put_rule(Name=rule, ScheduleExpression="rate(7 days)")
    target = {"Id": "q", "Arn": arn("sqs", queue)}
    aws.events.put_targets(Rule=rule, Targets=[{**target, "Input": '"schedule"'}])
    aws.events.put_rule(Name=unique("rule"), EventPattern='{"source": ["other"]}')
    other = unique("rule")
    aws.events.put_rule(Name=other, EventPattern='{"source": ["other"]}')
    aws.events.put_targets(Rule=other, Targets=[{**target, "Input": '"pattern"'}])
    aws.events.put_events(Entries=[{"Source": "other", "DetailType": "T", "Detail": "{}"}])
    assert bodies(aws, url) == ['"pattern"']


def test_a_state_that_was_set_is_told_like_any_other(aws):
    queue, name = unique("alarms"), unique("alarm")
    url = aws.sqs.create_queue(QueueName=queue)["QueueUrl"]
    pattern = {"source": ["aws.cloudwatch"], "detail": {"alarmName": [name]}}
    aws.events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    target = {"Id": "q", "Arn": arn("sqs", queue), "InputPath": "$.detail"}
    aws.events.put_targets(Rule=name, Targets=[target])
    alarm(aws, name, missing="ignore")
    aws.cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a try")
    (body,) = bodies(aws, url)
    detail = json.loads(body)
    assert detail["state"].items() >= {"value": "ALARM", "reason": "a try"}.items()
    assert detail["state"]["timestamp"].endswith("+0000")
    assert detail["previousState"]["value"] != "ALARM"
    (metric,) = detail["configuration"]["metrics"]
    assert metric["metricStat"]["metric"]["name"] == "Up"
