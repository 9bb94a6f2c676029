"""The AppSpec's text: in the revision itself, or in S3 as a bare file or at the root of an archive.

https://docs.aws.amazon.com/codedeploy/latest/userguide/application-revisions-appspec-file.html
"""

import io
import tarfile
import zipfile
from typing import Any

from botocore.exceptions import ClientError

from localcloud import clients
from localcloud.codedeploy import choices
from localcloud.codedeploy.appspec import InvalidAppSpec
from localcloud.codedeploy.causes import Aborted, missing, not_permitted
from localcloud.codedeploy.model import TEXT_MEMBERS

_NAMES = ("appspec.yaml", "appspec.yml", "appspec.json")


def text_of(revision: dict[str, Any], role: str) -> str:
    """Read with the service role. Raises Aborted, or InvalidAppSpec for what is no AppSpec."""
    for member in TEXT_MEMBERS:
        if revision.get(member):
            return str(revision[member]["content"])
    place = revision["s3Location"]
    body = _object(place, role)
    try:
        if place["bundleType"] == "zip":
            body = _in_zip(body)
        elif place["bundleType"] in ("tar", "tgz"):
            body = _in_tar(body)
        return body.decode()
    except (zipfile.BadZipFile, tarfile.TarError, UnicodeDecodeError, OSError) as error:
        raise InvalidAppSpec(f"The {place['bundleType']} file cannot be read.") from error


def _object(place: dict[str, Any], role: str) -> bytes:
    where = f"{place['bucket']}/{place['key']}"
    wanted = {"Bucket": place["bucket"], "Key": place["key"]}
    if place.get("version"):
        wanted["VersionId"] = place["version"]
    try:
        found = clients.client("s3", role).get_object(**wanted)
    except ClientError as error:
        if "AccessDenied" in error.response["Error"]["Code"]:
            raise Aborted(not_permitted(role, "AmazonS3", str(error))) from error
        message = f"The revision {where} could not be read: {error.response['Error']['Message']}"
        raise Aborted(missing(choices.REVISION_MISSING_CODE, message)) from error
    if place.get("eTag") and place["eTag"].strip('"') != found["ETag"].strip('"'):
        message = f"The revision {where} has another ETag than the deployment was made with."
        raise Aborted(missing(choices.REVISION_CHANGED_CODE, message))
    return bytes(found["Body"].read())


def _in_zip(body: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return archive.read(_named(archive.namelist()))


def _in_tar(body: bytes) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        file = archive.extractfile(_named(archive.getnames()))
        return file.read() if file else b""


def _named(names: list[str]) -> str:
    found = [name for name in names if name.removeprefix("./").lower() in _NAMES]
    if len(found) != 1:
        raise InvalidAppSpec("The archive must hold one AppSpec at its root.")
    return found[0]
