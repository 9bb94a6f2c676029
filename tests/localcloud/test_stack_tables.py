"""A table changes as its template does, or the stack says that it cannot."""

from tests.localcloud.stack_calls import Stack

KEY = {"AttributeName": "one", "KeyType": "HASH"}


def table(**given):
    attributes = [{"AttributeName": "one", "AttributeType": "S"}]
    fixed = {"AttributeDefinitions": attributes, "KeySchema": [KEY]}
    mode = {"BillingMode": "PAY_PER_REQUEST"}
    return {"Type": "AWS::DynamoDB::Table", "Properties": {**fixed, **mode, **given}}


def described(aws, stack):
    found = aws.dynamodb.describe_table(TableName=stack.ids()["T"])["Table"]
    stream = found.get("StreamSpecification") or {}
    return found["BillingModeSummary"]["BillingMode"], stream.get("StreamEnabled", False)


def test_a_table_changes_its_billing_and_its_stream(aws):
    stack = Stack(aws)
    stack.create({"T": table()})
    name = stack.ids()["T"]
    paid = {
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
    }
    stack.update({"T": table(**paid, StreamSpecification={"StreamViewType": "KEYS_ONLY"})})
    assert described(aws, stack) == ("PROVISIONED", True)
    stack.update({"T": table()})
    assert described(aws, stack) == ("PAY_PER_REQUEST", False)
    assert stack.ids()["T"] == name


def test_an_index_that_is_not_made_fails_the_update(aws):
    stack = Stack(aws)
    stack.create({"T": table()})
    index = {"IndexName": "i", "KeySchema": [KEY], "Projection": {"ProjectionType": "ALL"}}
    ended = stack.update({"T": table(GlobalSecondaryIndexes=[index])})
    assert ended["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert "does not change a table's global indexes yet" in ended["StackStatusReason"]
