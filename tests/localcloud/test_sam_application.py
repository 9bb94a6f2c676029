"""A small application from its first `sam deploy` to `sam delete`, by the real `sam`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from localcloud import install
from tests.builders import unique

TEMPLATE = f"""
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {{Type: String, AllowedValues: [test, prod], Default: prod}}
Conditions:
  InProduction: !Equals [!Ref Stage, prod]
  InTest: !Not [!Condition InProduction]
Globals:
  Function: {{Runtime: {install.runtime()}, Handler: index.handler}}
Resources:
  Shop:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: shop/
      LoggingConfig: {{LogGroup: !Ref Logs}}
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Hooks: {{PreTraffic: !Ref Check}}
        Alarms: !If [InProduction, [!Ref Errors], []]
  Check:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: !Sub CodeDeployHook_${{AWS::StackName}}
      CodeUri: check/
      LoggingConfig: {{LogGroup: !Ref Logs}}
      DeploymentPreference: {{Enabled: false, Role: ""}}
      Policies:
        - Version: "2012-10-17"
          Statement:
            - Effect: Allow
              Action: codedeploy:PutLifecycleEventHookExecutionStatus
              Resource: !Sub arn:${{AWS::Partition}}:codedeploy:${{AWS::Region}}:${{AWS::AccountId}}:deploymentgroup:*
  Errors:
    Type: AWS::CloudWatch::Alarm
    Condition: InProduction
    Properties:
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions: [{{Name: FunctionName, Value: !Ref Shop}}]
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 1
      Threshold: 1
      ComparisonOperator: GreaterThanOrEqualToThreshold
      TreatMissingData: notBreaching
  Logs: {{Type: AWS::Logs::LogGroup, Properties: {{RetentionInDays: 7}}}}
  Practice: {{Type: AWS::SQS::Queue, Condition: InTest}}
Outputs:
  Function: {{Value: !Ref Shop, Export: {{Name: !Sub "${{AWS::StackName}}-shop"}}}}
  Practice: {{Value: !Ref Practice, Condition: InTest}}
"""
CHECK = """
import boto3

def handler(event, context):
    boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(
        deploymentId=event["DeploymentId"],
        lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
        status="Succeeded",
    )
"""


class Application:
    """Files of a developer, and the commands run in their folder."""

    def __init__(self, folder, environment):
        self.name = unique("app")
        self.folder = folder
        self.environment = {**os.environ, **environment}
        self.write("template.yaml", TEMPLATE)
        self.write("check/index.py", CHECK)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def sam(self, command, *arguments):
        program = Path(sys.executable).parent / "sam"
        done = subprocess.run(
            [program, command, "--stack-name", self.name, *arguments],
            check=False,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return done.returncode, done.stdout

    def deploy(self, code):
        self.write("shop/index.py", f"def handler(event, context):\n    return {code!r}\n")
        return self.sam("deploy", "--resolve-s3", "--capabilities", "CAPABILITY_IAM")


def deployments(aws, application):
    (found,) = [a for a in applications(aws) if a.startswith(f"{application}-")]
    (group,) = aws.codedeploy.list_deployment_groups(applicationName=found)["deploymentGroups"]
    ids = aws.codedeploy.list_deployments(applicationName=found, deploymentGroupName=group)
    return [
        aws.codedeploy.get_deployment(deploymentId=one)["deploymentInfo"]["status"]
        for one in ids["deployments"]
    ]


def applications(aws):
    return every(aws.codedeploy, "list_applications", "applications")


def every(client, operation, members):
    """All pages of a list."""
    pages = client.get_paginator(operation).paginate()
    return [one for page in pages for one in page.get(members) or []]


def left(aws, name):
    """Names of everything in the account that bears the application's name."""
    stacks = aws.cloudformation
    lists = [
        [f["FunctionName"] for f in every(aws.lambda_, "list_functions", "Functions")],
        [r["RoleName"] for r in every(aws.iam, "list_roles", "Roles")],
        [a["AlarmName"] for a in every(aws.cloudwatch, "describe_alarms", "MetricAlarms")],
        [g["logGroupName"] for g in every(aws.logs, "describe_log_groups", "logGroups")],
        [e["Name"] for e in every(stacks, "list_exports", "Exports")],
        [s["StackName"] for s in every(stacks, "describe_stacks", "Stacks")],
        every(aws.sqs, "list_queues", "QueueUrls"),
        applications(aws),
    ]
    return sorted(one for names in lists for one in names if name in one)


@pytest.mark.long
def test_an_application_is_deployed_left_alone_moved_by_codedeploy_and_deleted(
    aws, cloud, tmp_path
):
    application = Application(tmp_path, cloud.environment())
    name = application.name
    code, said = application.deploy("one")
    assert code == 0, said
    stack = aws.cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    (output,) = stack["Outputs"]
    assert output["ExportName"] == f"{name}-shop"
    where = {"FunctionName": output["OutputValue"], "Name": "live"}
    assert aws.lambda_.get_alias(**where)["FunctionVersion"] == "1"
    assert [one for one in left(aws, name) if "Practice" in one] == []

    code, said = application.deploy("one")
    assert "No changes to deploy" in said
    assert deployments(aws, name) == []

    code, said = application.deploy("two")
    assert code == 0, said
    events = aws.cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    told = [event.get("ResourceStatusReason", "") for event in events]
    assert any(reason.startswith("CodeDeploy deployment started: d-") for reason in told)
    assert deployments(aws, name) == ["Succeeded"]
    assert aws.lambda_.get_alias(**where)["FunctionVersion"] == "2"
    answer = aws.lambda_.invoke(FunctionName=where["FunctionName"], Qualifier="live")
    assert answer["Payload"].read() == b'"two"'

    code, said = application.sam("delete", "--no-prompts", "--region", "us-east-1")
    assert code == 0, said
    with pytest.raises(aws.lambda_.exceptions.ResourceNotFoundException):
        aws.lambda_.get_alias(**where)
    assert left(aws, name) == []
