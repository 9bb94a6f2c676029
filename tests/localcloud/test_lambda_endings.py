"""How functions end badly, and what Lambda writes about it."""

import json
import re

import pytest

from tests.builders import function

FINE = "def handler(event, context):\n    return 1\n"
TAKES = "def handler(event, context):\n    return len(b'x' * (event['mb'] << 20)) >> 20\n"
IN_A_CHILD = (
    "import subprocess, sys\n"
    "def handler(event, context):\n"
    "    code = \"import time; kept = b'x' * (200 << 20); time.sleep(20)\"\n"
    "    subprocess.run([sys.executable, '-c', code])\n"
)


def ended(aws, name, payload=None):
    """What an invocation is answered, which was no success."""
    answer = aws.lambda_.invoke(FunctionName=name, Payload=json.dumps(payload or {}))
    assert answer["FunctionError"] == "Unhandled"
    return json.load(answer["Payload"])


def logged(aws, name):
    events = aws.logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    return [event["message"] for event in events]


def check_exit(told, how):
    assert told["errorType"] == "Runtime.ExitError"
    assert re.fullmatch(rf"RequestId: [0-9a-f-]{{36}} Error: {how}", told["errorMessage"])


@pytest.mark.parametrize("code", [TAKES, IN_A_CHILD])
def test_who_takes_more_memory_than_it_has_is_killed(aws, code):
    name = function(aws, code=code, Timeout=30)
    check_exit(ended(aws, name, {"mb": 200}), "Runtime exited with error: signal: killed")
    (report,) = [line for line in logged(aws, name) if line.startswith("REPORT")]
    assert "Memory Size: 128 MB\tMax Memory Used: 128 MB" in report
    assert report.endswith("Status: error\tError Type: Runtime.ExitError")


def test_with_enough_memory_the_same_function_runs_and_its_report_tells_how_much_it_took(aws):
    name = function(aws, code=TAKES, MemorySize=512)
    answer = aws.lambda_.invoke(FunctionName=name, Payload=b'{"mb": 200}')
    assert answer["Payload"].read() == b"200"
    (report,) = [line for line in logged(aws, name) if line.startswith("REPORT")]
    used = int(re.search(r"Max Memory Used: (\d+) MB", report).group(1))
    assert 200 < used < 300
    assert re.search(r"Init Duration: \d+\.\d\d ms", report)


def test_an_ordinary_client_of_aws_fits_into_the_smallest_function(aws):
    code = (
        "import boto3\n"
        "client = boto3.client('lambda')\n"
        "def handler(event, context):\n"
        "    return len(client.list_functions()['Functions']) > 0\n"
    )
    name = function(aws, code=code, Timeout=20)
    assert aws.lambda_.invoke(FunctionName=name)["Payload"].read() == b"true"


@pytest.mark.parametrize(
    ("code", "kind", "message"),
    [
        ("import nothing", "Runtime.ImportModuleError", "Unable to import module 'index': "),
        ("other = 1", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'index'"),
        ("def", "Runtime.UserCodeSyntaxError", "Syntax error in module 'index': "),
        ("raise KeyError('a')", "KeyError", "'a'"),
    ],
)
def test_what_cannot_be_loaded_says_so_with_the_request_it_failed(aws, code, kind, message):
    name = function(aws, code=code)
    told = ended(aws, name)
    assert told["errorType"] == kind
    assert told["errorMessage"].startswith(message)
    assert isinstance(told["stackTrace"], list)
    lines = logged(aws, name)
    assert f"START RequestId: {told['requestId']} Version: $LATEST" in lines
    assert not [line for line in lines if "LambdaRuntimeClient" in line or "InvalidURL" in line]


def test_import_and_handler_errors_have_an_empty_stack_trace(aws):
    for code in ("import nothing", "other = 1"):
        assert ended(aws, function(aws, code=code))["stackTrace"] == []


@pytest.mark.parametrize(
    ("code", "how"),
    [
        ("import os; os._exit(0)", "Runtime exited without providing a reason"),
        ("import os; os._exit(3)", "Runtime exited with error: exit status 3"),
        (
            "import ctypes; ctypes.string_at(0)",
            "Runtime exited with error: signal: segmentation fault",
        ),
        ("import os; os.abort()", "Runtime exited with error: signal: aborted"),
    ],
)
def test_a_process_that_ends_says_how(aws, code, how):
    during = function(aws, code=f"def handler(event, context):\n    {code}\n")
    check_exit(ended(aws, during), how)
    before = function(aws, code=code)
    check_exit(ended(aws, before), how)


def test_an_answer_over_six_megabytes_is_an_error_and_the_process_lives_on(aws):
    code = (
        "calls = []\n"
        "def handler(event, context):\n"
        "    calls.append(1)\n"
        "    return 'x' * event['size'] if event['size'] else len(calls)\n"
    )
    name = function(aws, code=code, MemorySize=512, Timeout=20)
    told = ended(aws, name, {"size": 6_300_000})
    assert told == {
        "errorType": "Function.ResponseSizeTooLarge",
        "errorMessage": "Response payload size exceeded maximum allowed payload size "
        "(6291556 bytes).",
    }
    answer = aws.lambda_.invoke(FunctionName=name, Payload=b'{"size": 6000000}')
    assert len(answer["Payload"].read()) == 6_000_002
    answer = aws.lambda_.invoke(FunctionName=name, Payload=b'{"size": 0}')
    assert answer["Payload"].read() == b"3"


def records(aws, name):
    """What Lambda itself wrote into a log of JSON, by the kind of record."""
    found = [json.loads(line) for line in logged(aws, name) if line.startswith('{"time"')]
    return {record["type"].removeprefix("platform."): record["record"] for record in found}


def test_in_json_lambda_writes_records_of_the_platform(aws):
    name = function(aws, code=FINE, LoggingConfig={"LogFormat": "JSON"})
    aws.lambda_.invoke(FunctionName=name)
    found = records(aws, name)
    assert list(found) == ["start", "report"]
    assert found["start"]["version"] == "$LATEST"
    assert found["report"]["requestId"] == found["start"]["requestId"]
    assert found["report"]["status"] == "success"
    metrics = found["report"]["metrics"]
    assert metrics["memorySizeMB"] == 128
    assert 10 < metrics["maxMemoryUsedMB"] < 128
    assert metrics["billedDurationMs"] >= metrics["durationMs"]
    assert metrics["initDurationMs"] > 0
    assert not [line for line in logged(aws, name) if line.startswith(("START", "END", "REPORT"))]


def test_at_the_level_warn_lambda_writes_of_failures_alone(aws):
    logging = {"LogFormat": "JSON", "SystemLogLevel": "WARN"}
    quiet = function(aws, code=f"print('loaded')\n{FINE}", LoggingConfig=logging)
    aws.lambda_.invoke(FunctionName=quiet)
    assert logged(aws, quiet) == ["loaded"]
    slow = function(
        aws,
        code="import time\ndef handler(event, context):\n    time.sleep(9)\n",
        Timeout=1,
        LoggingConfig=logging,
    )
    aws.lambda_.invoke(FunctionName=slow)
    found = records(aws, slow)
    assert list(found) == ["runtimeDone", "report"]
    assert found["report"]["status"] == "timeout"


def test_at_the_level_debug_lambda_also_writes_when_the_runtime_was_done(aws):
    logging = {"LogFormat": "JSON", "SystemLogLevel": "DEBUG"}
    name = function(aws, code=FINE, LoggingConfig=logging)
    aws.lambda_.invoke(FunctionName=name)
    assert list(records(aws, name)) == ["start", "runtimeDone", "report"]
