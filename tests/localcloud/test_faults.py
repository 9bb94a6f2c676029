"""What goes wrong on purpose: at the edge, with real clients and a real function."""

import json
import time
import urllib.error
import urllib.request

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from localcloud.faults.plan import Fault
from tests import builders
from tests.builders import unique, wait_for

PUTTER = """
import boto3
from botocore.config import Config

def handler(event, context):
    config = Config(retries={"total_max_attempts": 1})
    client = boto3.client(event["service"], config=config)
    try:
        getattr(client, event["method"])(**event["with"])
        return "done"
    except Exception as error:
        response = getattr(error, "response", None) or {}
        code = response.get("Error", {}).get("Code", type(error).__name__)
        return [code, response.get("ResponseMetadata", {}).get("HTTPStatusCode")]
"""


@pytest.fixture(scope="module")
def putter(aws):
    """A function that makes one call as its own role, once; gives the names of both."""
    role = unique("putterRole")
    name = builders.function(aws, code=PUTTER, Role=builders.role(aws, role), Timeout=20)
    return name, role


@pytest.fixture
def faults(cloud):
    yield cloud.faults
    cloud.faults.clear()


@pytest.fixture
def queue(aws):
    return aws.sqs.create_queue(QueueName=unique("queue"))["QueueUrl"]


@pytest.fixture
def put(aws, putter, queue):
    """Put a message as the function; gives what it saw, or how it ended."""

    def run(service="sqs", method="send_message", **params):
        given = params or {"QueueUrl": queue, "MessageBody": "m"}
        event = {"service": service, "method": method, "with": given}
        answer = aws.lambda_.invoke(FunctionName=putter[0], Payload=json.dumps(event).encode())
        return json.load(answer["Payload"])

    return run


