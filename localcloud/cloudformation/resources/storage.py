"""S3 buckets and DynamoDB tables."""

import json
from typing import Any

from localcloud.account import arn
from localcloud.cloudformation.resource_type import (
    Asked,
    Made,
    Properties,
    ResourceFailed,
    ResourceType,
    call,
    completing,
    define,
    only,
    tags_of,
)


def _create_bucket(asked: Asked) -> Made:
    name = asked.name("BucketName", 63).lower()
    call("s3", "CreateBucket", Bucket=name)
    with completing(_bucket(name)) as made:
        _configure_bucket(name, asked.properties)
    return made


def _update_bucket(made: Made, asked: Asked) -> Made:
    _configure_bucket(made.physical_id, asked.properties)
    return made


def _bucket(name: str) -> Made:
    return Made(
        name,
        {
            "Arn": f"arn:aws:s3:::{name}",
            "DomainName": f"{name}.s3.amazonaws.com",
            "RegionalDomainName": f"{name}.s3.us-east-1.amazonaws.com",
        },
    )


def _configure_bucket(name: str, properties: Properties) -> None:
    if versioning := properties.get("VersioningConfiguration"):
        call("s3", "PutBucketVersioning", Bucket=name, VersioningConfiguration=versioning)
    if "EventBridgeConfiguration" in (properties.get("NotificationConfiguration") or {}):
        configuration: dict[str, Any] = {"EventBridgeConfiguration": {}}
        call(
            "s3",
            "PutBucketNotificationConfiguration",
            Bucket=name,
            NotificationConfiguration=configuration,
        )
    if block := properties.get("PublicAccessBlockConfiguration"):
        call("s3", "PutPublicAccessBlock", Bucket=name, PublicAccessBlockConfiguration=block)
    if encryption := properties.get("BucketEncryption"):
        rules = [
            {
                "ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"],
                **only(rule, "BucketKeyEnabled"),
            }
            for rule in encryption["ServerSideEncryptionConfiguration"]
        ]
        configuration = {"Rules": rules}
        call(
            "s3",
            "PutBucketEncryption",
            Bucket=name,
            ServerSideEncryptionConfiguration=configuration,
        )
    if lifecycle := properties.get("LifecycleConfiguration"):
        _put_lifecycle(name, lifecycle)
    if tags := tags_of(properties):
        call("s3", "PutBucketTagging", Bucket=name, Tagging={"TagSet": tags})


def _put_lifecycle(name: str, lifecycle: Properties) -> None:
    rules = []
    for given in lifecycle["Rules"]:
        rule = {
            "ID": given.get("Id", "rule"),
            "Status": given["Status"],
            "Filter": {"Prefix": given.get("Prefix", "")},
        }
        if expiration := given.get("NoncurrentVersionExpiration"):
            rule["NoncurrentVersionExpiration"] = only(expiration, "NoncurrentDays")
        if abort := given.get("AbortIncompleteMultipartUpload"):
            rule["AbortIncompleteMultipartUpload"] = abort
        if days := given.get("ExpirationInDays"):
            rule["Expiration"] = {"Days": int(days)}
        if given.get("ExpiredObjectDeleteMarker"):
            rule["Expiration"] = {"ExpiredObjectDeleteMarker": True}
        rules.append(rule)
    configuration = {"Rules": rules}
    call("s3", "PutBucketLifecycleConfiguration", Bucket=name, LifecycleConfiguration=configuration)


def _delete_bucket(made: Made) -> None:
    try:
        call("s3", "DeleteBucket", Bucket=made.physical_id)
    except ResourceFailed as error:
        if "does not exist" not in str(error):
            raise


define(
    ResourceType("AWS::S3::Bucket", _create_bucket, _delete_bucket, _update_bucket, ("BucketName",))
)


def _put_bucket_policy(asked: Asked) -> Made:
    bucket = asked.properties["Bucket"]
    policy = json.dumps(asked.properties["PolicyDocument"])
    call("s3", "PutBucketPolicy", Bucket=bucket, Policy=policy)
    return Made(bucket)


define(
    ResourceType(
        "AWS::S3::BucketPolicy",
        _put_bucket_policy,
        lambda made: call("s3", "DeleteBucketPolicy", Bucket=made.physical_id),
        lambda _, asked: _put_bucket_policy(asked),
        ("Bucket",),
    )
)


_TABLE = [
    "AttributeDefinitions",
    "KeySchema",
    "BillingMode",
    "ProvisionedThroughput",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
    "StreamSpecification",
]


_UPDATABLE = ("AttributeDefinitions", "BillingMode", "ProvisionedThroughput", "StreamSpecification")


def _create_table(asked: Asked) -> Made:
    properties = asked.properties
    name = asked.name("TableName")
    call(
        "dynamodb",
        "CreateTable",
        TableName=name,
        Tags=tags_of(properties) or None,
        **only(properties, *_TABLE),
    )
    with completing(Made(name, {"Arn": arn("dynamodb", f"table/{name}")})) as made:
        _configure_table(name, properties)
    return made


def _configure_table(name: str, properties: Properties) -> None:
    if ttl := properties.get("TimeToLiveSpecification"):
        current = call("dynamodb", "DescribeTimeToLive", TableName=name)["TimeToLiveDescription"]
        if current.get("TimeToLiveStatus") != "ENABLED":
            call("dynamodb", "UpdateTimeToLive", TableName=name, TimeToLiveSpecification=ttl)
    if recovery := properties.get("PointInTimeRecoverySpecification"):
        call(
            "dynamodb",
            "UpdateContinuousBackups",
            TableName=name,
            PointInTimeRecoverySpecification=recovery,
        )


def _refuse_other_indexes(name: str, asked: Asked) -> None:
    """Raises ResourceFailed unless the table has just these: a roll back finds them as they were."""

    def shapes(indexes: list[dict[str, Any]]) -> list[Any]:
        members = ("IndexName", "KeySchema", "Projection")
        return sorted(([i.get(m) for m in members] for i in indexes), key=str)

    table = call("dynamodb", "DescribeTable", TableName=name)["Table"]
    wanted = asked.properties.get("GlobalSecondaryIndexes") or []
    if shapes(table.get("GlobalSecondaryIndexes") or []) != shapes(wanted):
        raise ResourceFailed("The local cloud does not change a table's global indexes yet.")


def _update_table(made: Made, asked: Asked) -> Made:
    changed = asked.changed()
    if "GlobalSecondaryIndexes" in changed:
        _refuse_other_indexes(made.physical_id, asked)
    if changed & {*_UPDATABLE}:
        given = only(asked.properties, *_UPDATABLE)
        if "StreamSpecification" in asked.before:
            given.setdefault("StreamSpecification", {"StreamEnabled": False})
        call("dynamodb", "UpdateTable", TableName=made.physical_id, **given)
    _configure_table(made.physical_id, asked.properties)
    return made


define(
    ResourceType(
        "AWS::DynamoDB::Table",
        _create_table,
        lambda made: call("dynamodb", "DeleteTable", TableName=made.physical_id),
        _update_table,
        ("TableName", "KeySchema", "LocalSecondaryIndexes"),
        "TableName",
    )
)
