"""Lambda's own rules, where releases depend on them."""

import json

import pytest
from botocore.exceptions import ClientError

from localcloud.awslambda.logs import LogStream
from tests import builders
from tests.builders import function, publish, unique, wait_for, zipped


def code_of(error):
    return error.value.response["Error"]["Code"]


def test_publishing_what_did_not_change_gives_the_same_version(aws):
    name = function(aws)
    assert publish(aws, name) == "1"
    assert publish(aws, name) == "1"
    assert publish(aws, name, "two = 2") == "2"


def test_an_update_in_progress_conflicts(aws):
    name = function(aws)
    aws.lambda_.update_function_code(FunctionName=name, ZipFile=zipped({"index.py": "new = 1"}))
    with pytest.raises(ClientError) as error:
        aws.lambda_.publish_version(FunctionName=name)
    assert code_of(error) == "ResourceConflictException"
    builders.settle(aws, name)


def test_a_stale_revision_id_and_another_hash_are_refused(aws):
    name = function(aws)
    stale = aws.lambda_.get_function(FunctionName=name)["Configuration"]["RevisionId"]
    publish(aws, name, "two = 2")
    with pytest.raises(ClientError) as error:
        aws.lambda_.publish_version(FunctionName=name, RevisionId=stale)
    assert code_of(error) == "PreconditionFailedException"
    with pytest.raises(ClientError) as error:
        aws.lambda_.publish_version(FunctionName=name, CodeSha256="x" * 44)
    assert code_of(error) == "InvalidParameterValueException"


def test_the_named_object_version_becomes_the_code(aws):
    bucket = unique("bucket")
    aws.s3.create_bucket(Bucket=bucket)
    aws.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    bodies = [zipped({"index.py": f"def handler(e, c):\n    return {n}\n"}) for n in (1, 2)]
    first, _ = [aws.s3.put_object(Bucket=bucket, Key="a.zip", Body=b)["VersionId"] for b in bodies]
    name = function(aws)
    aws.lambda_.update_function_code(
        FunctionName=name, S3Bucket=bucket, S3Key="a.zip", S3ObjectVersion=first
    )
    builders.settle(aws, name)
    assert aws.lambda_.invoke(FunctionName=name)["Payload"].read() == b"1"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"FunctionVersion": "9"}, "ResourceNotFoundException"),
        ({"RoutingConfig": {"AdditionalVersionWeights": {"9": 0.1}}}, "ResourceNotFoundException"),
        (
            {"RoutingConfig": {"AdditionalVersionWeights": {"2": 1.1}}},
            "InvalidParameterValueException",
        ),
        (
            {"RoutingConfig": {"AdditionalVersionWeights": {"2": 0.1, "3": 0.1}}},
            "InvalidParameterValueException",
        ),
        (
            {
                "FunctionVersion": "$LATEST",
                "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.1}},
            },
            "InvalidParameterValueException",
        ),
        ({"RevisionId": "stale"}, "PreconditionFailedException"),
    ],
)
def test_aliases_keep_their_rules(aws, change, code):
    name = function(aws)
    for text in ("one = 1", "two = 2", "three = 3"):
        publish(aws, name, text)
    aws.lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    with pytest.raises(ClientError) as error:
        aws.lambda_.update_alias(FunctionName=name, Name="live", **change)
    assert code_of(error) == code


def test_a_weighted_alias_splits_calls_and_says_which_version_ran(aws):
    name = function(aws, code="def handler(e, c):\n    return c.function_version\n")
    publish(aws, name)
    publish(aws, name, "def handler(e, c):\n    return c.function_version  # two\n")
    aws.lambda_.create_alias(
        FunctionName=name,
        Name="live",
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}},
    )
    seen = set()
    for _ in range(60):
        answer = aws.lambda_.invoke(FunctionName=name, Qualifier="live")
        assert json.load(answer["Payload"]) == answer["ExecutedVersion"]
        seen.add(answer["ExecutedVersion"])
    assert seen == {"1", "2"}


def test_errors_time_outs_and_exits_come_in_awss_form(aws):
    raising = function(aws, code="def handler(e, c):\n    raise KeyError('a')\n")
    slow = function(aws, code="import time\ndef handler(e, c):\n    time.sleep(9)\n", Timeout=1)
    dying = function(aws, code="import os\ndef handler(e, c):\n    os._exit(3)\n")
    broken = function(aws, code="import nothing_like_this\n")
    for name, kind in (
        (raising, "KeyError"),
        (slow, "Sandbox.Timedout"),
        (dying, "Runtime.ExitError"),
        (broken, "Runtime.ImportModuleError"),
    ):
        answer = aws.lambda_.invoke(FunctionName=name)
        assert answer["FunctionError"] == "Unhandled"
        assert json.load(answer["Payload"])["errorType"] == kind


def test_a_failed_asynchronous_call_goes_to_its_destination(aws):
    queue = aws.sqs.create_queue(QueueName=unique("failed"))["QueueUrl"]
    arn = aws.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    name = function(aws, code="def handler(e, c):\n    raise ValueError('no')\n")
    aws.lambda_.put_function_event_invoke_config(
        FunctionName=name,
        MaximumRetryAttempts=0,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )
    aws.lambda_.invoke(FunctionName=name, InvocationType="Event", Payload=b'{"a": 1}')
    body = wait_for(lambda: aws.sqs.receive_message(QueueUrl=queue).get("Messages"))[0]["Body"]
    record = json.loads(body)
    assert record["requestPayload"] == {"a": 1}
    assert record["responsePayload"]["errorType"] == "ValueError"
    assert record["requestContext"]["condition"] == "RetriesExhausted"


def test_a_function_whose_log_group_was_deleted_answers_and_logs_on(aws):
    name = function(aws, code="def handler(event, context):\n    print(event)\n")
    group = f"/aws/lambda/{name}"
    for word in ("first", "second"):
        answer = aws.lambda_.invoke(FunctionName=name, Payload=json.dumps(word))
        assert "FunctionError" not in answer
        events = aws.logs.filter_log_events(logGroupName=group)["events"]
        assert word in " ".join(event["message"] for event in events)
        aws.logs.delete_log_group(logGroupName=group)


def test_a_last_line_makes_no_log_group_of_nobodys(aws):
    group = unique("/aws/lambda/gone")
    stream = LogStream(group, "1", "sandbox")
    stream.write("while its stack is there")
    aws.logs.delete_log_group(logGroupName=group)
    stream.write("after it is gone")
    assert aws.logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"] == []


def test_logs_tell_start_version_and_end(aws):
    name = function(aws, code="def handler(e, c):\n    print('hello')\n")
    aws.lambda_.invoke(FunctionName=name)
    events = aws.logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    text = "\n".join(event["message"] for event in events)
    assert "START RequestId" in text
    assert "Version: $LATEST" in text
    assert "hello" in text
    assert "REPORT RequestId" in text
