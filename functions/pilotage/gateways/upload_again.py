"""S3: an artifact's object version, uploaded once more by its own key."""

from collections.abc import Mapping
from typing import Any

from pilotage.artifact import Artifact
from pilotage.gateways.artifact_store import head
from pilotage.gateways.aws import client, code_of

# The instruction that asked for it: whoever reads it looks there, for anyone can write metadata.
ASKED = "again-asked"
# S3 takes 2 KB of names and values, in ASCII.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
MOST_BYTES = 2000
_DISPENSABLE = ("notes", "url", "run")


def upload_again(artifact: Artifact, instruction_id: str) -> str:
    """The id of the new object version; the one that this instruction made when it comes twice.
    What the upload said of itself is kept, but for its urgency: that is for the person to say
    anew. Raises ObjectGone.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
    """
    kept = head(artifact)
    newest = _newest(artifact)
    if newest.get("Metadata", {}).get(ASKED) == instruction_id:
        return str(newest["VersionId"])
    source = {"Bucket": artifact.bucket, "Key": artifact.key, "VersionId": artifact.version_id}
    made = client("s3").copy_object(
        Bucket=artifact.bucket,
        Key=artifact.key,
        CopySource=source,
        # S3 refuses to copy an object onto itself unless something of it changes.
        MetadataDirective="REPLACE",
        TaggingDirective="REPLACE",
        Metadata=_metadata(kept.metadata, instruction_id),
    )
    return str(made["VersionId"])


def _newest(artifact: Artifact) -> Mapping[str, Any]:
    """What its key has now; nothing when that was deleted."""
    try:
        found: Mapping[str, Any] = client("s3").head_object(
            Bucket=artifact.bucket, Key=artifact.key
        )
    except Exception as error:
        if code_of(error) in ("404", "NoSuchKey"):
            return {}
        raise
    return found


def _metadata(kept: Mapping[str, str], instruction_id: str) -> dict[str, str]:
    said = {name: _header(text) for name, text in kept.items() if name not in ("urgent", ASKED)}
    said[ASKED] = instruction_id
    for name in _DISPENSABLE:
        if sum(len(n) + len(text) for n, text in said.items()) > MOST_BYTES:
            said.pop(name, None)
    return said


def _header(text: str) -> str:
    return text.encode("ascii", "replace").decode()
