"""Lambda's quotas: requests in a second, and how much runs at a time."""

import threading
import time

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from localcloud.awslambda.limits import RequestLimit, Slots
from localcloud.wire import AwsError
from tests import builders


def test_the_control_plane_takes_so_many_requests_in_a_second(aws, cloud):
    client = boto3.client(
        "lambda", endpoint_url=cloud.endpoint, config=Config(retries={"total_max_attempts": 1})
    )
    name = builders.function(aws)
    client.invoke(FunctionName=name)
    cloud.front.lambda_limit = RequestLimit(5)
    try:
        with pytest.raises(ClientError) as error:
            for _ in range(20):
                client.list_aliases(FunctionName=name)
        for _ in range(8):
            client.get_function(FunctionName=name)
            client.invoke(FunctionName=name)
        time.sleep(0.25)
        client.list_aliases(FunctionName=name)
    finally:
        cloud.front.lambda_limit = None
    assert error.value.response["Error"]["Code"] == "TooManyRequestsException"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429


def test_many_invocations_share_few_processes_and_a_nested_one_is_not_held_up(aws, cloud):
    """Four at once of a function that invokes another, one process each: all come back."""
    inner = builders.function(aws)
    code = (
        "import boto3\n"
        "def handler(event, context):\n"
        f"    boto3.client('lambda').invoke(FunctionName={inner!r})\n"
        "    return 1\n"
    )
    outer = builders.function(aws, code=code, Timeout=60)
    slots = cloud.pool._slots
    cloud.pool._slots = Slots(1)
    answers = []

    def invoke():
        answers.append(aws.lambda_.invoke(FunctionName=outer)["Payload"].read())

    try:
        threads = [threading.Thread(target=invoke) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        cloud.pool._slots = slots
    assert answers == [b"1"] * 4
    ours = [key for key in cloud.pool._idle if key[0] in (outer, inner)]
    assert sum(len(cloud.pool._idle[key]) for key in ours) == 2


def test_who_waits_first_goes_first_and_a_stop_frees_all():
    slots, order = Slots(1), []
    slots.take("f")
    slots.take("g")  # another name is not held up

    def wait(number):
        try:
            slots.take("f")
            order.append(number)
        except AwsError:
            order.append("stopped")

    threads = []
    for number in (1, 2, 3):
        threads.append(threading.Thread(target=wait, args=(number,)))
        threads[-1].start()
        builders.wait_for(lambda n=number: len(slots._waiting["f"]) == n)
    slots.give_back("f")
    threads[0].join(60)
    slots.give_back("f")
    threads[1].join(60)
    slots.stop()
    threads[2].join(60)
    assert order == [1, 2, "stopped"]
