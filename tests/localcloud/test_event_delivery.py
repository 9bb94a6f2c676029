"""What targets of rules are given, and what becomes of what they do not take."""

import json

import pytest
from botocore.exceptions import ClientError

from localcloud.faults.plan import Fault
from tests.builders import function, role, unique, wait_for

ACCOUNT = "123456789012"


def arn(service, name):
    return f"arn:aws:{service}:us-east-1:{ACCOUNT}:{name}"


@pytest.fixture
def queue(aws):
    name = unique("heard")
    return arn("sqs", name), aws.sqs.create_queue(QueueName=name)["QueueUrl"]


def messages(aws, url):
    def look():
        return aws.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages")

    return wait_for(look)


def given(aws, queue, detail=None, **target):
    """What the queue is given of an event by a target of this form."""
    source, rule = unique("source"), unique("rule")
    aws.events.put_rule(Name=rule, EventPattern=json.dumps({"source": [source]}))
    aws.events.put_targets(Rule=rule, Targets=[{"Id": "q", "Arn": queue[0], **target}])
    entry = {"Source": source, "DetailType": "T", "Detail": json.dumps(detail or {})}
    aws.events.put_events(Entries=[entry])
    (message,) = messages(aws, queue[1])
    return message["Body"]


@pytest.mark.parametrize(
    ("template", "body"),
    [
        ('{"name": <name>, "count": <count>}', {"name": "a b", "count": 3}),
        ('{"text": "<name> has <count>"}', {"text": "a b has 3"}),
        ('"<name> has <count>"', "a b has 3"),
        ("<name> has <count>", '"a b" has 3'),
        ('{"all": <list>}', {"all": [{"x": 1}]}),
        ('{"first": <first>}', {"first": 1}),
        ('{"none": "<none>", "no": <none>}', {"none": "", "no": None}),
        ('{"quote": "<quote>"}', {"quote": 'say "x"'}),
    ],
)
def test_a_template_is_filled_with_parts_of_the_event(aws, queue, template, body):
    paths = {
        "name": "$.detail.name",
        "count": "$.detail.count",
        "list": "$.detail.list",
        "first": "$.detail.list[0].x",
        "none": "$.detail.nothing.here",
        "quote": "$.detail.quote",
    }
    detail = {"name": "a b", "count": 3, "list": [{"x": 1}], "quote": 'say "x"'}
    transformer = {"InputPathsMap": paths, "InputTemplate": template}
    assert json.loads(given(aws, queue, detail, InputTransformer=transformer)) == body


def test_a_template_knows_its_rule_and_the_event(aws, queue):
    template = '{"rule": "<aws.events.rule-name>", "event": <aws.events.event.json>}'
    body = json.loads(given(aws, queue, {"a": 1}, InputTransformer={"InputTemplate": template}))
    assert body["rule"].startswith("rule")
    assert body["event"]["detail"] == {"a": 1}


@pytest.mark.parametrize(
    ("path", "body"), [("$.detail.a.b", 7), ("$.detail", {"a": {"b": 7}}), ("$.detail.x.y", None)]
)
def test_a_path_gives_a_part_and_one_that_leads_nowhere_loses_no_event(aws, queue, path, body):
    assert json.loads(given(aws, queue, {"a": {"b": 7}}, InputPath=path)) == body


def test_what_never_can_be_delivered_is_a_dead_letter_at_once(aws, queue):
    source, rule = unique("source"), unique("rule")
    gone = arn("states", "stateMachine:gone")
    aws.events.put_rule(Name=rule, EventPattern=json.dumps({"source": [source]}))
    target = {"Id": "m", "Arn": gone, "RoleArn": role(aws), "DeadLetterConfig": {"Arn": queue[0]}}
    aws.events.put_targets(Rule=rule, Targets=[target])
    aws.events.put_events(Entries=[{"Source": source, "DetailType": "T", "Detail": '{"a": 1}'}])
    (message,) = messages(aws, queue[1])
    told = {n: a["StringValue"] for n, a in message["MessageAttributes"].items()}
    assert json.loads(message["Body"])["detail"] == {"a": 1}
    assert told["ERROR_CODE"] == "StateMachineDoesNotExist"
    assert (told["TARGET_ARN"], told["RULE_ARN"].endswith(rule)) == (gone, True)
    assert "RETRY_ATTEMPTS" not in told


@pytest.mark.long
def test_what_was_tried_long_enough_is_a_dead_letter(aws, cloud, queue):
    source, rule, own = unique("source"), unique("rule"), role(aws)
    aws.events.put_rule(Name=rule, EventPattern=json.dumps({"source": [source]}))
    target = {"Id": "m", "Arn": arn("states", "stateMachine:unwell"), "RoleArn": own}
    policy = {"RetryPolicy": {"MaximumRetryAttempts": 1}, "DeadLetterConfig": {"Arn": queue[0]}}
    aws.events.put_targets(Rule=rule, Targets=[{**target, **policy}])
    unwell = Fault("unavailable", "states", "StartExecution", own.rsplit("/", 1)[-1], times=0)
    cloud.faults.set([unwell])
    try:
        aws.events.put_events(Entries=[{"Source": source, "DetailType": "T", "Detail": "{}"}])
        (message,) = messages(aws, queue[1])
    finally:
        cloud.faults.clear()
    told = {n: a["StringValue"] for n, a in message["MessageAttributes"].items()}
    assert told["EXHAUSTED_RETRY_CONDITION"] == "MaximumRetryAttempts"
    assert told["RETRY_ATTEMPTS"] == "1"


