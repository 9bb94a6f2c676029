"""Targets to release to, made by AWS's API alone, and uploads to them."""

import io
import itertools
import json
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import boto3

T = TypeVar("T")
CODE = 'def handler(event, context):\n    return {"statusCode": 200}\n'
ROLE = "bench-role"
_count = itertools.count(1)


@dataclass(frozen=True)
class Target:
    """A function with the alias `live`, and a deployment group `prod` of an application."""

    application: str
    function: str

    def alias(self) -> tuple[str, dict[str, float]]:
        found = client("lambda").get_alias(FunctionName=self.function, Name="live")
        weights = (found.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
        return found["FunctionVersion"], weights

    def deployments(self) -> list[dict[str, Any]]:
        """All of its deployments but rollbacks."""
        where = {"applicationName": self.application, "deploymentGroupName": "prod"}
        pages = client("codedeploy").get_paginator("list_deployments").paginate(**where)
        ids = [deployment_id for page in pages for deployment_id in page["deployments"]]
        infos = []
        for start in range(0, len(ids), 25):
            batch = ids[start : start + 25]
            infos += client("codedeploy").batch_get_deployments(deploymentIds=batch)[
                "deploymentsInfo"
            ]
        return [
            i for i in infos if "rollbackTriggeringDeploymentId" not in i.get("rollbackInfo", {})
        ]


def client(service: str) -> Any:
    """A client of the local cloud, which the environment names."""
    return _clients.setdefault(service, boto3.client(service))


_clients: dict[str, Any] = {}


def make_target(
    topic: str, rollout: str = "CodeDeployDefault.LambdaCanary10Percent5Minutes"
) -> Target:
    """A target whose version 1 users get."""
    name = f"crowd{next(_count)}"
    target = Target(name, f"{name}-fn")
    client("lambda").create_function(
        FunctionName=target.function,
        Runtime="python3.11",
        Role=role(),
        Handler="index.handler",
        Code={"ZipFile": zipped("# one")},
        Tags={"pilotage:application": name},
    )
    wait_until(lambda: _is_settled(target.function), 30)
    client("lambda").publish_version(FunctionName=target.function)
    client("lambda").create_alias(FunctionName=target.function, Name="live", FunctionVersion="1")
    client("codedeploy").create_application(applicationName=name, computePlatform="Lambda")
    trigger = {"triggerName": "t", "triggerTargetArn": topic, "triggerEvents": ["DeploymentStart"]}
    client("codedeploy").create_deployment_group(
        applicationName=name,
        deploymentGroupName="prod",
        serviceRoleArn=role(),
        deploymentConfigName=rollout,
        triggerConfigurations=[trigger],
        autoRollbackConfiguration={
            "enabled": True,
            "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"],
        },
        tags=[
            {"Key": "pilotage:function", "Value": f"{target.function}:live"},
            {"Key": "pilotage:may-ask", "Value": "rollout"},
        ],
    )
    return target


def _is_settled(function: str) -> bool:
    found = client("lambda").get_function_configuration(FunctionName=function)
    return bool(found.get("LastUpdateStatus") == "Successful")


def zipped(remark: str, manifest: str = "") -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.py", f"{CODE}{remark}\n")
        if manifest:
            archive.writestr("pilotage.yml", manifest)
    return body.getvalue()


def upload(outputs: dict[str, str], target: Target, remark: str, manifest: str = "") -> str:
    """Put an artifact; gives the release's id."""
    put = client("s3").put_object(
        Bucket=outputs["ArtifactBucket"],
        Key=f"{target.application}/prod/app.zip",
        Body=zipped(remark, manifest),
    )
    return f"{target.application}/prod/{put['VersionId']}"


def outcome_of(outputs: dict[str, str], release: str) -> Any:
    """The outcome object; None while there is none."""
    s3 = client("s3")
    try:
        found = s3.get_object(
            Bucket=outputs["ArtifactBucket"], Key=f"_pilotage/outcomes/{release}.json"
        )
    except s3.exceptions.NoSuchKey:
        return None
    return json.loads(found["Body"].read())


def wait_until(look: Callable[[], T | None], seconds: float) -> T:
    """What `look` gives, as soon as it gives something."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.2)
    raise TimeoutError(f"nothing came within {seconds} s")


def role(*services: str) -> str:
    """A role that may do everything. `services` may take it, beside Lambda and CodeDeploy."""
    iam, name = client("iam"), "-".join([ROLE, *(s.split(".")[0] for s in services)])
    try:
        return str(iam.get_role(RoleName=name)["Role"]["Arn"])
    except iam.exceptions.NoSuchEntityException:
        pass
    trusted = {"Service": ["lambda.amazonaws.com", "codedeploy.amazonaws.com", *services]}
    trust = {"Effect": "Allow", "Principal": trusted, "Action": "sts:AssumeRole"}
    made = iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    iam.put_role_policy(
        RoleName=name,
        PolicyName="all",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [everything]}),
    )
    return str(made["Role"]["Arn"])
