"""Events that a function was given and failed on: tries, destinations, dead letters."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.builders import function, publish, unique, wait_for

FAILING = "def handler(event, context):\n    raise ValueError('no')\n"


def queue(aws):
    """A queue's URL and ARN."""
    url = aws.sqs.create_queue(QueueName=unique("queue"))["QueueUrl"]
    found = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return url, found["Attributes"]["QueueArn"]


def received(aws, url):
    """The one message in a queue."""

    def look():
        return aws.sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"]).get("Messages")

    (message,) = wait_for(look)
    return message


def invoke_later(aws, name, **more):
    aws.lambda_.invoke(FunctionName=name, InvocationType="Event", Payload=b'{"a": 1}', **more)


def retry_never(aws, name, **more):
    aws.lambda_.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0, **more)


def check_dead_letter(told):
    assert told["RequestID"].count("-") == 4
    assert told["ErrorCode"] == "200"
    assert told["ErrorMessage"] == "no"


def test_what_failed_for_good_goes_to_the_dead_letter_queue(aws):
    url, arn = queue(aws)
    name = function(aws, code=FAILING, DeadLetterConfig={"TargetArn": arn})
    retry_never(aws, name)
    invoke_later(aws, name)
    message = received(aws, url)
    assert json.loads(message["Body"]) == {"a": 1}
    attributes = message["MessageAttributes"]
    assert attributes["ErrorCode"]["DataType"] == "Number"
    check_dead_letter({key: value["StringValue"] for key, value in attributes.items()})


def test_dead_letters_can_go_to_a_topic(aws):
    url, arn = queue(aws)
    topic = aws.sns.create_topic(Name=unique("topic"))["TopicArn"]
    aws.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    name = function(aws, code=FAILING, DeadLetterConfig={"TargetArn": topic})
    retry_never(aws, name)
    invoke_later(aws, name)
    told = json.loads(received(aws, url)["Body"])
    assert json.loads(told["Message"]) == {"a": 1}
    check_dead_letter({key: value["Value"] for key, value in told["MessageAttributes"].items()})


def test_every_try_of_an_event_has_the_same_request_id(aws):
    url, arn = queue(aws)
    code = (
        "def handler(event, context):\n"
        "    print('tried', context.aws_request_id)\n"
        "    raise ValueError('no')\n"
    )
    name = function(aws, code=code)
    aws.lambda_.put_function_event_invoke_config(
        FunctionName=name, DestinationConfig={"OnFailure": {"Destination": arn}}
    )
    invoke_later(aws, name)
    record = json.loads(received(aws, url)["Body"])["requestContext"]
    assert record["approximateInvokeCount"] == 3
    events = aws.logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    tried = [e["message"].split()[1] for e in events if e["message"].startswith("tried ")]
    assert tried == [record["requestId"]] * 3


def test_settings_of_latest_count_for_calls_that_name_no_version(aws):
    url, arn = queue(aws)
    name = function(aws, code=FAILING)
    retry_never(
        aws, name, Qualifier="$LATEST", DestinationConfig={"OnFailure": {"Destination": arn}}
    )
    found = aws.lambda_.get_function_event_invoke_config(FunctionName=name)
    assert found["FunctionArn"].endswith(f":{name}:$LATEST")
    invoke_later(aws, name)
    record = json.loads(received(aws, url)["Body"])
    assert record["requestContext"]["approximateInvokeCount"] == 1
    assert record["requestContext"]["functionArn"].endswith(f":{name}:$LATEST")


def test_settings_of_an_alias_count_for_the_alias_alone(aws):
    url, arn = queue(aws)
    name = function(aws, code=FAILING)
    aws.lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion=publish(aws, name))
    retry_never(aws, name)
    retry_never(aws, name, Qualifier="live", DestinationConfig={"OnFailure": {"Destination": arn}})
    invoke_later(aws, name)
    invoke_later(aws, name, Qualifier="live")
    record = json.loads(received(aws, url)["Body"])
    assert record["requestContext"]["functionArn"].endswith(f":{name}:live")
    assert record["responseContext"]["executedVersion"] == "1"


def test_settings_can_be_changed_one_by_one(aws):
    _, arn = queue(aws)
    name = function(aws)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        aws.lambda_.update_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=1)
    retry_never(aws, name, DestinationConfig={"OnFailure": {"Destination": arn}})
    aws.lambda_.update_function_event_invoke_config(FunctionName=name, MaximumEventAgeInSeconds=600)
    found = aws.lambda_.get_function_event_invoke_config(FunctionName=name)
    assert (found["MaximumRetryAttempts"], found["MaximumEventAgeInSeconds"]) == (0, 600)
    assert found["DestinationConfig"]["OnFailure"]["Destination"] == arn
    aws.lambda_.put_function_event_invoke_config(FunctionName=name, MaximumEventAgeInSeconds=60)
    found = aws.lambda_.get_function_event_invoke_config(FunctionName=name)
    assert "MaximumRetryAttempts" not in found


@pytest.mark.parametrize(
    ("code", "outcome", "condition", "detail_type"),
    [
        (FAILING, "OnFailure", "RetriesExhausted", "Lambda Function Invocation Result - Failure"),
        (
            "def handler(event, context):\n    return 1\n",
            "OnSuccess",
            "Success",
            "Lambda Function Invocation Result - Success",
        ),
    ],
)
def test_a_bus_hears_how_an_event_ended(aws, code, outcome, condition, detail_type):
    url, arn = queue(aws)
    bus = unique("bus")
    bus_arn = aws.events.create_event_bus(Name=bus)["EventBusArn"]
    aws.events.put_rule(Name=bus, EventBusName=bus, EventPattern='{"source": ["lambda"]}')
    aws.events.put_targets(Rule=bus, EventBusName=bus, Targets=[{"Id": "q", "Arn": arn}])
    name = function(aws, code=code)
    retry_never(aws, name, DestinationConfig={outcome: {"Destination": bus_arn}})
    invoke_later(aws, name)
    event = json.loads(received(aws, url)["Body"])
    assert event["detail-type"] == detail_type
    assert event["detail"]["requestContext"]["condition"] == condition
    assert event["detail"]["requestPayload"] == {"a": 1}
    assert bus_arn in event["resources"]


def test_an_event_for_a_function_without_concurrency_is_a_dead_letter_at_once(aws):
    url, arn = queue(aws)
    name = function(aws, DeadLetterConfig={"TargetArn": arn})
    aws.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    invoke_later(aws, name)
    attributes = received(aws, url)["MessageAttributes"]
    assert attributes["ErrorCode"]["StringValue"] == "429"
