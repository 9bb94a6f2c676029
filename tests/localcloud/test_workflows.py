"""Step Functions: pauses on the cloud's clock, tokens, and what a state machine sees of a failed call."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from localcloud import clients
from localcloud.faults.plan import Fault
from tests import builders
from tests.builders import unique, wait_for

FAILER = "def handler(event, context):\n    raise ValueError('again')\n"


@pytest.fixture(scope="module")
def machine_role(aws):
    return builders.role(aws, unique("machineRole"))


@pytest.fixture
def start(aws, machine_role):
    def run(states, **given):
        definition = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}
        arn = aws.stepfunctions.create_state_machine(
            name=unique("machine"), definition=json.dumps(definition), roleArn=machine_role
        )["stateMachineArn"]
        return aws.stepfunctions.start_execution(stateMachineArn=arn, input=json.dumps(given))[
            "executionArn"
        ]

    return run


@pytest.fixture
def ended(aws):
    def run(execution, seconds=90):
        def look():
            found = aws.stepfunctions.describe_execution(executionArn=execution)
            return found if found["status"] != "RUNNING" else None

        return wait_for(look, seconds, 0.02)

    return run


def task(name, **more):
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": name, "Payload": "{% $states.input %}"},
        "End": True,
        **more,
    }


@pytest.fixture(scope="module")
def failing(aws):
    return builders.function(aws, code=FAILER)


def test_waits_and_retries_pass_on_the_clouds_clock(aws, start, ended, failing):
    """At 240 AWS seconds a second: 30 s of Wait, and pauses of 30, 50, 50 and 50."""
    retry = {
        "ErrorEquals": ["ValueError"],
        "IntervalSeconds": 30,
        "BackoffRate": 2,
        "MaxDelaySeconds": 50,
        "MaxAttempts": 4,
    }
    aws.lambda_.invoke(FunctionName=failing)
    began = time.monotonic()
    execution = start(
        {
            "Wait": {"Type": "Wait", "Seconds": 30, "Next": "Try"},
            "Try": task(failing, Retry=[retry]),
        }
    )
    assert ended(execution)["error"] == "ValueError"
    took = time.monotonic() - began
    assert 210 / 240 <= took < 60, "not on the clock on the wall"
    events = aws.stepfunctions.get_execution_history(executionArn=execution, maxResults=100)
    failed = [e for e in events["events"] if e["type"] == "TaskFailed"]
    assert len(failed) == 5


def test_a_state_that_fails_is_told_in_its_history_and_not_on_the_terminal(
    aws, start, ended, failing, caplog
):
    execution = start({"Try": task(failing)})
    assert ended(execution)["error"] == "ValueError"
    assert "ValueError" not in caplog.text


def test_each_try_of_a_task_has_a_token_of_its_own(aws, start, ended):
    queue = aws.sqs.create_queue(QueueName=unique("tokens"))["QueueUrl"]
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Arguments": {"QueueUrl": queue, "MessageBody": "{% $states.context.Task.Token %}"},
        "TimeoutSeconds": 1,
        "Retry": [{"ErrorEquals": ["Mine"], "IntervalSeconds": 1, "JitterStrategy": "FULL"}],
        "End": True,
    }
    execution = start({"Ask": state})

    def token():
        found = wait_for(lambda: aws.sqs.receive_message(QueueUrl=queue).get("Messages"))
        return found[0]["Body"]

    def too_late(token):
        with pytest.raises(ClientError) as error:
            aws.stepfunctions.send_task_success(taskToken=token, output="{}")
        assert error.value.response["Error"]["Code"] == "TaskTimedOut"

    first = token()
    aws.stepfunctions.send_task_failure(taskToken=first, error="Mine", cause="once")
    second = token()
    assert second != first
    too_late(first)
    worked = time.process_time()
    assert ended(execution)["error"] == "States.Timeout"
    assert time.process_time() - worked < 0.9, "waiting for a token costs no work"
    too_late(second)


def test_a_token_is_asked_for_while_executions_begin(aws, start, restless_threads):
    """A token that nobody gave out is said to be invalid, however many begin meanwhile."""

    def ask(_):
        with pytest.raises(ClientError) as error:
            aws.stepfunctions.send_task_success(taskToken="nobody's", output="{}")
        answer = error.value.response
        return answer["Error"]["Code"], answer["ResponseMetadata"]["RetryAttempts"]

    with ThreadPoolExecutor(4) as pool:
        begun = pool.map(lambda _: start({"Pass": {"Type": "Pass", "End": True}}), range(60))
        answers = set(pool.map(ask, range(400)))
        list(begun)
    assert answers == {("InvalidToken", 0)}


def test_a_token_is_asked_of_the_machine_that_gave_it_out(aws, cloud, start):
    """Two machines wait at once; the role may answer for the second alone."""
    queue = aws.sqs.create_queue(QueueName=unique("tokens"))["QueueUrl"]
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Arguments": {"QueueUrl": queue, "MessageBody": "{% $states.context.Task.Token %}"},
        "End": True,
    }

    def waiting():
        execution = start({"Ask": state})
        found = wait_for(lambda: aws.sqs.receive_message(QueueUrl=queue).get("Messages"))
        return execution, found[0]["Body"]

    (first, foreign), (second, own) = waiting(), waiting()
    machine = aws.stepfunctions.describe_execution(executionArn=second)["stateMachineArn"]
    allow = {"Effect": "Allow", "Action": "states:SendTaskSuccess", "Resource": machine}
    answerer = builders.role(aws, unique("answerer"), allow)
    answering = clients.client("stepfunctions", answerer)
    answering.send_task_success(taskToken=own, output="{}")
    with pytest.raises(ClientError, match="not authorized"):
        answering.send_task_success(taskToken=foreign, output="{}")
    aws.stepfunctions.stop_execution(executionArn=first)


def test_a_machine_catches_what_lambda_refuses_and_where_it_does_not_answer(cloud, start, ended):
    """Once each: Step Functions leaves trying again to the machine."""
    wanted = {
        "throttled": "Lambda.TooManyRequestsException",
        "unavailable": "Lambda.ServiceException",
        "unreached": "Lambda.SdkClientException",
    }
    for kind, error in wanted.items():
        cloud.faults.set([Fault(kind, "lambda", "Invoke", "machineRole")])
        try:
            assert ended(start({"Try": task("none")}))["error"] == error
            assert len(cloud.faults.injected) == 1
        finally:
            cloud.faults.clear()
