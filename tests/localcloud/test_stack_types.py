"""What small applications are made of: it works, or the stack says what it cannot make."""

from datetime import UTC, datetime, timedelta

import pytest

from localcloud import install
from localcloud.cloudformation.resource_type import known_types
from tests.builders import unique, wait_for
from tests.localcloud.stack_calls import Stack, queue

EXPAND = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
SAM = {"Transform": "AWS::Serverless-2016-10-31"}


def function(**events):
    code = {"InlineCode": "x = 1", "Handler": "index.x", "Runtime": "python3.11"}
    return {"Type": "AWS::Serverless::Function", "Properties": {**code, "Events": events}}


@pytest.mark.parametrize(
    ("resources", "named"),
    [
        (
            {"F": function(Get={"Type": "Api", "Properties": {"Path": "/", "Method": "get"}})},
            "AWS::ApiGateway::RestApi",
        ),
        ({"F": function(Get={"Type": "HttpApi"})}, "AWS::ApiGatewayV2::Api"),
        (
            {
                "L": {
                    "Type": "AWS::Serverless::LayerVersion",
                    "Properties": {"ContentUri": "s3://bucket/key"},
                }
            },
            "AWS::Lambda::LayerVersion",
        ),
        (
            {"A": {"Type": "AWS::Serverless::Application", "Properties": {"Location": "x.yaml"}}},
            "AWS::CloudFormation::Stack",
        ),
        (
            {
                "F": function(
                    Often={
                        "Type": "ScheduleV2",
                        "Properties": {"ScheduleExpression": "rate(1 hour)"},
                    }
                )
            },
            "AWS::Scheduler::Schedule of rate(1 hour)",
        ),
    ],
)
def test_what_cannot_be_made_fails_the_stack_by_its_name(aws, resources, named):
    stack = Stack(aws)
    ended = stack.create(resources, rest=SAM, Capabilities=EXPAND)
    assert ended["StackStatus"] == "ROLLBACK_COMPLETE"
    assert f"The local cloud does not make {named} yet" in ended["StackStatusReason"] or (
        f"The local cloud does not fire an {named} yet" in ended["StackStatusReason"]
    )
    assert stack.ids() == {}


def test_the_documents_name_every_type_that_is_made():
    text = (install.ROOT / "docs" / "local-cloud.md").read_text()
    (line,) = [line for line in text.splitlines() if "`Lambda::Function`" in line]
    assert line.split() == [f"`{name.removeprefix('AWS::')}`" for name in known_types()]


def schedule(queue_name, at, **more):
    target = {
        "Arn": {"Fn::GetAtt": [queue_name, "Arn"]},
        "RoleArn": "arn:aws:iam::123456789012:role/scheduler",
        "Input": '"now"',
    }
    given = {"FlexibleTimeWindow": {"Mode": "OFF"}, "ScheduleExpression": at, "Target": target}
    return {"Type": "AWS::Scheduler::Schedule", "Properties": {**given, **more}}


def in_minutes(minutes):
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    return f"at({at:%Y-%m-%dT%H:%M:%S})"


def test_a_one_time_schedule_fires_and_one_that_was_moved_goes_with_its_stack(aws):
    stack = Stack(aws)
    later = schedule("Q", in_minutes(60 * 24 * 30), Name=unique("once"))
    stack.create({"Q": queue(), "Once": schedule("Q", in_minutes(2)), "Later": later})
    url, name = stack.ids()["Q"], stack.ids()["Later"]
    (message,) = wait_for(lambda: aws.sqs.receive_message(QueueUrl=url).get("Messages"))
    assert message["Body"] == '"now"'
    moved = in_minutes(60 * 24 * 60)
    stack.update({"Q": queue(), "Later": schedule("Q", moved, Name=name)})
    assert aws.scheduler.get_schedule(Name=name)["ScheduleExpression"] == moved
    assert stack.delete() is None
    with pytest.raises(aws.scheduler.exceptions.ResourceNotFoundException):
        aws.scheduler.get_schedule(Name=name)


def parameter(name, value, kind="String"):
    given = {"Name": name, "Type": kind, "Value": value}
    return {"Type": "AWS::SSM::Parameter", "Properties": given}


def test_a_parameter_is_never_taken_from_who_had_it(aws):
    name = f"/{unique('held')}"
    aws.ssm.put_parameter(Name=name, Value="theirs", Type="String")
    ended = Stack(aws).create({"P": parameter(name, "ours")})
    assert "already exists" in ended["StackStatusReason"]
    assert aws.ssm.get_parameter(Name=name)["Parameter"]["Value"] == "theirs"


def test_a_parameter_changes_and_goes_with_its_stack(aws):
    stack, name = Stack(aws), f"/{unique('held')}"
    stack.create({"P": parameter(name, "one")})
    stack.update({"P": parameter(name, "two")})
    assert aws.ssm.get_parameter(Name=name)["Parameter"]["Value"] == "two"
    assert stack.delete() is None
    with pytest.raises(aws.ssm.exceptions.ParameterNotFound):
        aws.ssm.get_parameter(Name=name)


def test_a_stack_makes_no_secret_parameter(aws):
    ended = Stack(aws).create({"P": parameter(f"/{unique('held')}", "one", "SecureString")})
    assert "type SecureString cannot be created using CloudForm" in ended["StackStatusReason"]
