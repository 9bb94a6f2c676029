"""What a request asks of IAM: its actions, each with the resource that AWS checks it on.

From AWS's service authorization reference, for what deployments need. A request that is not known
here is checked on `*`, so that a policy for one resource does not allow it by accident.
https://docs.aws.amazon.com/service-authorization/latest/reference/
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from moto.s3.models import s3_backends
from moto.stepfunctions.parser.models import stepfunctions_parser_backends
from werkzeug import Request

from localcloud.account import ACCOUNT, REGION, arn
from localcloud.awslambda.model import Functions, split
from localcloud.codedeploy import resources as codedeploy
from localcloud.codedeploy.model import Store
from localcloud.corrections import task_tokens
from localcloud.iam.policy import Ask
from localcloud.operations import bucket_and_key

Params = Mapping[str, Any]

_S3_ACTIONS = {
    "GET": "GetObject",
    "HEAD": "GetObject",
    "PUT": "PutObject",
    "DELETE": "DeleteObject",
}


class Asks:
    """Knows the resources that requests are about."""

    def __init__(self, functions: Functions, deployments: Store) -> None:
        self._functions = functions
        self._deployments = deployments
        self._by_service: dict[str, Callable[[str, Params], Iterator[Ask]]] = {
            "lambda": self._lambda,
            "codedeploy": self._codedeploy,
            "dynamodb": _dynamodb,
            "sns": _sns,
            "sqs": _sqs,
            "ssm": _ssm,
            "monitoring": _cloudwatch,
            "states": _states,
            "events": _events,
            "scheduler": _scheduler,
        }

    def of(self, service: str, operation: str, params: Params) -> list[Ask]:
        known = self._by_service.get(service)
        if known is None:
            return [Ask(f"{service}:{operation}", "*")]
        return list(known(operation, params))

    def _lambda(self, operation: str, params: Params) -> Iterator[Ask]:
        action = "InvokeFunction" if operation == "Invoke" else operation
        named = params.get("FunctionName") or params.get("Resource")
        if not named or operation == "ListEventSourceMappings":
            yield Ask(f"lambda:{action}", "*")
            return
        name, qualifier = split(named, params.get("Qualifier") or "")
        resource = arn("lambda", f"function:{name}") + (f":{qualifier}" if qualifier else "")
        known = self._functions.find(name)
        tags = known.tags if known else {}
        yield Ask(f"lambda:{action}", resource, tags)
        if operation == "UpdateFunctionCode" and params.get("S3Bucket"):
            # Lambda reads the package with the caller's permission.
            versioned = "GetObjectVersion" if params.get("S3ObjectVersion") else "GetObject"
            yield Ask(f"s3:{versioned}", f"arn:aws:s3:::{params['S3Bucket']}/{params['S3Key']}")

    def _codedeploy(self, operation: str, params: Params) -> Iterator[Ask]:
        for resource in codedeploy.resources(operation, params, self._deployments):
            tags = self._deployments.tags.get(resource, {})
            yield Ask(f"codedeploy:{operation}", resource, tags)
        if operation == "CreateDeployment":
            yield from self._create_deployment(params)

    def _create_deployment(self, params: Params) -> Iterator[Ask]:
        """What CreateDeployment does on the caller's behalf."""
        application = codedeploy.application(params.get("applicationName", ""))
        tags = self._deployments.tags
        yield Ask("codedeploy:RegisterApplicationRevision", application, tags.get(application, {}))
        if name := params.get("deploymentConfigName"):
            yield Ask("codedeploy:GetDeploymentConfig", codedeploy.configuration(name))
        if params.get("overrideAlarmConfiguration"):
            (group,) = codedeploy.resources("CreateDeployment", params, self._deployments)
            yield Ask("codedeploy:UpdateDeploymentGroup", group, tags.get(group, {}))