def count(aws, queue):
    found = aws.sqs.get_queue_attributes(
        QueueUrl=queue, AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(found["Attributes"]["ApproximateNumberOfMessages"])


@pytest.mark.parametrize(
    ("kind", "seen", "arrived"),
    [
        ("throttled", ["RequestThrottled", 400], 0),
        ("unavailable", ["InternalFailure", 500], 0),
        ("denied", ["AccessDeniedException", 403], 0),
        ("unreached", ["ConnectionClosedError", None], 0),
        ("cut", ["ConnectionClosedError", None], 1),
        ("slow", "done", 1),
    ],
)
def test_each_kind_once_and_the_next_call_is_well(
    aws, faults, put, putter, queue, kind, seen, arrived
):
    seconds = 0.3 if kind == "slow" else 0
    fault = Fault(kind, "sqs", "SendMessage", putter[1], seconds=seconds)
    faults.set([fault])
    started = time.monotonic()
    got = put()
    assert got == seen
    assert time.monotonic() - started >= seconds
    assert count(aws, queue) == arrived
    assert put() == "done"
    ((injected, call),) = faults.injected
    assert injected == fault
    assert (call.caller, call.service, call.operation) == (putter[1], "sqs", "SendMessage")


@pytest.mark.parametrize(("kind", "arrived"), [("killed", 0), ("killed-after", 1)])
def test_a_killed_process_ends_its_invocation_and_the_next_one_works(
    aws, faults, put, queue, kind, arrived
):
    faults.set([Fault(kind, "sqs", "SendMessage")])
    got = put()
    assert got["errorType"] == "Runtime.ExitError"
    assert "signal: killed" in got["errorMessage"]
    assert count(aws, queue) == arrived
    assert put() == "done"


@pytest.mark.parametrize(
    ("service", "method", "params", "throttled", "unavailable"),
    [
        ("s3", "list_buckets", {}, ("SlowDown", 503), ("InternalError", 500)),
        ("s3", "head_bucket", {"Bucket": "b"}, ("503", 503), ("500", 500)),
        ("sns", "list_topics", {}, ("Throttled", 429), ("InternalError", 500)),
        (
            "lambda",
            "list_functions",
            {},
            ("TooManyRequestsException", 429),
            ("ServiceException", 500),
        ),
        (
            "dynamodb",
            "list_tables",
            {},
            ("ProvisionedThroughputExceededException", 400),
            ("InternalServerError", 500),
        ),
        (
            "ssm",
            "describe_parameters",
            {},
            ("ThrottlingException", 400),
            ("InternalServerError", 500),
        ),
        (
            "codedeploy",
            "list_applications",
            {},
            ("ThrottlingException", 400),
            ("InternalFailure", 500),
        ),
        (
            "cloudwatch",
            "list_metrics",
            {},
            ("ThrottlingException", 400),
            ("InternalServiceError", 500),
        ),
        ("iam", "list_roles", {}, ("Throttling", 400), ("InternalFailure", 500)),
    ],
)
def test_services_fail_in_their_own_words(
    cloud, faults, service, method, params, throttled, unavailable
):
    client = boto3.client(
        service, endpoint_url=cloud.endpoint, config=Config(retries={"total_max_attempts": 1})
    )
    for kind, (code, status) in (("throttled", throttled), ("unavailable", unavailable)):
        faults.set([Fault(kind, client.meta.service_model.signing_name, caller="owner")])
        with pytest.raises(ClientError) as error:
            getattr(client, method)(**params)
        response = error.value.response
        assert response["Error"]["Code"] == code
        assert response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_the_owner_is_left_alone_unless_named(aws, faults, put):
    faults.set([Fault("throttled", times=0)])
    aws.sqs.list_queues()
    assert put()[0] == "RequestThrottled"


def test_the_journal_names_each_call_and_its_status(aws, cloud, faults, put, putter, queue):
    bucket = unique("bucket")
    aws.s3.create_bucket(Bucket=bucket)
    cloud.front.journal.clear()
    faults.set([Fault("unreached", "sqs", caller=putter[1])])
    put()
    put("s3", "put_object", Bucket=bucket, Key="a/b", Body="x")
    put("s3", "head_object", Bucket=bucket, Key="a/b")
    put("s3", "create_multipart_upload", Bucket=bucket, Key="a/b")
    put("s3", "list_objects_v2", Bucket=bucket)
    put("s3", "get_object_tagging", Bucket=bucket, Key="none")
    put("cloudwatch", "describe_alarms", AlarmNames=["none"])
    put("sns", "list_topics", NextToken="")
    put("lambda", "get_alias", FunctionName=putter[0], Name="none")
    mine = [e for e in cloud.front.journal.entries if e.caller == putter[1]]
    assert [(e.service, e.operation, e.status) for e in mine] == [
        ("sqs", "SendMessage", 0),
        ("s3", "PutObject", 200),
        ("s3", "HeadObject", 200),
        ("s3", "CreateMultipartUpload", 200),
        ("s3", "ListObjectsV2", 200),
        ("s3", "GetObjectTagging", 404),
        ("monitoring", "DescribeAlarms", 200),
        ("sns", "ListTopics", 200),
        ("lambda", "GetAlias", 404),
    ]
    assert all(e.process for e in mine)


def test_roles_of_stacks_are_called_by_their_logical_id(monkeypatch):
    from localcloud import clients

    names = {
        "A": "arn:aws:iam::1:role/my-stack-TakeTurnFunctionRole-aB3dE6gH9jK2",
        "B": "arn:aws:iam::1:role/plain-role",
    }
    monkeypatch.setattr(clients, "_roles", names)
    assert clients.caller_of("A") == "TakeTurnFunctionRole"
    assert clients.caller_of("B") == "plain-role"
    assert clients.caller_of("C") == "owner"
    assert clients.caller_of("") == "anonymous"


def http(cloud, method, path, body=None):
    request = urllib.request.Request(f"{cloud.endpoint}/localcloud/{path}", body, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_the_door_takes_plans_and_tells_what_was_injected(aws, cloud, faults, put):
    status, told = http(cloud, "PUT", "faults", b'[{"kind": "denied", "service": "sqs"}]')
    assert (status, told["injected"]) == (200, [])
    put()
    _, told = http(cloud, "GET", "faults")
    assert told["plan"][0]["call"] == 1
    assert told["injected"][0]["call"]["operation"] == "SendMessage"
    assert http(cloud, "PUT", "faults", b"[1]")[0] == 400
    assert faults.plan, "a bad plan leaves the old one in force"
    assert "no JSON" in http(cloud, "PUT", "faults", b"{")[1]["faults"][0]
    assert http(cloud, "DELETE", "faults")[1] == {"plan": [], "injected": []}
    assert any(e["operation"] == "SendMessage" for e in http(cloud, "GET", "journal")[1])
    assert http(cloud, "DELETE", "journal") == (200, [])
    assert http(cloud, "POST", "faults")[0] == 405
    assert http(cloud, "GET", "nothing")[0] == 404


@pytest.fixture
def told(aws, queue):
    """A bus whose rule hands events to a queue; `send(n)`, and `heard(count)` in order."""
    bus = unique("bus")
    aws.events.create_event_bus(Name=bus)
    aws.events.put_rule(Name=bus, EventBusName=bus, EventPattern='{"source": ["mine"]}')
    arn = f"arn:aws:sqs:us-east-1:123456789012:{queue.rsplit('/', 1)[1]}"
    aws.events.put_targets(
        Rule=bus, EventBusName=bus, Targets=[{"Id": "q", "Arn": arn, "InputPath": "$.detail.n"}]
    )

    def send(number):
        entry = {"Source": "mine", "DetailType": "T", "Detail": json.dumps({"n": number})}
        aws.events.put_events(Entries=[{**entry, "EventBusName": bus}])

    def heard(number):
        got = []

        def enough():
            found = aws.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
            got.extend(m["Body"] for m in found.get("Messages", []))
            return len(got) >= number

        wait_for(enough, 5)
        return got

    return send, heard


@pytest.mark.parametrize(
    ("kind", "sent", "heard"),
    [
        ("dropped", [1, 2], ["2"]),
        ("doubled", [1], ["1", "1"]),
        ("delayed", [1, 2], ["2", "1"]),
        ("swapped", [1, 2], ["2", "1"]),
    ],
)
def test_events_get_lost_come_twice_late_and_in_another_order(faults, told, kind, sent, heard):
    send, listen = told
    seconds = 0.3 if kind == "delayed" else 0
    faults.set([Fault(kind, "mine", "T", seconds=seconds)])
    for number in sent:
        send(number)
    assert listen(len(heard)) == heard
    assert len(faults.injected) == 1


def test_a_swapped_event_that_nothing_follows_comes_all_the_same(faults, told, monkeypatch):
    from localcloud.faults import events

    monkeypatch.setattr(events, "HELD_SECONDS", 0.2)
    send, listen = told
    faults.set([Fault("swapped", "mine")])
    send(1)
    assert listen(1) == ["1"]