def test_a_workflow_is_no_target_without_a_role(aws):
    rule = unique("rule")
    aws.events.put_rule(Name=rule, EventPattern='{"source": ["x"]}')
    machine = {"Id": "m", "Arn": arn("states", "stateMachine:m")}
    with pytest.raises(ClientError, match="RoleArn is required"):
        aws.events.put_targets(Rule=rule, Targets=[machine])


HEARD = (
    "import boto3, json\n"
    "def handler(event, context):\n"
    "    boto3.client('sqs').send_message(QueueUrl='{url}', MessageBody=json.dumps(event))\n"
)


def test_a_topic_calls_a_function_with_the_event_that_lambda_documents(aws, queue):
    name = function(aws, code=HEARD.replace("{url}", queue[1]))
    topic = aws.sns.create_topic(Name=unique("topic"))["TopicArn"]
    endpoint = arn("lambda", f"function:{name}")
    made = aws.sns.subscribe(
        TopicArn=topic, Protocol="lambda", Endpoint=endpoint, ReturnSubscriptionArn=True
    )
    attributes = {"kind": {"DataType": "String", "StringValue": "x"}}
    aws.sns.publish(TopicArn=topic, Subject="s", Message="hello", MessageAttributes=attributes)
    (message,) = messages(aws, queue[1])
    (record,) = json.loads(message["Body"])["Records"]
    assert record["EventSource"] == "aws:sns"
    assert record["EventSubscriptionArn"] == made["SubscriptionArn"]
    told = record["Sns"]
    assert (told["TopicArn"], told["Subject"], told["Message"]) == (topic, "s", "hello")
    assert told["MessageAttributes"] == {"kind": {"Type": "String", "Value": "x"}}
    assert told["MessageId"]
    assert told["Timestamp"].endswith("Z")


def test_a_bucket_calls_a_function_when_something_is_uploaded(aws, queue):
    name, bucket = function(aws, code=HEARD.replace("{url}", queue[1])), unique("bucket-")
    aws.s3.create_bucket(Bucket=bucket)
    configuration = {
        "LambdaFunctionArn": arn("lambda", f"function:{name}"),
        "Events": ["s3:ObjectCreated:*"],
    }
    aws.s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={"LambdaFunctionConfigurations": [configuration]},
        SkipDestinationValidation=True,
    )
    aws.s3.put_object(Bucket=bucket, Key="a b.txt", Body=b"x")
    (message,) = messages(aws, queue[1])
    (record,) = json.loads(message["Body"])["Records"]
    assert record["eventName"] == "ObjectCreated:Put"
    assert record["s3"]["object"]["key"] == "a+b.txt"


@pytest.fixture
def watched(aws, queue):
    """A versioned bucket whose events the queue hears."""
    bucket, rule = unique("bucket-"), unique("rule")
    aws.s3.create_bucket(Bucket=bucket)
    aws.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    aws.s3.put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    pattern = {"source": ["aws.s3"], "detail": {"bucket": {"name": [bucket]}}}
    aws.events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    aws.events.put_targets(Rule=rule, Targets=[{"Id": "q", "Arn": queue[0]}])
    return bucket


def told(aws, queue, count):
    found = []

    def look():
        got = aws.sqs.receive_message(QueueUrl=queue[1], MaxNumberOfMessages=10).get("Messages", [])
        found.extend(json.loads(m["Body"]) for m in got)
        return len(found) >= count

    wait_for(look, 10)
    return [(e["detail-type"], e["detail"].get("reason"), e["detail"]) for e in found]


def test_an_upload_in_parts_is_told_once_and_as_such(aws, watched, queue):
    made = aws.s3.create_multipart_upload(Bucket=watched, Key="k")["UploadId"]
    where = {"Bucket": watched, "Key": "k", "UploadId": made}
    etag = aws.s3.upload_part(**where, PartNumber=1, Body=b"x")["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
    aws.s3.complete_multipart_upload(**where, MultipartUpload=parts)
    aws.s3.put_object(Bucket=watched, Key="last", Body=b"", Tagging="a=b")
    kinds = [(kind, reason) for kind, reason, _ in told(aws, queue, 2)]
    assert sorted(kinds) == [
        ("Object Created", "CompleteMultipartUpload"),
        ("Object Created", "PutObject"),
    ]


def test_deletions_are_told_with_what_they_were(aws, watched, queue):
    version = aws.s3.put_object(Bucket=watched, Key="k", Body=b"x")["VersionId"]
    marker = aws.s3.delete_object(Bucket=watched, Key="k")["VersionId"]
    aws.s3.delete_object(Bucket=watched, Key="k", VersionId=version)
    found = [
        (d["deletion-type"], d["object"]["version-id"])
        for k, _, d in told(aws, queue, 3)
        if k == "Object Deleted"
    ]
    assert sorted(found) == [("Delete Marker Created", marker), ("Permanently Deleted", version)]
