"""What a template may do has to be acknowledged."""

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.stack_calls import Stack, body, queue

ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
}
NAMED = {**ROLE, "Properties": {**ROLE["Properties"], "RoleName": "by-name"}}
SAM = {"Transform": "AWS::Serverless-2016-10-31"}
FUNCTION = {
    "Type": "AWS::Serverless::Function",
    "Properties": {"InlineCode": "x = 1", "Handler": "index.x", "Runtime": "python3.11"},
}


@pytest.mark.parametrize(
    ("resources", "rest", "given", "required"),
    [
        ({"Role": ROLE}, {}, [], "CAPABILITY_IAM"),
        ({"Role": NAMED}, {}, ["CAPABILITY_IAM"], "CAPABILITY_NAMED_IAM"),
        ({"F": FUNCTION}, SAM, ["CAPABILITY_IAM"], "CAPABILITY_AUTO_EXPAND"),
        ({"F": FUNCTION}, SAM, ["CAPABILITY_AUTO_EXPAND"], "CAPABILITY_IAM"),
    ],
)
def test_a_stack_is_refused_without(aws, resources, rest, given, required):
    stack = Stack(aws)
    with pytest.raises(ClientError, match=rf"Requires capabilities : \[{required}\]") as refused:
        stack.create(resources, rest=rest, Capabilities=given)
    assert refused.value.response["Error"]["Code"] == "InsufficientCapabilitiesException"
    assert stack.settled() is None, "nothing is left of it"


def test_an_update_is_refused_without(aws):
    stack = Stack(aws)
    stack.create({"Queue": queue()})
    with pytest.raises(ClientError, match=r"Requires capabilities : \[CAPABILITY_IAM\]"):
        stack.update({"Queue": queue(), "Role": ROLE})


def test_a_change_set_of_a_transformed_template_says_it_by_itself(aws):
    """The transform is not waited for, and what it made need not be acknowledged apart."""
    stack = Stack(aws)

    def change_set(*given):
        made = aws.cloudformation.create_change_set(
            StackName=stack.name,
            ChangeSetName="one",
            ChangeSetType="CREATE",
            TemplateBody=body({"F": FUNCTION}, SAM),
            Capabilities=list(given),
        )
        return aws.cloudformation.describe_change_set(ChangeSetName=made["Id"])

    refused = change_set()
    assert (refused["Status"], refused["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert refused["StatusReason"] == "Requires capabilities : [CAPABILITY_IAM]"
    made = change_set("CAPABILITY_IAM")
    assert made["Status"] == "CREATE_COMPLETE"
    assert made["StackId"] == refused["StackId"], "the stack that is only reviewed is the same"
    aws.cloudformation.execute_change_set(ChangeSetName=made["ChangeSetId"])
    assert stack.settled()["StackStatus"] == "CREATE_COMPLETE"
    with pytest.raises(ClientError, match="cannot be executed in its current status"):
        aws.cloudformation.execute_change_set(ChangeSetName=made["ChangeSetId"])


def test_an_unknown_transform_is_refused(aws):
    with pytest.raises(ClientError, match="No transform named Mine found"):
        Stack(aws).create(
            {"Queue": queue()}, rest={"Transform": "Mine"}, Capabilities=["CAPABILITY_AUTO_EXPAND"]
        )
