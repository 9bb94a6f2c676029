"""What may be done to a stack in the state it is in, and what a failing deletion leaves."""

import pytest
from botocore.exceptions import ClientError

from localcloud.faults.plan import Fault
from tests.builders import unique
from tests.localcloud.stack_calls import (
    IAM,
    ROLE,
    Stack,
    bad,
    body,
    exists,
    function,
    queue,
    topic,
)


def bucket(name):
    return {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}}


def test_a_stack_whose_creation_was_rolled_back_can_only_be_deleted(aws):
    stack = Stack(aws)
    assert stack.create({"Bad": bad()})["StackStatus"] == "ROLLBACK_COMPLETE"
    refused = r"Stack:arn:.+ is in ROLLBACK_COMPLETE state and can not be updated\."
    with pytest.raises(ClientError, match=refused):
        stack.update({"Queue": queue()})
    with pytest.raises(ClientError, match=refused):
        aws.cloudformation.create_change_set(
            StackName=stack.name, ChangeSetName="x", TemplateBody=body({"Queue": queue()})
        )
    assert stack.delete() is None
    assert stack.create({"Queue": queue()})["StackStatus"] == "CREATE_COMPLETE"


def test_a_protected_stack_is_not_deleted(aws):
    stack = Stack(aws)
    stack.create({"Queue": queue()}, EnableTerminationProtection=True)
    with pytest.raises(ClientError, match="cannot be deleted while TerminationProtection is ena"):
        stack.delete()
    assert stack.settled()["EnableTerminationProtection"]
    aws.cloudformation.update_termination_protection(
        StackName=stack.name, EnableTerminationProtection=False
    )
    assert stack.delete() is None


def test_what_could_not_be_deleted_is_tried_again(aws):
    stack, name = Stack(aws), unique("full")
    stack.create({"Bucket": bucket(name), "Queue": queue()})
    aws.s3.put_object(Bucket=name, Key="in-the-way", Body=b"")
    url = stack.ids()["Queue"]
    ended = stack.delete()
    assert ended["StackStatus"] == "DELETE_FAILED"
    assert "failed to delete: [Bucket]." in ended["StackStatusReason"]
    assert not exists(aws, url), "the rest is deleted"
    assert stack.ids() == {"Bucket": name}
    assert stack.delete()["StackStatus"] == "DELETE_FAILED"
    aws.s3.delete_object(Bucket=name, Key="in-the-way")
    assert stack.delete() is None
    assert name not in [b["Name"] for b in aws.s3.list_buckets()["Buckets"]]


def test_what_cannot_be_deleted_may_be_left(aws):
    stack, name = Stack(aws), unique("full")
    stack.create({"Bucket": bucket(name), "Queue": queue()})
    with pytest.raises(ClientError, match="only when the stack is in the DELETE_FAILED state"):
        stack.delete(RetainResources=["Bucket"])
    aws.s3.put_object(Bucket=name, Key="in-the-way", Body=b"")
    stack.delete()
    with pytest.raises(ClientError, match="must be in a valid state"):
        stack.delete(RetainResources=["Queue"])
    assert stack.delete(RetainResources=["Bucket"]) is None
    assert name in [b["Name"] for b in aws.s3.list_buckets()["Buckets"]]


def test_what_something_left_rests_on_is_left_too(aws):
    stack, name = Stack(aws), unique("full")
    stack.create({"Queue": queue(), "Bucket": {**bucket(name), "DependsOn": "Queue"}})
    aws.s3.put_object(Bucket=name, Key="in-the-way", Body=b"")
    assert stack.delete()["StackStatus"] == "DELETE_FAILED"
    assert exists(aws, stack.ids()["Queue"])


def test_a_clean_up_that_fails_leaves_the_update_as_it_is(aws):
    stack, name = Stack(aws), unique("full")
    stack.create({"Bucket": bucket(name), "Topic": topic(DisplayName="one")})
    aws.s3.put_object(Bucket=name, Key="in-the-way", Body=b"")
    ended = stack.update({"Topic": topic(DisplayName="two")})
    assert ended["StackStatus"] == "UPDATE_COMPLETE"
    assert "could not be deleted" in ended["StackStatusReason"]
    assert set(stack.ids()) == {"Topic"}
    found = aws.sns.get_topic_attributes(TopicArn=stack.ids()["Topic"])["Attributes"]
    assert found["DisplayName"] == "two"
    assert [status for status, _ in stack.told("Bucket")][-1] == "DELETE_FAILED"


def test_a_rollback_that_failed_can_be_continued(aws, cloud):
    stack = Stack(aws)
    stack.create({"Topic": topic(DisplayName="one")})
    worse = {"Topic": topic(DisplayName="two"), "Bad": bad("Topic")}
    cloud.faults.set([Fault("denied", "sns", "SetTopicAttributes", "owner", call=2, times=1)])
    try:
        assert stack.update(worse)["StackStatus"] == "UPDATE_ROLLBACK_FAILED"
    finally:
        cloud.faults.clear()
    with pytest.raises(ClientError, match="is in UPDATE_ROLLBACK_FAILED state and can not be upd"):
        stack.update(worse)
    aws.cloudformation.continue_update_rollback(StackName=stack.name)
    assert stack.settled()["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    found = aws.sns.get_topic_attributes(TopicArn=stack.ids()["Topic"])["Attributes"]
    assert found["DisplayName"] == "one"


def test_a_resource_keeps_its_type(aws):
    stack = Stack(aws)
    stack.create({"Thing": queue()})
    with pytest.raises(ClientError, match=r"modifies resource type of .+ resources: \[Thing\]"):
        stack.update({"Thing": topic()})


@pytest.mark.parametrize("given", [{"DisableRollback": True}, {"OnFailure": "DO_NOTHING"}])
def test_a_failure_that_shall_not_be_rolled_back_is_refused(aws, given):
    with pytest.raises(ClientError, match="always rolls a failed stack back"):
        Stack(aws).create({"Queue": queue()}, **given)


def test_what_someone_removed_already_holds_up_no_deletion(aws):
    stack = Stack(aws)
    key = {"AttributeName": "id", "AttributeType": "S"}
    table = {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [key],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    }
    stack.create(
        {
            "Bucket": bucket(unique("gone")),
            "Table": {"Type": "AWS::DynamoDB::Table", "Properties": table},
            "Queue": queue(),
            "Topic": topic(),
            "Role": ROLE,
            "Function": function(),
            "Rule": {
                "Type": "AWS::Events::Rule",
                "Properties": {"ScheduleExpression": "rate(1 hour)"},
            },
        },
        Capabilities=IAM,
    )
    ids = stack.ids()
    aws.s3.delete_bucket(Bucket=ids["Bucket"])
    aws.dynamodb.delete_table(TableName=ids["Table"])
    aws.sqs.delete_queue(QueueUrl=ids["Queue"])
    aws.sns.delete_topic(TopicArn=ids["Topic"])
    aws.lambda_.delete_function(FunctionName=ids["Function"])
    aws.iam.delete_role(RoleName=ids["Role"])
    aws.events.delete_rule(Name=ids["Rule"])
    assert stack.delete() is None
