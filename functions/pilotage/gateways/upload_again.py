"""S3: an artifact's object version, uploaded once more by its own key."""

from collections.abc import Mapping
from typing import Any

from pilotage.artifact import Artifact
from pilotage.gateways.artifact_store import head
from pilotage.gateways.aws import client, code_of

AGAIN, ASKED = "again", "again-asked"


def upload_again(artifact: Artifact, by: str, instruction_id: str) -> str:
    """The id of the new object version; the one that this instruction made when it comes twice.
    What the upload said of itself is kept, but for its urgency: that is for the person to say
    anew. Raises ObjectGone.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
    """
    kept = head(artifact)
    newest = _newest(artifact)
    if newest.get("Metadata", {}).get(ASKED) == instruction_id:
        return str(newest["VersionId"])
    metadata = {name: text for name, text in kept.metadata.items() if name != "urgent"}
    source = {"Bucket": artifact.bucket, "Key": artifact.key, "VersionId": artifact.version_id}
    made = client("s3").copy_object(
        Bucket=artifact.bucket,
        Key=artifact.key,
        CopySource=source,
        # S3 refuses to copy an object onto itself unless something of it changes.
        MetadataDirective="REPLACE",
        TaggingDirective="REPLACE",
        Metadata={**metadata, AGAIN: _header(by), ASKED: instruction_id},
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


def _header(text: str) -> str:
    """Metadata travels in HTTP headers, which take ASCII alone.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
    """
    return text.encode("ascii", "replace").decode()
