"""Queues whose messages a function is given."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.builders import EVERYTHING, function, role, settle, unique, wait_for

# Keeps what it was given where a test can look: in the log.
KEEPS = (
    "import json\n"
    "def handler(event, context):\n"
    "    print(json.dumps({'got': [r['body'] for r in event['Records']]}))\n"
)
ANSWERS = KEEPS + "    return {answer}\n"
POLLING = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]


def queue(aws, **attributes):
    """A queue's URL and ARN. A message that is not deleted comes back after a second."""
    attributes = {"VisibilityTimeout": "1", **attributes}
    name = unique("queue") + (".fifo" if "FifoQueue" in attributes else "")
    url = aws.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    found = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return url, found["Attributes"]["QueueArn"]


@pytest.fixture
def mapped(aws):
    """Makes mappings, and ends them."""
    made = []

    def create(name, arn, **more):
        mapping = aws.lambda_.create_event_source_mapping(
            FunctionName=name, EventSourceArn=arn, **more
        )
        made.append(mapping["UUID"])
        return mapping

    yield create
    for uuid in made:
        aws.lambda_.delete_event_source_mapping(UUID=uuid)


def batches(aws, name):
    """The bodies that each invocation got."""
    try:
        events = aws.logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    except ClientError:
        return []
    lines = [e["message"] for e in events if e["message"].startswith('{"got"')]
    return [json.loads(line)["got"] for line in lines]


def left(aws, url):
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


def send(aws, url, *bodies):
    for first in range(0, len(bodies), 10):
        entries = [
            {"Id": str(number), "MessageBody": body}
            for number, body in enumerate(bodies[first : first + 10])
        ]
        aws.sqs.send_message_batch(QueueUrl=url, Entries=entries)


@pytest.mark.parametrize(
    "answer",
    [
        "{'batchItemFailures': [{'itemIdentifier': 'unknown'}]}",
        "{'batchItemFailures': [{'itemIdentifier': ''}]}",
        "{'batchItemFailures': [{'itemIdentifier': None}]}",
        "{'batchItemFailures': [{'wrong': event['Records'][0]['messageId']}]}",
        "{'batchItemFailures': 'all'}",
        "{'batchItemFailures': ['one']}",
        "'text'",
    ],
)
def test_an_answer_that_names_no_message_of_the_batch_brings_all_of_it_back(aws, mapped, answer):
    url, arn = queue(aws)
    name = function(aws, code=ANSWERS.replace("{answer}", answer), Timeout=1)
    mapped(name, arn, FunctionResponseTypes=["ReportBatchItemFailures"])
    send(aws, url, "one")
    wait_for(lambda: len(batches(aws, name)) > 1)
    assert left(aws, url) == 1


@pytest.mark.parametrize("answer", ["None", "{}", "{'batchItemFailures': []}", "''"])
def test_an_answer_that_names_no_failure_is_a_success(aws, mapped, answer):
    url, arn = queue(aws)
    name = function(aws, code=ANSWERS.replace("{answer}", answer), Timeout=1)
    mapped(name, arn, FunctionResponseTypes=["ReportBatchItemFailures"])
    send(aws, url, "one")
    wait_for(lambda: batches(aws, name) and left(aws, url) == 0)
    assert batches(aws, name) == [["one"]]


def test_only_the_messages_that_failed_come_back(aws, mapped):
    url, arn = queue(aws)
    answer = (
        "{'batchItemFailures': [{'itemIdentifier': r['messageId']} for r in event['Records']"
        " if r['body'] == 'bad']}"
    )
    name = function(aws, code=ANSWERS.replace("{answer}", answer), Timeout=1)
    send(aws, url, "good", "bad")
    mapped(name, arn, FunctionResponseTypes=["ReportBatchItemFailures"])
    wait_for(lambda: len(batches(aws, name)) > 1)
    assert sorted(batches(aws, name)[0]) == ["bad", "good"]
    assert batches(aws, name)[1] == ["bad"]


def test_messages_that_fit_no_filter_are_deleted_unseen(aws, mapped):
    url, arn = queue(aws)
    name = function(aws, code=KEEPS, Timeout=1)
    patterns = [{"body": {"kind": ["a"], "size": [{"numeric": [">", 3]}]}}, {"body": ["plain"]}]
    filters = [{"Pattern": json.dumps(pattern)} for pattern in patterns]
    good = ['{"kind": "a", "size": 4}', "plain"]
    send(
        aws, url, '{"kind": "b", "size": 4}', good[0], '{"kind": "a", "size": 3}', "other", good[1]
    )
    mapped(name, arn, FilterCriteria={"Filters": filters})
    wait_for(lambda: batches(aws, name) and left(aws, url) == 0)
    assert sorted(body for batch in batches(aws, name) for body in batch) == sorted(good)


def test_a_large_batch_waits_for_its_window(aws, mapped):
    url, arn = queue(aws, VisibilityTimeout="30")
    name = function(aws, code=KEEPS, Timeout=1)
    bodies = [str(number) for number in range(25)]
    send(aws, url, *bodies[:24])
    mapped(name, arn, BatchSize=100, MaximumBatchingWindowInSeconds=300)
    send(aws, url, bodies[24])
    wait_for(lambda: left(aws, url) == 0)
    found = batches(aws, name)
    assert sorted(body for batch in found for body in batch) == sorted(bodies)
    assert len(found[0]) >= 24


