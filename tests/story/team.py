"""A team with one target: what a person who releases has in hand, and what is shown to them."""

import json
import urllib.request
from dataclasses import dataclass, field

from tests import builders
from tests.builders import GOOD, unique, wait_for, zipped

CANARY = "rollout: canary 10% 60m\n"
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
        return in_text(self.messages[-1])

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

    def outcome(self, release, seconds=90):
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

    def ending(self, release, seconds=90):
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

    def record(self, release):
        """What the table has of a release: step, hold, stop, execution; {} when nothing."""
        item = self._item(release, "release") or {}
        names = ("step", "hold", "stop", "execution")
        return {name: json.loads(item[name]["S"]) for name in names if name in item}

    def held_by(self, release):
        """The kind of what holds the release, "" when nothing does."""
        return (self.record(release).get("hold") or {}).get("kind", "")

    def states_entered(self, release):
        execution = self.record(release)["execution"]
        return states_entered(self.aws, execution)

    def running_deployment(self):
        found = self.aws.codedeploy.list_deployments(
            applicationName=self.application,
            deploymentGroupName="prod",
            includeOnlyStatuses=["Created", "InProgress"],
        )["deployments"]
        return found[0] if found else None

    def messages_of(self, release):
        """Every form that the release's message had in the channel, the first one first."""
        ts = self._told_now(release).get("told", {}).get("ts")
        return [m for m in self.messages() if ts and m["ts"] == ts]

    def message_of(self, release):
        """The release's message as it stands in the channel now, None while there is none."""
        return next(reversed(self.messages_of(release)), None)

    def said(self, release, words):
        """Whether the release's message ever had these words."""
        return any(words in in_text(message) for message in self.messages_of(release))

    def shows(self, release, action):
        """The release's message, where it has this button now."""
        message = self.message_of(release)
        return message if message and action in buttons_of(message) else None

    def _told(self, release, word):
        """The messages of this release, once the last one is its ending."""
        kept = self._told_now(release)
        if kept.get("until") or not kept.get("told", {}).get("ended"):
            return None
        return self.messages_of(release) or None

    def _told_now(self, release):
        item = self._item(release, "message")
        return json.loads(item["message"]["S"]) if item else {}

    def _item(self, release, kind):
        return self.aws.dynamodb.get_item(
            TableName=self.outputs["Table"],
            Key={"pk": {"S": f"release#{release}"}, "sk": {"S": kind}},
        ).get("Item")


def code(word, manifest=""):
    """The files of an artifact of its own."""
    files = {"index.py": f"{GOOD}# {word}\n"}
    return {**files, "pilotage.yml": manifest} if manifest else files


def states_entered(aws, execution):
    history = aws.stepfunctions.get_execution_history(executionArn=execution)["events"]
    return [
        e["stateEnteredEventDetails"]["name"] for e in history if "stateEnteredEventDetails" in e
    ]


def buttons_of(message):
    blocks = [b for b in message["blocks"] if b["type"] == "actions"]
    return {e["action_id"]: e for b in blocks for e in b["elements"]}


def in_text(message):
    """Every word of a message, wherever it stands."""
    return json.dumps(message, ensure_ascii=False)


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
