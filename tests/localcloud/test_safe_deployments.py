"""SAM's own safe deployments: AutoPublishAlias with DeploymentPreference, by the real `sam`."""

import pytest

from localcloud import install
from tests.builders import unique

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Parameters:
  Answer: {{Type: String}}
Resources:
  Shop:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: {runtime}
      Handler: index.handler
      InlineCode: !Sub |
        def handler(event, context):
            return "${{Answer}}"
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Hooks: {{PreTraffic: !Ref Check}}
  Check:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: CodeDeployHook_{name}
      Runtime: {runtime}
      Handler: index.handler
      InlineCode: |
        import boto3
        def handler(event, context):
            boto3.client("codedeploy").put_lifecycle_event_hook_execution_status(
                deploymentId=event["DeploymentId"],
                lifecycleEventHookExecutionId=event["LifecycleEventHookExecutionId"],
                status="{verdict}")
      DeploymentPreference: {{Enabled: false, Role: ""}}
      Policies:
        - Version: "2012-10-17"
          Statement:
            - {{Effect: Allow, Action: "codedeploy:PutLifecycleEventHookExecutionStatus", Resource: "*"}}
Outputs:
  Function: {{Value: !Ref Shop}}
"""


@pytest.mark.long
def test_an_update_moves_the_alias_by_codedeploy_and_a_failing_hook_takes_the_stack_back(
    aws, cloud, tmp_path
):
    name = unique("safe")

    def deploy(answer, verdict):
        path = tmp_path / "template.yaml"
        path.write_text(TEMPLATE.format(runtime=install.runtime(), verdict=verdict, name=name))
        return install.install(path, name, {"Answer": answer}, cloud.environment())

    function = deploy("one", "Succeeded")["Function"]
    where = {"FunctionName": function, "Name": "live"}
    assert aws.lambda_.get_alias(**where)["FunctionVersion"] == "1"
    assert deployments(aws, name) == [], "a new alias is made, not moved"
    deploy("two", "Succeeded")
    assert aws.lambda_.get_alias(**where)["FunctionVersion"] == "2"
    (first,) = deployments(aws, name)
    assert first["status"] == "Succeeded"
    assert first["deploymentConfigName"] == "CodeDeployDefault.LambdaCanary10Percent5Minutes"
    with pytest.raises(install.InstallFailed):
        deploy("three", "Failed")
    assert aws.lambda_.get_alias(**where)["FunctionVersion"] == "2"
    stack = aws.cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    told = [e.get("ResourceStatusReason", "") for e in events(aws, name)]
    assert [t for t in told if t.startswith("CodeDeploy deployment started: d-")]
    assert [t for t in told if " failed. " in t]


def events(aws, name):
    return aws.cloudformation.describe_stack_events(StackName=name)["StackEvents"]


def deployments(aws, name):
    pages = aws.codedeploy.get_paginator("list_applications").paginate()
    applications = [a for page in pages for a in page["applications"]]
    (application,) = [a for a in applications if a.startswith(f"{name}-")]
    (group,) = aws.codedeploy.list_deployment_groups(applicationName=application)[
        "deploymentGroups"
    ]
    ids = aws.codedeploy.list_deployments(applicationName=application, deploymentGroupName=group)[
        "deployments"
    ]
    return [aws.codedeploy.get_deployment(deploymentId=i)["deploymentInfo"] for i in ids]
