"""Roles are held to their policies, and the shipped template's roles are enough and no more."""

import json

import pytest
from botocore.exceptions import ClientError

from localcloud.iam.policy import Ask, allows
from tests.builders import function, part_of_pilotage, unique

ARN = "arn:aws:lambda:us-east-1:123456789012:function:orders"


def document(**statement):
    return [{"Statement": {"Effect": "Allow", "Action": "lambda:*", "Resource": "*", **statement}}]


TAG = "aws:ResourceTag/a"


def denied(condition=None, **more):
    condition = {"Condition": condition} if condition else {}
    action = {} if "NotAction" in more else {"Action": "*"}
    return [{"Statement": {"Effect": "Deny", **action, "Resource": "*", **condition, **more}}]


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
        ([{"Statement": {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}}], {}, True),
        ([{"Statement": {"Effect": "Allow", "NotAction": "lambda:*", "Resource": "*"}}], {}, False),
        ([{"Statement": {"Effect": "Allow", "Action": "*", "NotResource": ARN}}], {}, False),
        ([{"Statement": {"Effect": "Allow", "Action": "*", "NotResource": ARN + "x"}}], {}, True),
        (document() + denied(NotAction="s3:*"), {}, False),
        (document() + denied(NotAction="lambda:*"), {}, True),
        (document() + denied({"StringNotEquals": {TAG: ["b", "c"]}}), {"a": "b"}, True),
        (document() + denied({"StringNotEquals": {TAG: ["b", "c"]}}), {"a": "d"}, False),
        (document() + denied({"StringNotEquals": {TAG: "b"}}), {}, False),
        (document() + denied({"StringEquals": {TAG: "b"}}), {}, True),
        (document() + denied({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}), {}, False),
        (document() + denied({"StringEquals": {"aws:PrincipalOrgID": "o"}}), {}, False),
        (document() + denied({"Bool": {"aws:SecureTransport": "false"}}), {}, True),
        (document(Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}}), {}, True),
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


def policy(*actions):
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*"}]}
    )  # fmt: skip


def as_who(cloud, keys):
    from boto3.session import Session

    session = Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys.get("SessionToken"))
    return lambda service: session.client(service, "us-east-1", endpoint_url=cloud.endpoint)


def test_whoever_takes_a_role_is_held_to_it(aws, cloud):
    name = unique("role")
    trust = {"Version": "2012-10-17", "Statement": []}
    made = aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    aws.iam.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=policy("sns:ListTopics"))
    taken = aws.sts.assume_role(RoleArn=made["Role"]["Arn"], RoleSessionName="someone")
    session = as_who(cloud, taken["Credentials"])
    session("sns").list_topics()
    with pytest.raises(ClientError, match="not authorized to perform: codedeploy:ListApplications"):
        session("codedeploy").list_applications()


def test_a_user_is_held_to_the_policies_of_its_own_and_of_its_groups(aws, cloud):
    user, group = unique("user"), unique("group")
    aws.iam.create_user(UserName=user)
    aws.iam.create_group(GroupName=group)
    aws.iam.add_user_to_group(GroupName=group, UserName=user)
    aws.iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=policy("sns:ListTopics"))
    aws.iam.put_group_policy(
        GroupName=group, PolicyName="g", PolicyDocument=policy("codedeploy:ListApplications")
    )
    session = as_who(cloud, aws.iam.create_access_key(UserName=user)["AccessKey"])
    session("sns").list_topics()
    session("codedeploy").list_applications()
    with pytest.raises(ClientError, match="not authorized"):
        session("codedeploy").delete_application(applicationName="any")


def test_who_may_not_list_a_bucket_is_not_told_that_nothing_is_there(aws, cloud):
    user, bucket = unique("user"), unique("bucket-")
    aws.iam.create_user(UserName=user)
    aws.s3.create_bucket(Bucket=bucket)
    aws.iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=policy("s3:GetObject"))
    s3 = as_who(cloud, aws.iam.create_access_key(UserName=user)["AccessKey"])("s3")
    with pytest.raises(ClientError, match=r"403|AccessDenied"):
        s3.get_object(Bucket=bucket, Key="nothing")
    both = policy("s3:GetObject", "s3:ListBucket")
    aws.iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=both)
    with pytest.raises(ClientError, match="NoSuchKey"):
        s3.get_object(Bucket=bucket, Key="nothing")


@pytest.mark.parametrize("qualifier", ["live", "1"])
def test_a_functions_tags_count_for_its_versions_and_aliases_too(aws, cloud, qualifier):
    name = function(aws, Tags={"pilotage:application": "x"})
    version = aws.lambda_.publish_version(FunctionName=name)["Version"]
    aws.lambda_.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    user = unique("user")
    aws.iam.create_user(UserName=user)
    tagged = {
        "Effect": "Allow",
        "Action": "lambda:GetFunction",
        "Resource": "*",
        "Condition": TAGGED,
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [tagged]})
    aws.iam.put_user_policy(UserName=user, PolicyName="p", PolicyDocument=document)
    client = as_who(cloud, aws.iam.create_access_key(UserName=user)["AccessKey"])("lambda")
    assert client.get_function(FunctionName=name, Qualifier=qualifier)["Configuration"]
    other = function(aws)
    with pytest.raises(ClientError, match="not authorized"):
        client.get_function(FunctionName=other)


def test_pilotage_may_not_touch_a_function_without_the_tag(aws, cloud, pilotage):
    """Its own role, asked directly: publishing is allowed on tagged functions alone."""
    plain, tagged = function(aws), function(aws, Tags={"pilotage:application": "x"})
    role = part_of_pilotage(aws, "PublishRevisionFunctionRole")
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
    from tests.story.team import make_team

    team = make_team(aws, cloud, pilotage)
    role = part_of_pilotage(aws, "PublishRevisionFunctionRole")
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
    assert team.release().kind == "live"
