"""An upload's SHA-256: demanded where the group says so, and compared before a version is made."""

import base64
import hashlib
from dataclasses import dataclass, field

import pytest

from pilotage.artifact import Artifact
from pilotage.checksum import missing_faults
from pilotage.errors import RevisionRefused
from pilotage.gateways.lambda_functions import Configuration
from pilotage.platforms import lambda_function
from pilotage.target import CHECKSUM_TAG, Group, Target, read_target

ARTIFACT = Artifact("bucket", "shop/prod/my app.zip", "v1", 1000, "2026-11-24T00:00:00Z")
LARGE = Artifact("bucket", "shop/prod/app.zip", "v1", 8 * 1024 * 1024, "2026-11-24T00:00:00Z")
DEMANDING = Target("shop", "prod", "shop-fn", "live", checksum_required=True)
UPLOADED = hashlib.sha256(b"the upload")
OTHER = hashlib.sha256(b"other bytes")


def told(target, artifact, sha256="", in_parts=False):
    return [str(fault) for fault in missing_faults(target, artifact, sha256, in_parts=in_parts)]


def test_an_upload_without_sha256_is_told_the_command_that_gives_one():
    (fault,) = told(DEMANDING, ARTIFACT)
    assert fault == (
        "my app.zip: has no SHA-256, which the tag pilotage:checksum of shop/prod requires. Upload it "
        "with: aws s3 cp 'my app.zip' 's3://bucket/shop/prod/my app.zip' --checksum-algorithm SHA256"
    )


def test_a_large_upload_is_told_the_command_that_does_not_split_it():
    (fault,) = told(DEMANDING, LARGE)
    command = "aws s3api put-object --bucket bucket --key shop/prod/app.zip --body app.zip"
    assert f"{command} --checksum-algorithm SHA256" in fault


def test_a_checksum_of_parts_is_said_to_be_of_no_use():
    (fault,) = told(DEMANDING, ARTIFACT, in_parts=True)
    assert "of its parts alone, which cannot be compared with Lambda's" in fault
    assert "s3api put-object" in fault


def test_nothing_is_demanded_where_the_group_does_not():
    assert told(Target("shop", "prod", "shop-fn", "live"), ARTIFACT) == []
    assert told(DEMANDING, ARTIFACT, sha256=UPLOADED.hexdigest()) == []


def group(**tags):
    return Group("shop", "prod", "Lambda", {"pilotage:function": "shop-fn:live", **tags})


def test_the_groups_tag_demands_it():
    target, faults = read_target(group(**{CHECKSUM_TAG: "required"}))
    assert target.checksum_required
    assert faults == []
    _, (fault,) = read_target(group(**{CHECKSUM_TAG: "require"}))
    assert 'Did you mean "required"?' in str(fault)


@dataclass
class FakeLambda:
    """A Lambda that holds bytes of its own choosing."""

    holds: str
    published: list = field(default_factory=list)

    def configuration(self, function, version=""):
        return Configuration(version or "$LATEST", self.holds, "r1", ("arm64",), True, "", {})

    def update_code(self, function, artifact, current):
        return self.configuration(function)

    def publish(self, function, settled, description):
        self.published.append(settled.code_sha256)
        return self.configuration(function, "7")


def as_lambda_says(digest):
    return base64.b64encode(digest.digest()).decode()


def test_other_bytes_than_the_uploads_stop_the_release_before_there_is_a_version():
    functions = FakeLambda(as_lambda_says(OTHER))
    with pytest.raises(RevisionRefused) as stopped:
        lambda_function.publish(ARTIFACT, DEMANDING, functions, sha256=UPLOADED.hexdigest())
    assert "Lambda holds other code than was uploaded" in str(stopped.value)
    assert OTHER.hexdigest()[:12] in str(stopped.value)
    assert functions.published == []


@pytest.mark.parametrize("known", [UPLOADED.hexdigest(), ""])
def test_the_same_bytes_are_published_and_so_are_unknown_ones(known):
    functions = FakeLambda(as_lambda_says(UPLOADED))
    found = lambda_function.publish(ARTIFACT, DEMANDING, functions, sha256=known)
    assert found.version == "7"
