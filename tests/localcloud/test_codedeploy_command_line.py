"""The real `aws deploy …`, for each operation that a person uses, in the order of a working day.

https://docs.aws.amazon.com/cli/latest/reference/deploy/
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import role, wait_for
from tests.localcloud.codedeploy_shop import the_shop, the_silent_hook

AWS = Path(sys.executable).parent / "aws"
APP, GROUP = ["--application-name", "cli"], ["--deployment-group-name", "g"]
ARN = "arn:aws:codedeploy:us-east-1:123456789012:application:cli"
MACHINE = ["--instance-names", "machine"]
TAG = ["--tags", "Key=stage,Value=prod"]
SHIFT = json.dumps(
    {
        "type": "TimeBasedCanary",
        "timeBasedCanary": {"canaryPercentage": 10, "canaryInterval": 1},
    }
)

# A command, and a text that its answer has. {…} are names that the test knows.
DAY = [
    (["create-application", *APP, "--compute-platform", "Lambda"], "applicationId"),
    (["get-application", *APP], '"computePlatform": "Lambda"'),
    (["batch-get-applications", "--application-names", "cli"], "applicationsInfo"),
    (["list-applications"], '"cli"'),
    (
        [
            "create-deployment-config",
            *["--deployment-config-name", "quick", "--compute-platform", "Lambda"],
            *["--traffic-routing-config", SHIFT],
        ],
        "deploymentConfigId",
    ),
    (["get-deployment-config", "--deployment-config-name", "quick"], '"canaryInterval": 1'),
    (["list-deployment-configs"], "CodeDeployDefault.LambdaAllAtOnce"),
    (
        [
            "create-deployment-group",
            *[*APP, *GROUP, "--service-role-arn", "{role}"],
            *["--deployment-config-name", "quick"],
        ],
        "deploymentGroupId",
    ),
    (
        [
            "update-deployment-group",
            *[*APP, "--current-deployment-group-name", "g"],
            *["--auto-rollback-configuration", "enabled=true,events=DEPLOYMENT_FAILURE"],
        ],
        "hooksNotCleanedUp",
    ),
    (["get-deployment-group", *APP, *GROUP], "DEPLOYMENT_FAILURE"),
    (["batch-get-deployment-groups", *APP, "--deployment-group-names", "g"], '"g"'),
    (["list-deployment-groups", *APP], '"g"'),
    (["tag-resource", "--resource-arn", ARN, *TAG], ""),
    (["list-tags-for-resource", "--resource-arn", ARN], '"stage"'),
    (["untag-resource", "--resource-arn", ARN, "--tag-keys", "stage"], ""),
    (["register-application-revision", *APP, "--revision", "{revision}"], ""),
    (["get-application-revision", *APP, "--revision", "{revision}"], "registerTime"),
    (["batch-get-application-revisions", *APP, "--revisions", "{revision}"], "registerTime"),
    (["list-application-revisions", *APP], "AppSpecContent"),
    (["create-deployment", *APP, *GROUP, "--revision", "{revision}"], "{deployment}"),
    # At once: a hook has an hour, which is a quarter of a minute here.
    (
        [
            "put-lifecycle-event-hook-execution-status",
            *["--deployment-id", "{deployment}", "--status", "Succeeded"],
            *["--lifecycle-event-hook-execution-id", "{execution}"],
        ],
        "{execution}",
    ),
    (["wait", "deployment-successful", "--deployment-id", "{deployment}"], ""),
    (["list-deployments", *APP, *GROUP], "{deployment}"),
    (["get-deployment", "--deployment-id", "{deployment}"], '"creator": "user"'),
    (["batch-get-deployments", "--deployment-ids", "{deployment}"], "deploymentOverview"),
    (["list-deployment-targets", "--deployment-id", "{deployment}"], "{target}"),
    (
        ["get-deployment-target", "--deployment-id", "{deployment}", "--target-id", "{target}"],
        "BeforeAllowTraffic",
    ),
    (
        [
            "batch-get-deployment-targets",
            *["--deployment-id", "{deployment}", "--target-ids", "{target}"],
        ],
        "lambdaTarget",
    ),
    (
        [
            *["create-deployment", *APP, *GROUP, "--revision", "{back}"],
            *["--deployment-config-name", "{slow}"],
        ],
        "{deployment}",
    ),
    (["stop-deployment", "--deployment-id", "{deployment}"], '"status": "Pending"'),
    (
        [
            "register-on-premises-instance",
            *["--instance-name", "machine"],
            *["--iam-user-arn", "arn:aws:iam::123456789012:user/me"],
        ],
        "",
    ),
    (["add-tags-to-on-premises-instances", *MACHINE, *TAG], ""),
    (["list-on-premises-instances"], '"machine"'),
    (["get-on-premises-instance", "--instance-name", "machine"], '"stage"'),
    (["batch-get-on-premises-instances", *MACHINE], '"machine"'),
    (["remove-tags-from-on-premises-instances", *MACHINE, *TAG], ""),
    (["deregister-on-premises-instance", "--instance-name", "machine"], ""),
    (["list-git-hub-account-token-names"], "tokenNameList"),
    (["delete-deployment-group", *APP, *GROUP], "hooksNotCleanedUp"),
    (["delete-deployment-config", "--deployment-config-name", "quick"], ""),
    (["update-application", *APP, "--new-application-name", "other"], ""),
    (["delete-application", "--application-name", "other"], ""),
]


class Day:
    """Runs commands one after the other and learns the names that later ones need."""

    def __init__(self, aws, cloud):
        shop, self.hook, self.aws, self.cloud = the_shop(aws), the_silent_hook(aws), aws, cloud
        group = shop.group()
        hooks = {"BeforeAllowTraffic": self.hook.name}
        self.known = {
            "{role}": role(aws),
            "{revision}": inline(group.appspec("1", "2", hooks)),
            "{back}": inline(group.appspec("2", "1")),
            "{slow}": shop.configuration("TimeBasedCanary", 10, 2880),
            "{target}": f"{shop.function}:{group.name}",
        }
        self.environment = {**os.environ, **cloud.environment()}

    def run(self, command, wanted):
        words = [self.known.get(word, word) for word in command]
        done = subprocess.run(
            [AWS, "deploy", *words, "--output", "json"],
            capture_output=True,
            text=True,
            check=False,
            env=self.environment,
        )
        assert done.returncode == 0, done.stderr
        if command[0] == "create-deployment":
            self.learn(json.loads(done.stdout)["deploymentId"])
        assert self.known.get(wanted, wanted) in done.stdout

    def learn(self, deployment):
        if "{deployment}" not in self.known:
            self.known["{execution}"] = self.hook.execution(self.cloud, deployment)
        self.known["{deployment}"] = deployment


def inline(text):
    return json.dumps({"revisionType": "AppSpecContent", "appSpecContent": {"content": text}})


@pytest.fixture(scope="module")
def day(aws, cloud):
    return Day(aws, cloud)


@pytest.mark.long
@pytest.mark.parametrize(("command", "wanted"), DAY, ids=[" ".join(c[:1]) for c, _ in DAY])
def test_a_person_can(day, command, wanted):
    day.run(command, wanted)


@pytest.mark.long
def test_nothing_is_left_running(day):
    deployment = day.known["{deployment}"]
    show = day.aws.codedeploy.get_deployment
    wait_for(lambda: show(deploymentId=deployment)["deploymentInfo"]["status"] == "Stopped")
