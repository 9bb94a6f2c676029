"""`POST /moto-api/reset` empties everything. In a cloud of its own, for others still need theirs."""

import json
import subprocess
import sys

import pytest

SCRIPT = """
import json, urllib.request, boto3
from localcloud.cloud import LocalCloud, Options
from tests.builders import function, wait_for
from tests.conftest import Clients
cloud = LocalCloud(Options(port=0, speed=240))
cloud.start()
aws = Clients(cloud.endpoint)

def things():
    stacks = aws.cloudformation.list_stacks()["StackSummaries"]
    return {
        "functions": len(aws.lambda_.list_functions()["Functions"]),
        "applications": len(aws.codedeploy.list_applications()["applications"]),
        "configurations": len(aws.codedeploy.list_deployment_configs()["deploymentConfigsList"]),
        "stacks": len([s for s in stacks if "DELETE" not in s["StackStatus"]]),
        "topics": len(aws.sns.list_topics()["Topics"]),
    }

def make():
    function(aws, "f")
    aws.codedeploy.create_application(applicationName="a", computePlatform="Lambda")
    routing = {"type": "AllAtOnce"}
    aws.codedeploy.create_deployment_config(
        deploymentConfigName="c", computePlatform="Lambda", trafficRoutingConfig=routing)
    body = json.dumps({"Resources": {"T": {"Type": "AWS::SNS::Topic"}}})
    aws.cloudformation.create_stack(StackName="s", TemplateBody=body)
    wait_for(lambda: things()["topics"])

make()
before = things()
request = urllib.request.Request(cloud.endpoint + "/moto-api/reset", method="POST")
status = urllib.request.urlopen(request).status
after = things()
aws.iam.create_role  # the same client as before
make()
print(json.dumps([before, status, after, things()]))
cloud.stop()
"""


@pytest.mark.long
def test_a_reset_empties_codedeploy_lambda_and_stacks_too_and_all_can_be_made_again():
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    before, status, after, again = json.loads(done.stdout.splitlines()[-1])
    assert status == 200
    assert after == {**dict.fromkeys(before, 0), "configurations": before["configurations"] - 1}
    assert again == before
