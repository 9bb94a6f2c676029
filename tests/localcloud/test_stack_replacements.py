"""What an update replaces is there until everything else has been made, and comes back."""

from tests.builders import unique
from tests.localcloud.stack_calls import Stack, bad, exists, queue


def table(key):
    return {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    }


def test_what_a_failed_update_replaced_is_there_again_with_what_it_held(aws):
    stack = Stack(aws)
    stack.create({"Table": table("one")})
    name = stack.ids()["Table"]
    aws.dynamodb.put_item(TableName=name, Item={"one": {"S": "precious"}})
    ended = stack.update({"Table": table("two"), "Bad": bad("Table")})
    assert ended["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert stack.ids() == {"Table": name}
    assert aws.dynamodb.scan(TableName=name)["Items"] == [{"one": {"S": "precious"}}]
    mine = [t for t in aws.dynamodb.list_tables()["TableNames"] if t.startswith(f"{stack.name}-")]
    assert mine == [name]


def test_what_a_good_update_replaced_goes_only_after_everything_else_was_made(aws):
    stack, old, new = Stack(aws), unique("queue"), unique("queue")
    stack.create({"Queue": queue(QueueName=old)})
    url = stack.ids()["Queue"]
    stack.update({"Queue": queue(QueueName=new), "Late": {**queue(), "DependsOn": "Queue"}})
    assert not exists(aws, url)
    assert stack.ids()["Queue"].endswith(new)
    statuses = [status for status, _ in stack.told(stack.name)]
    assert statuses[-2:] == ["UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE"]
    assert [status for status, _ in stack.told("Queue")][-4:] == [
        "UPDATE_IN_PROGRESS",
        "UPDATE_COMPLETE",
        "DELETE_IN_PROGRESS",
        "DELETE_COMPLETE",
    ]


def test_a_named_resource_is_not_replaced_under_its_name(aws):
    stack, name = Stack(aws), unique("role")
    policy = {"Version": "2012-10-17", "Statement": []}

    def role(path):
        given = {"RoleName": name, "Path": path, "AssumeRolePolicyDocument": policy}
        return {"Type": "AWS::IAM::Role", "Properties": given}

    stack.create({"Role": role("/a/")}, Capabilities=["CAPABILITY_NAMED_IAM"])
    ended = stack.update({"Role": role("/b/")}, Capabilities=["CAPABILITY_NAMED_IAM"])
    assert ended["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert (
        "UPDATE_FAILED",
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
        f"Rename {name} and update the stack again.",
    ) in stack.told("Role")
    assert aws.iam.get_role(RoleName=name)["Role"]["Path"] == "/a/"
    assert stack.ids() == {"Role": name}


def test_a_subscription_replaced_in_place_is_neither_lost_nor_doubled(aws):
    """Subscribing twice gives the same subscription, so its replacement has the same id."""
    stack = Stack(aws)
    topic, listener = aws.sns.create_topic(Name=unique("topic"))["TopicArn"], unique("heard")

    def subscribed(raw):
        arn = f"arn:aws:sqs:us-east-1:123456789012:{listener}"
        given = {"TopicArn": topic, "Protocol": "sqs", "Endpoint": arn, "RawMessageDelivery": raw}
        return {"Type": "AWS::SNS::Subscription", "Properties": given}

    def raw():
        (found,) = aws.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        attributes = aws.sns.get_subscription_attributes(SubscriptionArn=found["SubscriptionArn"])
        return attributes["Attributes"]["RawMessageDelivery"]

    stack.create({"Ear": subscribed(raw=True)})
    assert raw() == "true"
    stack.update({"Ear": subscribed(raw=False)})
    assert raw() == "false"
    stack.update({"Ear": subscribed(raw=True), "Bad": bad("Ear")})
    assert raw() == "false"
