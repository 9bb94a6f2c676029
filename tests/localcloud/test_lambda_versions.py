"""Versions that are published with the code, new functions, and functions that may not run."""

import base64

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.builders import function, role, settle, unique, wait_for, zipped

CODE = {"ZipFile": zipped({"index.py": "def handler(event, context):\n    return 1\n"})}


@pytest.fixture(scope="module")
def once(cloud):
    """A client that asks once."""
    config = Config(retries={"total_max_attempts": 1})
    return boto3.client("lambda", endpoint_url=cloud.endpoint, config=config)


def created(aws, **more):
    return aws.lambda_.create_function(
        FunctionName=unique("fn"),
        Runtime="python3.11",
        Role=role(aws),
        Handler="index.handler",
        Code=CODE,
        **more,
    )


def refused(call, code, **params):
    with pytest.raises(ClientError) as error:
        call(**params)
    assert error.value.response["Error"]["Code"] == code
    return error.value.response


def test_a_function_can_be_created_with_its_first_version(aws):
    made = created(aws, Publish=True)
    assert made["Version"] == "1"
    versions = aws.lambda_.list_versions_by_function(FunctionName=made["FunctionName"])["Versions"]
    assert [version["Version"] for version in versions] == ["$LATEST", "1"]
    settle(aws, made["FunctionName"])
    assert aws.lambda_.invoke(FunctionName=made["FunctionName"], Qualifier="1")


def test_new_code_can_be_published_with_its_upload(aws):
    name = function(aws)
    made = aws.lambda_.update_function_code(
        FunctionName=name, ZipFile=zipped({"index.py": "two = 2"}), Publish=True
    )
    assert made["Version"] == "1"
    assert made["FunctionArn"].endswith(f":{name}:1")
    settle(aws, name)
    again = aws.lambda_.update_function_code(
        FunctionName=name, ZipFile=zipped({"index.py": "two = 2"}), Publish=True
    )
    assert again["Version"] == "1"
    settle(aws, name)
    tried = aws.lambda_.update_function_code(
        FunctionName=name, ZipFile=zipped({"index.py": "3"}), Publish=True, DryRun=True
    )
    assert tried["Version"] == "$LATEST"


def test_a_new_function_is_pending_until_it_is_active(aws, once):
    made = created(aws)
    assert (made["State"], made["StateReasonCode"]) == ("Pending", "Creating")
    assert "LastUpdateStatus" not in made
    name = made["FunctionName"]
    aws.lambda_.get_waiter("function_active_v2").wait(FunctionName=name)
    found = aws.lambda_.get_function_configuration(FunctionName=name)
    assert (found["State"], found["LastUpdateStatus"]) == ("Active", "Successful")
    assert "StateReasonCode" not in found
    assert once.invoke(FunctionName=name)["StatusCode"] == 200


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("invoke", {}),
        ("publish_version", {}),
        ("update_function_configuration", {"Timeout": 4}),
    ],
)
def test_a_pending_function_takes_no_call(aws, once, operation, params):
    """The moment is short: on a busy machine a call may miss it, so new functions are made."""

    def is_refused():
        name = created(aws)["FunctionName"]
        try:
            getattr(once, operation)(FunctionName=name, **params)
        except ClientError as error:
            told = error.response["Error"]
            return told["Code"] == "ResourceConflictException" and "Pending" in told["Message"]

    wait_for(is_refused)


def test_the_tail_of_the_log_comes_with_the_answer(aws):
    code = (
        "def handler(event, context):\n"
        "    print('printed', event['n'])\n"
        "    print('x' * event['n'])\n"
        "    return 1\n"
    )
    name = function(aws, code=code)
    answer = aws.lambda_.invoke(FunctionName=name, LogType="Tail", Payload=b'{"n": 3}')
    log = base64.b64decode(answer["LogResult"]).decode()
    assert log.startswith("START RequestId: ")
    assert "printed 3\nxxx\nEND RequestId: " in log
    assert "REPORT RequestId: " in log
    answer = aws.lambda_.invoke(FunctionName=name, LogType="Tail", Payload=b'{"n": 9000}')
    log = base64.b64decode(answer["LogResult"]).decode()
    assert len(log) == 4096
    assert "printed 3" not in log
    assert "REPORT RequestId: " in log
    assert "LogResult" not in aws.lambda_.invoke(FunctionName=name, Payload=b'{"n": 1}')


def test_a_function_without_concurrency_is_throttled(aws, once):
    name = function(aws)
    aws.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    answer = refused(once.invoke, "TooManyRequestsException", FunctionName=name)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert answer["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    aws.lambda_.delete_function_concurrency(FunctionName=name)
    assert once.invoke(FunctionName=name)["StatusCode"] == 200