def test_a_full_batch_does_not_wait_for_its_window(aws, mapped):
    url, arn = queue(aws, VisibilityTimeout="30")
    name = function(aws, code=KEEPS, Timeout=1)
    send(aws, url, *[str(number) for number in range(12)])
    mapped(name, arn, BatchSize=12, MaximumBatchingWindowInSeconds=300)
    wait_for(lambda: left(aws, url) == 0, 10)
    assert [len(batch) for batch in batches(aws, name)] == [12]


def refusal(call, code, **params):
    with pytest.raises(ClientError) as error:
        call(**params)
    assert error.value.response["Error"]["Code"] == code
    return error.value.response["Error"]["Message"]


def test_what_sqs_cannot_do_is_refused(aws):
    _, arn = queue(aws)
    _, fifo = queue(aws, FifoQueue="true")
    name = function(aws, Timeout=1)
    create = aws.lambda_.create_event_source_mapping
    for source, wrong in (
        (arn, {"BatchSize": 11}),
        (arn, {"FilterCriteria": {"Filters": [{"Pattern": "no json"}]}}),
        (arn, {"FilterCriteria": {"Filters": [{"Pattern": '{"body": "text"}'}]}}),
        (arn, {"StartingPosition": "LATEST"}),
        (fifo, {"MaximumBatchingWindowInSeconds": 1}),
        (f"{arn}none", {}),
    ):
        refusal(
            create,
            "InvalidParameterValueException",
            FunctionName=name,
            EventSourceArn=source,
            **wrong,
        )


def test_a_queue_must_hide_its_messages_as_long_as_the_function_may_take(aws):
    _, arn = queue(aws, VisibilityTimeout="10")
    message = refusal(
        aws.lambda_.create_event_source_mapping,
        "InvalidParameterValueException",
        FunctionName=function(aws, Timeout=11),
        EventSourceArn=arn,
    )
    assert message == (
        "Queue visibility timeout: 10 seconds is less than Function timeout: 11 seconds"
    )


def test_a_queue_is_mapped_to_a_function_once(aws, mapped):
    _, arn = queue(aws)
    name = function(aws, Timeout=1)
    first = mapped(name, arn)
    create = aws.lambda_.create_event_source_mapping
    for same in (name, first["FunctionArn"]):
        message = refusal(
            create, "ResourceConflictException", FunctionName=same, EventSourceArn=arn
        )
        assert first["UUID"] in message
    aws.lambda_.publish_version(FunctionName=name)
    other = mapped(f"{name}:1", arn, Enabled=False)
    assert other["FunctionArn"] == f"{first['FunctionArn']}:1"


@pytest.mark.parametrize("missing", POLLING)
def test_the_functions_role_must_be_allowed_to_poll(aws, missing):
    _, arn = queue(aws)
    allowed = [action for action in POLLING if action != missing]
    poor = role(aws, allow={"Effect": "Allow", "Action": allowed, "Resource": arn})
    name = function(aws, Role=poor, Timeout=1)
    message = refusal(
        aws.lambda_.create_event_source_mapping,
        "InvalidParameterValueException",
        FunctionName=name,
        EventSourceArn=arn,
    )
    action = missing.removeprefix("sqs:")
    assert message == (
        f"The provided execution role does not have permissions to call {action} on SQS"
    )


def test_a_role_that_loses_its_permission_gets_no_more_messages(aws, cloud, mapped):
    url, arn = queue(aws)
    name = unique("poller")
    poor = role(aws, name, allow={"Effect": "Allow", "Action": POLLING, "Resource": arn})
    got = function(aws, code=KEEPS, Role=poor, Timeout=1)
    mapped(got, arn)
    send(aws, url, "before")
    wait_for(lambda: batches(aws, got) == [["before"]])
    aws.iam.delete_role_policy(RoleName=name, PolicyName="only")
    wait_for(lambda: poor in [denied for denied, _ in cloud.front.guard.denied])
    send(aws, url, "after")
    denials = len(cloud.front.guard.denied)
    wait_for(lambda: len(cloud.front.guard.denied) > denials)
    assert batches(aws, got) == [["before"]]
    document = {"Version": "2012-10-17", "Statement": [EVERYTHING]}
    aws.iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=json.dumps(document))
    wait_for(lambda: batches(aws, got) == [["before"], ["after"]])


def test_a_mapping_follows_its_function(aws, mapped):
    url, arn = queue(aws)
    first, second = function(aws, code=KEEPS, Timeout=1), function(aws, code=KEEPS, Timeout=1)
    mapping = mapped(first, arn)
    settle(aws, second)
    aws.lambda_.update_event_source_mapping(UUID=mapping["UUID"], FunctionName=second)
    send(aws, url, "one")
    wait_for(lambda: batches(aws, second))
    assert not batches(aws, first)
