"""Where a story plays: a cloud with Pilotage and a target, and what people and others do there."""

import json
from dataclasses import dataclass, field

from localcloud.slack_clicks import PEOPLE, Clicks
from tests import builders
from tests.builders import GOOD, part_of_pilotage, wait_for
from tests.chaos.stories import green_alarm
from tests.story.team import Team, in_text, make_team

# Real seconds in which each part of a story has come true, when nothing is missing; and after which
# it is given up where something is.
PATIENCE, SHORT_PATIENCE = 40, 8
ALL_AT_ONCE = "rollout: all at once\n"
SLOW = "rollout: canary 10% 240m\n"


@dataclass
class Stage:
    """A cloud with Pilotage, and a target of its own whose version 1 users get."""

    aws: object
    cloud: object
    outputs: dict
    team: Team = None
    alarm: str = ""
    patience: float = PATIENCE
    undo: list = field(default_factory=list)

    @property
    def target(self):
        return f"{self.team.application}/prod"

    def upload(self, word, manifest=ALL_AT_ONCE, **metadata):
        files = {"index.py": f"{GOOD}# {word}\n", "pilotage.yml": manifest}
        return self.team.upload(files, **metadata)

    def until(self, look):
        return wait_for(look, self.patience)

    def ends(self, release, kind, words=""):
        """The release has this outcome, everyone gets one version, and chat says so."""
        outcome = self.until(lambda: self.team.outcome_now(release))["outcome"]
        assert outcome["kind"] == kind, outcome
        assert kind not in ("live", "stopped") or not (self.team.alias() or ("", {}))[1]
        word = "rolled back" if outcome["exposed"] and kind == "stopped" else kind
        message = self.until(lambda: self._ended(release, word))
        assert words in in_text(message), (words, message)
        return outcome

    def shifting(self, release):
        self.until(lambda: self.team.alias()[1] or self.team.is_over(release))
        assert not self.team.is_over(release)

    def waits(self, release, kind):
        self.until(lambda: self.team.held_by(release) == kind)
        self.until(lambda: self.said(release, "This one waits"))

    def said(self, release, words):
        return self.team.said(release, words)

    def notices_left(self):
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.aws.sqs.get_queue_attributes(
            QueueUrl=self.outputs["NoticeQueue"], AttributeNames=names
        )["Attributes"]
        return sum(int(count) for count in found.values())

    def errors(self):
        """How many invocations of Pilotage's functions failed, ever."""
        return sum(
            ran.failed
            for ran in list(self.cloud.invocations.ran)
            if ran.function.startswith(("pilotage-", "CodeDeployHook_"))
        )

    def faults(self, *faults):
        self.cloud.faults.set(list(faults))
        self.undo.append(self.cloud.faults.clear)

    def instruct(self, kind, **detail):
        """What an operator asks for; returns the id of the event."""
        detail = {"target": self.target, "by": "mara", **detail}
        entry = {
            "EventBusName": self.outputs["OperatorBus"],
            "Source": "pilotage.operator",
            "DetailType": kind,
            "Detail": json.dumps(detail),
        }
        return self.aws.events.put_events(Entries=[entry])["Entries"][0]["EventId"]

    def click(self, message, button):
        door = f"{self.cloud.endpoint}/slack/actions/"
        clicks = Clicks(self.cloud.slack, lambda: self.outputs["ClickUrl"], door)
        return clicks.click(message["ts"], button, PEOPLE[0])

    def published_by_hand(self):
        return builders.publish(self.aws, self.team.function, GOOD + "# by hand\n")

    def deploys_by_hand(self, version, configuration):
        """Someone else moves users from version 1."""
        self.aws.codedeploy.create_deployment(
            applicationName=self.team.application,
            deploymentGroupName="prod",
            revision=builders.revision(builders.appspec(self.team.function, "1", version)),
            deploymentConfigName=f"CodeDeployDefault.{configuration}",
        )

    def stops_without_rollback(self):
        codedeploy = self.aws.codedeploy
        where = {"applicationName": self.team.application, "deploymentGroupName": "prod"}
        codedeploy.update_deployment_group(
            applicationName=self.team.application,
            currentDeploymentGroupName="prod",
            autoRollbackConfiguration={"enabled": False, "events": []},
        )
        (running,) = codedeploy.list_deployments(**where, includeOnlyStatuses=["InProgress"])[
            "deployments"
        ]
        codedeploy.stop_deployment(deploymentId=running, autoRollbackEnabled=False)

    def delete(self, release):
        """The artifact of the release, from the bucket."""
        self.aws.s3.delete_object(
            Bucket=self.outputs["ArtifactBucket"],
            Key=f"{self.target}/app.zip",
            VersionId=release.rsplit("/", 1)[1],
        )

    def lying_in(self, queue):
        """What lies in a queue, left where it is."""
        return self.aws.sqs.receive_message(
            QueueUrl=queue,
            VisibilityTimeout=0,
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
        ).get("Messages", [])

    def resource(self, logical_id):
        """The physical id of one of Pilotage's resources."""
        return part_of_pilotage(self.aws, logical_id)

    def _ended(self, release, word):
        message = self.team.message_of(release)
        return message if message and f": {word}" in message["text"] else None


def set_up(aws, cloud, outputs, *, alarm=False, first=False):
    stage = Stage(aws, cloud, outputs)
    application = builders.unique("rights")
    if alarm:
        stage.alarm = green_alarm(aws, f"{application}-alarm")
    alarms = [stage.alarm] if alarm else []
    stage.team = make_team(aws, cloud, outputs, alarms=alarms, application=application)
    if not first:
        version = builders.publish(aws, stage.team.function, GOOD)
        aws.lambda_.create_alias(
            FunctionName=stage.team.function, Name="live", FunctionVersion=version
        )
    return stage
