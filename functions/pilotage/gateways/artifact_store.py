"""S3: the artifact bucket."""

import base64
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from pilotage.artifact import Artifact
from pilotage.gateways.aws import client, code_of, message_of

OUTCOMES = "_pilotage/outcomes"
REFUSALS = ("400", "403", "AccessDenied", "InvalidObjectState", "InvalidRequest")
# Sorts behind every key that begins with an underscore, and before all others that follow.
# A listing tells no sequencers, which are hexadecimal, but which version of a key is its newest.
FIRST, LAST = "0", "F" * 32
BEHIND_RESERVED = chr(ord("_") + 1)


class ObjectGone(Exception):
    """The object version was deleted."""


class ObjectUnreadable(Exception):
    """It is there, and S3 will not give it: archived, or encrypted with a key that is not ours to
    use. The text is S3's."""


class Stored(NamedTuple):
    """What S3 says of an object version. `sha256` is hex, empty when the upload gave none, or when it
    gave one of its parts alone (`in_parts`)."""

    size: int
    metadata: Mapping[str, str]
    sha256: str
    in_parts: bool = False


class ObjectSource:
    """Byte ranges of one object version: an archive.Source."""

    def __init__(self, artifact: Artifact) -> None:
        self.size = artifact.size
        self._where = {
            "Bucket": artifact.bucket,
            "Key": artifact.key,
            "VersionId": artifact.version_id,
        }

    def read(self, start: int, length: int) -> bytes:
        """Raises ObjectUnreadable."""
        if length <= 0:
            return b""
        span = f"bytes={start}-{start + length - 1}"
        try:
            body: bytes = client("s3").get_object(**self._where, Range=span)["Body"].read()
        except Exception as error:
            _raise_unreadable(error)
            raise
        return body


def head(artifact: Artifact) -> Stored:
    """Raises ObjectGone when the object version is no longer there, and ObjectUnreadable.

    ChecksumMode asks for no permission beyond s3:GetObjectVersion, except for kms:Decrypt where a KMS
    key encrypts; the stack's bucket is encrypted by S3's own.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
    """
    try:
        found = client("s3").head_object(
            Bucket=artifact.bucket,
            Key=artifact.key,
            VersionId=artifact.version_id,
            ChecksumMode="ENABLED",
        )
    except Exception as error:
        if code_of(error) in ("404", "NoSuchKey", "NoSuchVersion", "405", "MethodNotAllowed"):
            raise ObjectGone from error
        _raise_unreadable(error)
        raise
    checksum = found.get("ChecksumSHA256", "")
    in_parts = "-" in checksum  # `…-3`: of three parts' checksums, not of the bytes
    sha256 = "" if in_parts else base64.b64decode(checksum).hex()
    return Stored(found["ContentLength"], found.get("Metadata", {}), sha256, in_parts)


def _raise_unreadable(error: Exception) -> None:
    """Raises ObjectUnreadable where S3 refuses for good. A question for the head is answered with a
    number alone: 403 where KMS denies its key, 400 where the uploader's own key is missing.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
    """
    code = code_of(error)
    if code in REFUSALS or code.startswith("KMS."):
        raise ObjectUnreadable(f"S3 says {code}: {message_of(error)}") from error


def write_outcome(artifact: Artifact, outcome: Mapping[str, Any]) -> None:
    """Where a build job waits for it: `_pilotage/outcomes/<release id>.json`."""
    client("s3").put_object(
        Bucket=artifact.bucket,
        Key=f"{OUTCOMES}/{artifact.release_id}.json",
        Body=json.dumps(outcome, indent=2, ensure_ascii=False).encode(),
        ContentType="application/json",
    )


def uploads_since(bucket: str, since: datetime, page: int = 1000) -> Iterator[Artifact]:
    """Every object version that was uploaded since then, oldest first for each key. Pilotage's own
    keys, which begin with an underscore, are not even listed: they grow with every release. `page`: so
    many are asked for at once."""
    found, key = [], None
    for version in _uploads(bucket, page):
        is_newest, key = version["Key"] != key, version["Key"]
        if version["LastModified"] >= since:
            found.append(_artifact(bucket, version, LAST if is_newest else FIRST))
    return reversed(found)


def _artifact(bucket: str, version: Mapping[str, Any], sequencer: str) -> Artifact:
    return Artifact(
        bucket=bucket,
        key=version["Key"],
        version_id=version["VersionId"],
        size=version["Size"],
        uploaded_at=version["LastModified"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        sequencer=sequencer,
    )


def _uploads(bucket: str, size: int) -> Iterator[Mapping[str, Any]]:
    """Every object version but those of reserved keys, by key, newest first for each. S3 lists by the
    bytes of keys, so a listing that has come to an underscore goes on behind all that begin so."""
    marker: dict[str, str] = {}
    while True:
        page = client("s3").list_object_versions(Bucket=bucket, MaxKeys=size, **marker)
        yield from (v for v in page.get("Versions") or [] if not v["Key"].startswith("_"))
        if not page.get("IsTruncated"):
            return
        key = page["NextKeyMarker"]
        marker = {"KeyMarker": key, "VersionIdMarker": page.get("NextVersionIdMarker") or ""}
        if key.startswith("_"):
            marker = {"KeyMarker": BEHIND_RESERVED}
