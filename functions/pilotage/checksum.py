"""An upload's SHA-256: whether the target demands it, and whether Lambda has the same bytes.

Lambda's CodeSha256 of a zip is the base64 SHA-256 of the zip itself.
https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html
"""

import base64
import binascii
import shlex

from pilotage.artifact import Artifact
from pilotage.fault import Fault
from pilotage.target import CHECKSUM_TAG, Target

# From here on `aws s3 cp` uploads in parts, and S3 then keeps a checksum of the parts' checksums: it
# knows no SHA-256 of such an object as a whole.
# https://docs.aws.amazon.com/cli/latest/topic/s3-config.html#multipart-threshold
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
COPIED_WHOLE = 8 * 1024 * 1024


def missing_faults(
    target: Target, artifact: Artifact, sha256: str, *, in_parts: bool
) -> list[Fault]:
    """`sha256`: what the upload gave, "" for none; `in_parts` when it gave one of its parts."""
    if sha256 or not target.checksum_required:
        return []
    reason = f"has no SHA-256, which the tag {CHECKSUM_TAG} of {target.name} requires."
    if in_parts:
        reason = (
            f"has a SHA-256 of its parts alone, which cannot be compared with Lambda's; the tag "
            f"{CHECKSUM_TAG} of {target.name} requires one of the whole."
        )
    whole = artifact.size < COPIED_WHOLE and not in_parts
    command = _copy(artifact) if whole else _put(artifact)
    return [Fault(artifact.file_name, reason, f"Upload it with: {command}")]


def difference(sha256: str, code_sha256: str) -> str:
    """Why Lambda's code is not the upload; "" when it is, or when the upload gave no SHA-256.
    `sha256` is hex, `code_sha256` base64."""
    try:
        lambdas = base64.b64decode(code_sha256).hex()
    except binascii.Error:
        lambdas = code_sha256
    if not sha256 or sha256 == lambdas:
        return ""
    return (
        f"Lambda holds other code than was uploaded: its SHA-256 is {lambdas[:12]}…, that of the "
        f"upload is {sha256[:12]}…. No version was published."
    )


def _copy(artifact: Artifact) -> str:
    where = shlex.quote(f"s3://{artifact.bucket}/{artifact.key}")
    return f"aws s3 cp {shlex.quote(artifact.file_name)} {where} --checksum-algorithm SHA256"


def _put(artifact: Artifact) -> str:
    name = shlex.quote(artifact.file_name)
    key = shlex.quote(artifact.key)
    return (
        f"aws s3api put-object --bucket {artifact.bucket} --key {key} --body {name} "
        f"--checksum-algorithm SHA256"
    )
