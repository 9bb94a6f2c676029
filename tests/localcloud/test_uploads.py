"""Which uploads sweep looks at, by a real S3 listing."""

from datetime import UTC, datetime, timedelta

import pytest

from pilotage.gateways import artifact_store
from tests.builders import unique

KEYS = (
    "A/prod/a.zip",
    "B/prod/b.zip",
    "_pilotage/1",
    "_pilotage/2",
    "_pilotage/3",
    "a/prod/c.zip",
    "z/prod/d.zip",
)


@pytest.fixture
def bucket(aws):
    name = unique("bucket-")
    aws.s3.create_bucket(Bucket=name)
    aws.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    for key in (*KEYS, "a/prod/c.zip"):
        aws.s3.put_object(Bucket=name, Key=key, Body=b"x")
    return name


@pytest.mark.parametrize("page", [1, 2, 3, 1000])
def test_every_upload_is_found_and_nothing_of_pilotages_own(cloud, bucket, page):
    long_ago = datetime.now(UTC) - timedelta(days=1)
    found = [artifact.key for artifact in artifact_store.uploads_since(bucket, long_ago, page)]
    uploads = [key for key in KEYS if not key.startswith("_")]
    assert sorted(found) == sorted([*uploads, "a/prod/c.zip"])


def test_reserved_keys_are_hardly_listed(cloud, bucket):
    long_ago = datetime.now(UTC) - timedelta(days=1)
    cloud.front.journal.clear()
    list(artifact_store.uploads_since(bucket, long_ago, 3))
    asked = [e for e in cloud.front.journal.entries if e.service == "s3"]
    assert len(asked) == 2, "not three: two of the reserved keys are passed over"
