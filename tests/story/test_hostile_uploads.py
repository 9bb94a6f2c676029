"""Hostile uploads through the front door: rejected with a reason, and users keep what they have."""

from tests.builders import GOOD
from tests.hostile.zips import Member, packed

CODE = Member("index.py", GOOD.encode())


def test_an_archive_that_readers_would_see_differently_is_rejected(settled_team):
    hidden = packed([Member("pilotage.yml", b"rollout: all at once\n")])
    ending = settled_team.release(body=packed([CODE], comment=hidden))
    assert ending.kind == "rejected"
    (fault,) = ending.faults
    assert "more than one end: readers would see different files" in fault
    assert settled_team.alias()[0] == "1"


def test_all_that_is_wrong_with_a_hostile_archive_is_told_at_once(settled_team):
    twins = [Member("lib.py"), Member("lib.py")]
    bad = [Member("x\u202e.py"), Member("blob", method=9), Member("Pilotage.yml", b"a: 1")]
    ending = settled_team.release(body=packed([CODE, *twins, *bad]))
    assert ending.kind == "rejected"
    told = " ".join(ending.faults)
    for reason in ("stands in the archive twice", "invisible", "method 9", "is not read"):
        assert reason in told
    assert settled_team.alias()[0] == "1"


def test_a_target_that_demands_a_checksum_takes_an_upload_that_has_one(team):
    team.tag(checksum="required")
    without = team.ending(put(team, ChecksumAlgorithm="CRC32"))
    assert without.kind == "rejected"
    (fault,) = without.faults
    assert "has no SHA-256" in fault
    assert "--checksum-algorithm SHA256" in fault
    assert team.alias() is None
    given = team.ending(put(team, ChecksumAlgorithm="SHA256"))
    assert given.kind == "live"


def test_a_checksum_of_parts_is_not_enough(team):
    team.tag(checksum="required")
    where = {"Bucket": team.outputs["ArtifactBucket"], "Key": f"{team.application}/prod/app.zip"}
    upload = team.aws.s3.create_multipart_upload(**where, ChecksumAlgorithm="SHA256")
    part = {**where, "UploadId": upload["UploadId"]}
    made = team.aws.s3.upload_part(
        **part, PartNumber=1, Body=packed([CODE]), ChecksumAlgorithm="SHA256"
    )
    parts = [{"PartNumber": 1, "ETag": made["ETag"], "ChecksumSHA256": made["ChecksumSHA256"]}]
    done = team.aws.s3.complete_multipart_upload(**part, MultipartUpload={"Parts": parts})
    ending = team.ending(f"{team.application}/prod/{done['VersionId']}")
    assert ending.kind == "rejected"
    assert "of its parts alone" in ending.faults[0]


def put(team, **options):
    key = f"{team.application}/prod/app.zip"
    bucket = team.outputs["ArtifactBucket"]
    done = team.aws.s3.put_object(Bucket=bucket, Key=key, Body=packed([CODE]), **options)
    return f"{team.application}/prod/{done['VersionId']}"
