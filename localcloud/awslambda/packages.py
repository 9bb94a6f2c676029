"""Where a function's code comes from: in the request itself, or an object in S3."""

import base64
from pathlib import Path
from typing import Any

from localcloud import clients
from localcloud.awslambda.model import Code
from localcloud.wire import AwsError, Params


def package(source: Params, store: Path) -> Code:
    if source.get("ImageUri"):
        raise _refused("The local cloud does not run container images.")
    if source.get("ZipFile"):
        return Code.from_zip(_bytes(source["ZipFile"]), store)
    if source.get("S3Bucket") and source.get("S3Key"):
        return Code.from_zip(_object(source), store)
    raise _refused("Please provide a source for function code.")


def _object(source: Params) -> bytes:
    """The package in S3: the named object version when one is named, else the newest."""
    where = {"Bucket": source["S3Bucket"], "Key": source["S3Key"]}
    if source.get("S3ObjectVersion"):
        where["VersionId"] = source["S3ObjectVersion"]
    try:
        body: bytes = clients.client("s3").get_object(**where)["Body"].read()
    except Exception as error:
        message = f"Error occurred while GetObject. S3 Error Message: {error}"
        raise _refused(message) from error
    return body


def _bytes(blob: Any) -> bytes:
    return blob if isinstance(blob, bytes) else base64.b64decode(blob)


def _refused(message: str) -> AwsError:
    return AwsError("InvalidParameterValueException", message, Type="User")
