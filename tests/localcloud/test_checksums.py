"""S3 keeps the checksums that uploads give."""

import base64
import hashlib

import boto3
import pytest
from botocore.config import Config

from tests.builders import unique

GIVEN = base64.b64encode(hashlib.sha256(b"body").digest()).decode()


@pytest.fixture
def bucket(aws):
    name = unique("checksums")
    aws.s3.create_bucket(Bucket=name)
    return name


def kept(aws, bucket):
    found = aws.s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    return found.get("ChecksumSHA256")


def test_a_checksum_that_is_given_is_kept(aws, bucket):
    aws.s3.put_object(Bucket=bucket, Key="k", Body=b"body", ChecksumSHA256=GIVEN)
    assert kept(aws, bucket) == GIVEN


def test_a_wrong_checksum_is_refused(aws, bucket):
    # A client tries a refused checksum again, with pauses.
    once = boto3.client("s3", config=Config(retries={"total_max_attempts": 1}))
    with pytest.raises(once.exceptions.ClientError, match="BadDigest"):
        once.put_object(Bucket=bucket, Key="k", Body=b"bodi", ChecksumSHA256=GIVEN)


def test_a_checksum_of_parts_says_of_how_many(aws, bucket):
    upload = aws.s3.create_multipart_upload(Bucket=bucket, Key="k", ChecksumAlgorithm="SHA256")
    part = {"Bucket": bucket, "Key": "k", "UploadId": upload["UploadId"]}
    made = aws.s3.upload_part(**part, PartNumber=1, Body=b"body", ChecksumAlgorithm="SHA256")
    parts = [{"PartNumber": 1, "ETag": made["ETag"]}]
    aws.s3.complete_multipart_upload(**part, MultipartUpload={"Parts": parts})
    assert kept(aws, bucket).endswith("=-1")
