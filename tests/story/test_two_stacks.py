"""Two Pilotage stacks in one account, and clocks that disagree."""

from datetime import UTC, datetime, timedelta

import pytest

from localcloud import install
from pilotage.artifact import Artifact
from pilotage.gateways import deployments
from pilotage.release import Release
from tests import builders
from tests.builders import GOOD, wait_for
from tests.story.team import Team, code


@pytest.mark.long
def test_two_stacks_release_to_one_group_one_after_the_other(aws, cloud, pilotage, team):
    """Each hears of the other's deployments, and takes them for someone else's. The second tells by
    an incoming webhook, and has no buttons."""
    webhook = f"{cloud.endpoint}/slack/services/T0/B0/secret"
    aws.ssm.put_parameter(Name="/pilotage/webhook", Value=webhook, Type="SecureString")
    parameters = {
        "PythonRuntime": install.runtime(),
        "SlackSecretParameter": "/pilotage/webhook",
        "AlarmTopic": aws.sns.create_topic(Name="on-call")["TopicArn"],
    }
    outputs = install.install(
        install.ROOT / "template.yaml", "pilotage-two", parameters, cloud.environment()
    )
    other = Team(aws, cloud, outputs, team.application, team.function)
    try:
        assert team.release().kind == "live"
        first = team.upload(code("two", "rollout: canary 10% 90m\n"))
        wait_for(lambda: team.alias()[1])
        second = other.upload(code("three"))
        wait_for(lambda: other.held_by(second) == "deployment")
        assert team.ending(first).kind == "live"
        assert other.outcome(second)["outcome"]["kind"] == "live"
        start, ending = wait_for(lambda: by_webhook(other, 2))
        assert "Users get" in start["text"]
        assert ": live" in ending["text"]
        blocks = [block["type"] for block in ending["blocks"]]
        assert "actions" not in blocks
        assert "ClickUrl" not in outputs
        alarms = aws.cloudwatch.describe_alarms(AlarmNamePrefix="pilotage-two-")["MetricAlarms"]
        assert {*(a["AlarmActions"][0] for a in alarms)} == {parameters["AlarmTopic"]}
        assert len(alarms) == 4
        assert team.alias() == ("3", {})
        assert team.release(code("four")).kind == "live"
        tables = [aws.dynamodb.scan(TableName=o["Table"])["Items"] for o in (pilotage, outputs)]
        ids = [{item["pk"]["S"] for item in items} for items in tables]
        assert f"release#{first}" in ids[0] - ids[1]
        assert f"release#{second}" in ids[1] - ids[0]
    finally:
        aws.cloudformation.delete_stack(StackName="pilotage-two")


def by_webhook(team, count):
    """What the team's channel was told by webhook, once it is so much."""
    found = [m for m in team.messages() if m["method"] == "webhook"]
    mine = [m for m in found if team.application in m["text"]]
    return mine if len(mine) >= count else None


def test_a_deployment_is_found_again_though_clocks_disagree(aws, cloud):
    """The release was claimed by a clock that is half an hour ahead of CodeDeploy's."""
    application = builders.unique("skewed")
    name = builders.function(aws)
    one = builders.publish(aws, name)
    two = builders.publish(aws, name, GOOD + "# two\n")
    aws.lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion=one)
    aws.codedeploy.create_application(applicationName=application, computePlatform="Lambda")
    aws.codedeploy.create_deployment_group(
        applicationName=application,
        deploymentGroupName="prod",
        serviceRoleArn=builders.role(aws),
        deploymentConfigName="CodeDeployDefault.LambdaAllAtOnce",
    )
    ahead = (datetime.now(UTC) + timedelta(minutes=30)).isoformat(timespec="milliseconds")
    release = Release(Artifact("b", f"{application}/prod/a.zip", "v", 1, ahead), "arn", ahead)
    made = aws.codedeploy.create_deployment(
        applicationName=application,
        deploymentGroupName="prod",
        description=release.id,
        revision=builders.revision(builders.appspec(name, one, two)),
    )["deploymentId"]
    assert deployments.find(release).id == made
