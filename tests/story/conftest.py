"""Targets and uploads: what a person who releases has in hand."""

import json
import urllib.request
from dataclasses import dataclass, field

import pytest

from tests import builders
from tests.builders import GOOD, unique, wait_for, zipped

ROLLBACK = {
    "enabled": True,
    "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"],
}


@dataclass(frozen=True)
class Ending:
    """The outcome object, and what Slack shows of the release at the end."""

    told: dict
    messages: list

    @property
    def kind(self):
        return self.told["outcome"]["kind"]

    @property
    def text(self):
        """Every word of the last message."""
        return json.dumps(self.messages[-1], ensure_ascii=False)

    @property
    def users_get(self):
        return self.told["outcome"]["users_get"]

    @property
    def faults(self):
        return [f"{f['place']}: {f['reason']} {f['fix']}" for f in self.told["faults"]]


@dataclass
class Team:
    """A team with one target, and the things it does."""

    aws: object
    cloud: object
    outputs: dict
    application: str
    function: str
    group: str = "prod"
    uploads: list = field(default_factory=list)

    @property
    def group_arn(self):
        return f"arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:{self.application}/{self.group}"

    def tag(self, **tags):
        pairs = [{"Key": f"pilotage:{k.replace('_', '-')}", "Value": v} for k, v in tags.items()]
        self.aws.codedeploy.tag_resource(ResourceArn=self.group_arn, Tags=pairs)

    def upload(self, files=None, key=None, body=None, **metadata):
        """Put an artifact; gives its release id."""
        body = body if body is not None else zipped(files or {"index.py": GOOD})
        key = key or f"{self.application}/{self.group}/app.zip"
        put = self.aws.s3.put_object(
            Bucket=self.outputs["ArtifactBucket"], Key=key, Body=body, Metadata=metadata
        )
        parts = key.split("/")
        path = "/".join(parts[:2]) if len(parts) == 3 else key
        return f"{path}/{put['VersionId']}"

    def outcome(self, release, seconds=40):
        return wait_for(lambda: self.outcome_now(release), seconds)

    def outcome_now(self, release):
        """The outcome object, None while there is none."""
        key = f"_pilotage/outcomes/{release}.json"
        try:
            found = self.aws.s3.get_object(Bucket=self.outputs["ArtifactBucket"], Key=key)
        except self.aws.s3.exceptions.NoSuchKey:
            return None
        return json.loads(found["Body"].read())

    def is_over(self, release):
        return self.outcome_now(release) is not None

    def ending(self, release, seconds=40):
        told = self.outcome(release, seconds)
        word = told["outcome"]["kind"]
        messages = wait_for(lambda: self._told(release, word))
        return Ending(told, messages)

    def release(self, *args, **kwargs):
        return self.ending(self.upload(*args, **kwargs))

    def messages(self):
        with urllib.request.urlopen(f"{self.cloud.endpoint}/slack/inbox") as answer:
            return json.load(answer)

    def alias(self):
        """(version, weights), None when there is no alias."""
        try:
            found = self.aws.lambda_.get_alias(FunctionName=self.function, Name="live")
        except self.aws.lambda_.exceptions.ResourceNotFoundException:
            return None
        routing = found.get("RoutingConfig") or {}
        return found["FunctionVersion"], routing.get("AdditionalVersionWeights") or {}

    def versions(self):
        found = self.aws.lambda_.list_versions_by_function(FunctionName=self.function)["Versions"]
        return [v["Version"] for v in found if v["Version"] != "$LATEST"]

    def _told(self, release, word):
        """The messages of this release, once the last one is its ending."""
        item = self.aws.dynamodb.get_item(
            TableName=self.outputs["Table"],
            Key={"pk": {"S": f"release#{release}"}, "sk": {"S": "message"}},
        ).get("Item")
        kept = json.loads(item["message"]["S"]) if item else {"told": {}}
        message = kept["told"]
        if kept.get("until") or not (message.get("ended") and message.get("ts")):
            return None
        return [m for m in self.messages() if m["ts"] == message["ts"]]


@pytest.fixture
def team(aws, cloud, pilotage):
    return make_team(aws, cloud, pilotage)


@pytest.fixture(scope="module")
def settled_team(aws, cloud, pilotage):
    """A team whose version 1 is live. Tests that share it must leave it as it was."""
    team = make_team(aws, cloud, pilotage)
    assert team.release().kind == "live"
    return team


def make_team(
    aws,
    cloud,
    pilotage,
    alarms=(),
    rollout="CodeDeployDefault.LambdaCanary10Percent5Minutes",
    application="",
):
    application = application or unique("shop")
    name = builders.function(
        aws, f"{application}-fn", "placeholder = 1", Tags={"pilotage:application": application}
    )
    aws.codedeploy.create_application(applicationName=application, computePlatform="Lambda")
    triggers = [
        "DeploymentStart",
        "DeploymentSuccess",
        "DeploymentFailure",
        "DeploymentStop",
        "DeploymentRollback",
    ]
    aws.codedeploy.create_deployment_group(
        applicationName=application,
        deploymentGroupName="prod",
        serviceRoleArn=builders.role(aws),
        deploymentConfigName=rollout,
        autoRollbackConfiguration=ROLLBACK,
        alarmConfiguration={"enabled": bool(alarms), "alarms": [{"name": a} for a in alarms]},
        triggerConfigurations=[
            {"triggerName": "t", "triggerTargetArn": pilotage["Topic"], "triggerEvents": triggers}
        ],
        tags=[
            {"Key": "pilotage:function", "Value": f"{name}:live"},
            {"Key": "pilotage:may-ask", "Value": "rollout checks"},
        ],
    )
    return Team(aws, cloud, pilotage, application, name)
