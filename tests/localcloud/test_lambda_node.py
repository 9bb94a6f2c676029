"""Functions for Node.js, with the node of the machine."""

import json
import os
import shutil
import subprocess

import pytest
from botocore.exceptions import ClientError

from tests.builders import appspec, revision, role, settle, unique, wait_for, zipped

NODE = pytest.mark.skipif(not shutil.which("node"), reason="there is no node on the PATH")

COMMON = "exports.handler = async (event, context) => {{ {body} }};\n"
MODULE = "export const handler = async (event, context) => {{ {body} }};\n"
ECHO = "return {said: event.word, by: context.functionVersion, id: context.awsRequestId};"

# As it stands in AWS's guides for hooks, for both kinds of modules.
HOOK_MODULE = """
import { CodeDeployClient, PutLifecycleEventHookExecutionStatusCommand }
  from "@aws-sdk/client-codedeploy";
const codedeploy = new CodeDeployClient({});
export const handler = async (event) => {
  await codedeploy.send(new PutLifecycleEventHookExecutionStatusCommand({
    deploymentId: event.DeploymentId,
    lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
    status: "Succeeded",
  }));
};
"""
HOOK_COMMON = """
const { CodeDeploy } = require("@aws-sdk/client-codedeploy");
const codedeploy = new CodeDeploy();
exports.handler = (event, context, callback) => {
  codedeploy.putLifecycleEventHookExecutionStatus({
    deploymentId: event.DeploymentId,
    lifecycleEventHookExecutionId: event.LifecycleEventHookExecutionId,
    status: "Succeeded",
  }, callback);
};
"""


def node_function(aws, files, handler="index.handler", **settings):
    name = unique("node")
    aws.lambda_.create_function(
        FunctionName=name,
        Runtime="nodejs20.x",
        Role=role(aws),
        Handler=handler,
        Code={"ZipFile": zipped(files)},
        **settings,
    )
    settle(aws, name)
    return name


def invoke(aws, name, **payload):
    answer = aws.lambda_.invoke(FunctionName=name, Payload=json.dumps(payload))
    return answer.get("FunctionError"), json.load(answer["Payload"])


def logged(aws, name):
    events = aws.logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    return [event["message"] for event in events]


@NODE
@pytest.mark.parametrize(
    ("files", "handler"),
    [
        ({"index.js": COMMON.format(body=ECHO)}, "index.handler"),
        ({"index.cjs": COMMON.format(body=ECHO)}, "index.handler"),
        ({"index.mjs": MODULE.format(body=ECHO)}, "index.handler"),
        (
            {"index.js": MODULE.format(body=ECHO), "package.json": '{"type": "module"}'},
            "index.handler",
        ),
        ({"src/deep/main.js": COMMON.format(body=ECHO)}, "src/deep/main.handler"),
        ({"index.js": f"exports.a = {{b: async (event, context) => {{ {ECHO} }}}};"}, "index.a.b"),
    ],
)
def test_handlers_of_both_kinds_of_modules_run(aws, files, handler):
    error, answer = invoke(aws, node_function(aws, files, handler), word="hello")
    assert (error, answer["said"], answer["by"]) == (None, "hello", "$LATEST")
    assert answer["id"].count("-") == 4


@NODE
@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("callback(null, {n: 1});", {"n": 1}),
        ("setTimeout(() => callback(null, 2), 50); return 5;", 2),
        ("callback(null, 3); setTimeout(() => { global.late = true; }, 50);", 3),
        (
            "context.callbackWaitsForEmptyEventLoop = false;"
            "setInterval(() => {}, 60000); callback(null, 4);",
            4,
        ),
        ("return new Promise((resolve) => setTimeout(() => resolve(5), 20));", 5),
        ("return Promise.resolve();", None),
        ("context.succeed(6);", 6),
        ("return 'no promise, no callback';", None),
    ],
)
def test_callbacks_and_promises_answer_alike(aws, body, wanted):
    code = f"exports.handler = (event, context, callback) => {{ {body} }};"
    name = node_function(aws, {"index.js": code}, Timeout=20)
    assert invoke(aws, name) == (None, wanted)
    assert invoke(aws, name) == (None, wanted)


@NODE
@pytest.mark.parametrize(
    ("code", "kind", "message"),
    [
        ("exports.handler = async () => { throw new TypeError('no'); };", "TypeError", "no"),
        ("exports.handler = (e, c, back) => back(new RangeError('far'));", "RangeError", "far"),
        ("exports.handler = async () => { throw 'text'; };", "string", "text"),
        (
            "exports.handler = () => new Promise(() => Promise.reject(new Error('lost')));",
            "Runtime.UnhandledPromiseRejection",
            "Error: lost",
        ),
        (
            "exports.handler = () => new Promise(() => setTimeout(() => { throw new Error('x'); }));",
            "Error",
            "x",
        ),
        (
            "exports.other = 1;",
            "Runtime.HandlerNotFound",
            "index.handler is undefined or not exported",
        ),
        ("require('nothing');", "Runtime.ImportModuleError", "Error: Cannot find module 'nothing'"),
        ("exports.handler = (", "Runtime.UserCodeSyntaxError", "SyntaxError: "),
        ("throw new Error('early');", "Error", "early"),
    ],
)
def test_errors_of_node_come_in_the_form_of_its_runtime(aws, code, kind, message):
    error, told = invoke(aws, node_function(aws, {"index.js": code}))
    assert (error, told["errorType"]) == ("Unhandled", kind)
    assert told["errorMessage"].startswith(message)
    assert isinstance(told["trace"], list)