def of_s3(request: Request) -> list[Ask]:
    """S3's requests by method, path and query."""
    bucket, key = bucket_and_key(request)
    if not key:
        action = "ListBucket" if request.method in ("GET", "HEAD") else "CreateBucket"
        if action == "ListBucket" and "versions" in request.args:
            action = "ListBucketVersions"
        return [Ask(f"s3:{action}", f"arn:aws:s3:::{bucket}")]
    action = _S3_ACTIONS.get(request.method, "PutObject")
    version = request.args.get("versionId")
    asked = [Ask(f"s3:{action}{'Version' * bool(version)}", f"arn:aws:s3:::{bucket}/{key}")]
    if action == "GetObject" and not _is_there(bucket, key, version):
        # Who may not list is not told that there is nothing: it is denied.
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
        asked.append(Ask("s3:ListBucket", f"arn:aws:s3:::{bucket}"))
    return asked


def _is_there(bucket: str, key: str, version: str | None) -> bool:
    buckets = s3_backends[ACCOUNT]["aws"].buckets
    if bucket not in buckets:
        return True  # that is another refusal
    return s3_backends[ACCOUNT]["aws"].get_object(bucket, key, version_id=version) is not None


def _dynamodb(operation: str, params: Params) -> Iterator[Ask]:
    index = params.get("IndexName")
    for name in params.get("RequestItems") or [params.get("TableName", "")]:
        table = arn("dynamodb", f"table/{name}")
        yield Ask(f"dynamodb:{operation}", f"{table}/index/{index}" if index else table)


def _sns(operation: str, params: Params) -> Iterator[Ask]:
    yield Ask(f"sns:{operation}", params.get("TopicArn") or "*")


def _sqs(operation: str, params: Params) -> Iterator[Ask]:
    if "SourceArn" in params:
        yield Ask(f"sqs:{operation}", params["SourceArn"])
        return
    name = params.get("QueueName") or str(params.get("QueueUrl", "")).rsplit("/", 1)[-1]
    yield Ask(f"sqs:{operation}", arn("sqs", name))


def _ssm(operation: str, params: Params) -> Iterator[Ask]:
    name = str(params.get("Name", ""))
    slash = "" if name.startswith("/") else "/"
    yield Ask(f"ssm:{operation}", arn("ssm", f"parameter{slash}{name}"))


def _cloudwatch(operation: str, params: Params) -> Iterator[Ask]:
    names = params.get("AlarmNames") or [params.get("AlarmName")]
    if operation in ("PutMetricAlarm", "DeleteAlarms"):
        for name in names:
            yield Ask(f"cloudwatch:{operation}", arn("cloudwatch", f"alarm:{name}"))
    else:
        yield Ask(f"cloudwatch:{operation}", "*")


def _events(operation: str, params: Params) -> Iterator[Ask]:
    """Putting events is asked of each bus they go to, all else of `*`."""
    if operation == "PutEvents":
        names = [entry.get("EventBusName") or "default" for entry in params.get("Entries") or []]
        for name in names:
            bus = name.rsplit("/", 1)[-1]
            yield Ask("events:PutEvents", arn("events", f"event-bus/{bus}"))
    else:
        yield Ask(f"events:{operation}", "*")


def _scheduler(operation: str, params: Params) -> Iterator[Ask]:
    """Whoever makes a schedule hands its role on to the service.
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/security_iam_id-based-policies.html"""
    group, name = params.get("GroupName") or "default", params.get("Name") or "*"
    yield Ask(f"scheduler:{operation}", arn("scheduler", f"schedule/{group}/{name}"))
    if role := (params.get("Target") or {}).get("RoleArn"):
        handed_to = {"iam:passedtoservice": "scheduler.amazonaws.com"}
        yield Ask("iam:PassRole", role, facts=handed_to)


def _states(operation: str, params: Params) -> Iterator[Ask]:
    """A token belongs to the machine whose execution gave it out."""
    if operation.startswith("SendTask"):
        backend = stepfunctions_parser_backends[ACCOUNT][REGION]
        giver = task_tokens.giver(backend, params.get("taskToken") or "")
        yield Ask(f"states:{operation}", giver.state_machine_arn if giver else "*")
    else:
        resource = params.get("executionArn") or params.get("stateMachineArn") or "*"
        yield Ask(f"states:{operation}", resource)


def read_json(body: bytes) -> Params:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
