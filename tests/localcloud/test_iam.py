"""Roles are held to their policies, and the shipped template's roles are enough and no more."""

import json

import pytest

from localcloud.iam.policy import Ask, allows
from tests.builders import function, unique, wait_for

ARN = "arn:aws:lambda:us-east-1:123456789012:function:orders"


def document(**statement):
    return [{"Statement": {"Effect": "Allow", "Action": "lambda:*", "Resource": "*", **statement}}]


TAGGED = {"Null": {"aws:ResourceTag/pilotage:application": "false"}}


@pytest.mark.parametrize(
    ("documents", "tags", "allowed"),
    [
        ([], {}, False),
        (document(), {}, True),
        (document(Action="lambda:Get*"), {}, True),
        (document(Action=["s3:*", "LAMBDA:getalias"]), {}, True),
        (document(Action="lambda:UpdateAlias"), {}, False),
        (document(Resource=ARN), {}, True),
        (document(Resource=ARN + ":*"), {}, False),
        (document(Condition=TAGGED), {}, False),
        (document(Condition=TAGGED), {"pilotage:application": "orders"}, True),
        (document(Condition={"StringEquals": {"aws:ResourceTag/a": "b"}}), {"a": "b"}, True),
        (document(Condition={"StringEquals": {"aws:PrincipalOrgID": "o"}}), {}, False),
        (document() + document(Effect="Deny", Action="lambda:GetAlias"), {}, False),
    ],
)
def test_policies_are_evaluated(documents, tags, allowed):
    assert allows(documents, Ask("lambda:GetAlias", ARN, tags)) is allowed


def test_a_function_without_permission_is_denied_and_its_log_says_so(aws):
    name = unique("role")
    trust = {"Version": "2012-10-17", "Statement": []}
    made = aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    code = (
        "import boto3\n"
        "def handler(event, context):\n"
        "    boto3.client('sns').publish(TopicArn='arn:aws:sns:us-east-1:123456789012:t', Message='m')\n"
    )
    fn = function(aws, code=code, Role=made["Role"]["Arn"])
    answer = json.load(aws.lambda_.invoke(FunctionName=fn)["Payload"])
    assert "is not authorized to perform: SNS:Publish".lower() in answer["errorMessage"].lower()
    events = aws.logs.filter_log_events(logGroupName=f"/aws/lambda/{fn}")["events"]
    assert any("not authorized" in event["message"] for event in events)


def test_pilotage_may_not_touch_a_function_without_the_tag(aws, cloud, pilotage):
    """Its own role, asked directly: publishing is allowed on tagged functions alone."""
    plain, tagged = function(aws), function(aws, Tags={"pilotage:application": "x"})
    role = aws.cloudformation.describe_stack_resource(
        StackName="pilotage", LogicalResourceId="PublishRevisionFunctionRole"
    )["StackResourceDetail"]["PhysicalResourceId"]
    policies = [
        aws.iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
        for policy in aws.iam.list_role_policies(RoleName=role)["PolicyNames"]
    ]
    arn = "arn:aws:lambda:us-east-1:123456789012:function:"
    for action in ("UpdateFunctionCode", "PublishVersion", "InvokeFunction", "CreateAlias"):
        assert not allows(policies, Ask(f"lambda:{action}", arn + plain, {}))
        tags = cloud.functions.find(tagged).tags
        assert allows(policies, Ask(f"lambda:{action}", arn + tagged, tags))


def test_the_installed_roles_allow_nothing_of_their_own(aws, pilotage):
    """Installing grants no power over functions. Who may bring an alias back to one version is
    counted; no role may write policies or delete."""
    stack = aws.cloudformation.describe_stack_resources(StackName="pilotage")["StackResources"]
    roles = [r["PhysicalResourceId"] for r in stack if r["ResourceType"] == "AWS::IAM::Role"]
    assert len(roles) == 16
    may_update = set()
    for role in roles:
        for policy in aws.iam.list_role_policies(RoleName=role)["PolicyNames"]:
            found = aws.iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
            assert not allows([found], Ask("lambda:UpdateAlias", ARN, {}))
            if allows([found], Ask("lambda:UpdateAlias", ARN, {"pilotage:application": "orders"})):
                may_update.add(role.split("-")[1])
            for action in ("iam:PassRole", "lambda:DeleteFunction", "s3:DeleteObject"):
                assert not allows([found], Ask(action, ARN, {"pilotage:application": "orders"}))
    names = ("PublishRevision", "FinishRelease", "Sweep")
    assert may_update == {f"{name}FunctionRole" for name in names}


@pytest.mark.long
def test_a_missing_statement_stops_a_release_and_chat_says_so(aws, cloud, pilotage):
    """The proof that the stories need their permissions: without one, they end otherwise."""
    from tests.story.conftest import make_team

    team = make_team(aws, cloud, pilotage)
    role = aws.cloudformation.describe_stack_resource(
        StackName="pilotage", LogicalResourceId="PublishRevisionFunctionRole"
    )["StackResourceDetail"]["PhysicalResourceId"]
    (name,) = aws.iam.list_role_policies(RoleName=role)["PolicyNames"]
    whole = aws.iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    less = {
        **whole,
        "Statement": [s for s in whole["Statement"] if s["Sid"] != "PublishTaggedFunctions"],
    }
    aws.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(less))
    try:
        ending = team.release()
    finally:
        aws.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(whole))
    assert ending.kind == "stopped"
    assert "not authorized to perform: lambda:" in ending.text
    assert team.alias() is None
    assert wait_for(lambda: team.release()).kind == "live"