@NODE
def test_a_missing_file_and_an_exit_are_told(aws):
    _, told = invoke(aws, node_function(aws, {"other.js": ""}))
    assert told["errorType"] == "Runtime.ImportModuleError"
    assert told["errorMessage"].startswith("Error: Cannot find module 'index'")
    _, told = invoke(aws, node_function(aws, {"index.js": COMMON.format(body="process.exit(4);")}))
    assert told["errorType"] == "Runtime.ExitError"
    assert told["errorMessage"].endswith("exit status 4")


@NODE
def test_memory_and_time_are_limited_for_node_too(aws):
    big = "const kept = Buffer.alloc(200 << 20, 1); return kept.length;"
    _, told = invoke(aws, node_function(aws, {"index.js": COMMON.format(body=big)}))
    assert told["errorMessage"].endswith("signal: killed")
    never = "await new Promise((resolve) => setTimeout(resolve, 9000));"
    _, told = invoke(aws, node_function(aws, {"index.js": COMMON.format(body=never)}, Timeout=1))
    assert told["errorType"] == "Sandbox.Timedout"


@NODE
def test_what_node_logs_has_level_and_request_id(aws):
    body = "console.warn('two\\nlines', {a: 1}); return context.awsRequestId;"
    name = node_function(aws, {"index.js": COMMON.format(body=body)})
    _, request_id = invoke(aws, name)
    (line,) = [line for line in logged(aws, name) if "two" in line]
    assert line.split("\t")[1:] == [request_id, "WARN", "two\rlines { a: 1 }"]
    body = "console.debug('hidden'); console.log('shown', 1); return context.awsRequestId;"
    files = {"index.js": COMMON.format(body=body)}
    name = node_function(aws, files, LoggingConfig={"LogFormat": "JSON"})
    _, request_id = invoke(aws, name)
    lines = [json.loads(line) for line in logged(aws, name)]
    (line,) = [line for line in lines if "level" in line]
    wanted = {"level": "INFO", "requestId": request_id, "message": "shown 1"}
    assert wanted.items() <= line.items()


@NODE
def test_node_is_told_where_its_cloud_is(aws, cloud):
    body = "return process.env.AWS_ENDPOINT_URL;"
    name = node_function(aws, {"index.mjs": MODULE.format(body=body)})
    assert invoke(aws, name) == (None, cloud.endpoint)


def refusal(aws, runtime):
    with pytest.raises(ClientError) as error:
        aws.lambda_.create_function(
            FunctionName=unique("fn"),
            Runtime=runtime,
            Role=role(aws),
            Handler="index.handler",
            Code={"ZipFile": zipped({"index.js": ""})},
        )
    assert error.value.response["Error"]["Code"] == "InvalidParameterValueException"
    return error.value.response["Error"]["Message"]


def test_without_node_its_functions_are_refused_and_other_languages_always(aws):
    path = os.environ["PATH"]
    os.environ["PATH"] = os.path.dirname(__file__)
    try:
        assert "which has none" in refusal(aws, "nodejs20.x")
    finally:
        os.environ["PATH"] = path
    assert "Python and Node.js functions alone, not java21" in refusal(aws, "java21")


@pytest.fixture(scope="module")
def sdk(tmp_path_factory):
    """An SDK that the user has installed, where NODE_PATH finds it."""
    if not shutil.which("npm"):
        pytest.skip("there is no npm on the PATH")
    folder = tmp_path_factory.mktemp("sdk")
    command = [
        "npm",
        "install",
        "--silent",
        "--no-audit",
        "--no-fund",
        "@aws-sdk/client-codedeploy",
    ]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
    except (subprocess.SubprocessError, OSError) as error:
        pytest.skip(f"npm cannot install the SDK: {error}")
    before = os.environ.get("NODE_PATH")
    os.environ["NODE_PATH"] = str(folder / "node_modules")
    yield
    os.environ.pop("NODE_PATH")
    if before:
        os.environ["NODE_PATH"] = before


@NODE
@pytest.mark.parametrize("files", [{"index.mjs": HOOK_MODULE}, {"index.js": HOOK_COMMON}])
def test_a_codedeploy_hook_for_node_runs_unchanged(aws, sdk, files):
    hook = node_function(aws, files, Timeout=30)
    name = node_function(aws, {"index.js": COMMON.format(body="return 1;")})
    for number in ("1", "2"):
        aws.lambda_.update_function_code(
            FunctionName=name, ZipFile=zipped({"index.js": f"exports.n = {number};"}), Publish=True
        )
        settle(aws, name)
    aws.lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    aws.codedeploy.create_application(applicationName=name, computePlatform="Lambda")
    aws.codedeploy.create_deployment_group(
        applicationName=name,
        deploymentGroupName="group",
        serviceRoleArn=role(aws),
        deploymentConfigName="CodeDeployDefault.LambdaAllAtOnce",
        deploymentStyle={
            "deploymentType": "BLUE_GREEN",
            "deploymentOption": "WITH_TRAFFIC_CONTROL",
        },
    )
    text = appspec(name, "1", "2", hooks={"BeforeAllowTraffic": hook})
    made = aws.codedeploy.create_deployment(
        applicationName=name, deploymentGroupName="group", revision=revision(text)
    )
    over = ("Succeeded", "Failed", "Stopped")

    def ended():
        found = aws.codedeploy.get_deployment(deploymentId=made["deploymentId"])
        status = found["deploymentInfo"]["status"]
        return status if status in over else None

    assert wait_for(ended) == "Succeeded", logged(aws, hook)
    assert aws.lambda_.get_alias(FunctionName=name, Name="live")["FunctionVersion"] == "2"
