"""DynamoDB, where many ask at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from tests.builders import unique

WRITERS = 4
KEYS = 200


@pytest.fixture
def table(aws):
    name = unique("table")
    aws.dynamodb.create_table(
        TableName=name,
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-sk",
                "KeySchema": [{"AttributeName": "sk", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return name


def test_of_those_who_claim_a_key_at_once_one_gets_it(aws, table, restless_threads):
    def claim(number):
        try:
            aws.dynamodb.put_item(
                TableName=table,
                Item={"pk": {"S": str(number)}, "sk": {"S": "claim"}},
                ConditionExpression="attribute_not_exists(pk)",
            )
        except ClientError as error:
            assert error.response["Error"]["Code"] == "ConditionalCheckFailedException"
            return 0
        return 1

    with ThreadPoolExecutor(WRITERS) as pool:
        got = list(pool.map(claim, [n for n in range(KEYS) for _ in range(WRITERS)]))
    assert sum(got) == KEYS


def test_an_index_is_read_while_others_write(aws, table, restless_threads):
    def write(number):
        aws.dynamodb.put_item(
            TableName=table, Item={"pk": {"S": str(number)}, "sk": {"S": "written"}}
        )

    def read(_):
        return aws.dynamodb.query(
            TableName=table,
            IndexName="by-sk",
            KeyConditionExpression="sk = :sk",
            ExpressionAttributeValues={":sk": {"S": "written"}},
        )["ResponseMetadata"]["RetryAttempts"]

    with ThreadPoolExecutor(WRITERS) as pool:
        written = pool.map(write, range(KEYS))
        again = list(pool.map(read, range(KEYS)))
        list(written)
    assert not any(again), "an answer of 500 made botocore ask again"
