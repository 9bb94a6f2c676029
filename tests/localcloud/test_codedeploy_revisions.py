"""Revisions: what each kind must say, who takes it, and how it is found again.

https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_RevisionLocation.html
"""

import hashlib

import pytest

from tests import builders
from tests.builders import unique
from tests.localcloud.codedeploy_shop import refusal

TEXT = "version: 0.0"
SHA = hashlib.sha256(TEXT.encode()).hexdigest()


def spec(content=TEXT, sha256=None, kind="AppSpecContent"):
    body = {"content": content, "sha256": sha256}
    member = "string" if kind == "String" else "appSpecContent"
    return {"revisionType": kind, member: {k: v for k, v in body.items() if v is not None}}


def s3(key="app.zip", kind="zip", bucket="a-bucket", **more):
    place = {"bucket": bucket, "key": key, "bundleType": kind, **more}
    return {"revisionType": "S3", "s3Location": place}


GITHUB = {
    "revisionType": "GitHub",
    "gitHubLocation": {"repository": "owner/name", "commitId": "0" * 40},
}


def application(client, platform="Lambda"):
    name = unique("app")
    client.create_application(applicationName=name, computePlatform=platform)
    return name


@pytest.mark.parametrize(
    ("platform", "revision"),
    [
        ("Server", s3(kind="tar")),
        ("Server", s3(kind="tgz")),
        ("Lambda", s3(kind="YAML")),
        ("ECS", s3(kind="JSON")),
        ("Server", GITHUB),
        ("Lambda", spec(kind="String")),
        ("Lambda", spec()),
        ("ECS", spec()),
    ],
)
def test_a_platform_takes_its_kinds_of_revision(client, platform, revision):
    app = application(client, platform)
    client.register_application_revision(applicationName=app, revision=revision, description="it")
    found = client.get_application_revision(applicationName=app, revision=revision)
    assert found["revision"]["revisionType"] == revision["revisionType"]
    assert found["revisionInfo"]["description"] == "it"
    assert found["revisionInfo"]["registerTime"]


@pytest.mark.parametrize(
    ("platform", "revision"),
    [
        ("Lambda", GITHUB),
        ("ECS", GITHUB),
        ("ECS", spec(kind="String")),
        ("Server", spec(kind="String")),
        ("Server", spec()),
        ("Lambda", {"revisionType": "Paper"}),
        ("Lambda", {"revisionType": "S3"}),
        ("Lambda", {"revisionType": "S3", "s3Location": {"bucket": "b", "key": "k"}}),
        ("Lambda", s3(kind="rar")),
        ("Lambda", {"revisionType": "AppSpecContent"}),
        ("Lambda", spec(content="")),
        ("Lambda", spec(sha256="0" * 64)),
        ("Lambda", spec(content=None, sha256=SHA)),
        ("Server", {"revisionType": "GitHub", "gitHubLocation": {"repository": "x"}}),
    ],
)
def test_a_revision_that_cannot_be_is_invalid(client, platform, revision):
    app = application(client, platform)
    code, _ = refusal(client.register_application_revision, applicationName=app, revision=revision)
    assert code == "InvalidRevision"


def test_a_revision_is_needed(client):
    app = application(client)
    for call in (client.register_application_revision, client.get_application_revision):
        assert refusal(call, applicationName=app)[0] == "RevisionRequired"


def test_an_appspec_is_found_by_its_hash_alone_and_with_its_text(client):
    app = application(client)
    client.register_application_revision(applicationName=app, revision=spec(sha256=SHA))
    found = client.get_application_revision(
        applicationName=app, revision=spec(content=None, sha256=SHA)
    )
    assert found["revision"]["appSpecContent"] == {"content": TEXT, "sha256": SHA}


def test_an_unknown_revision_does_not_exist(client):
    app = application(client)
    code, _ = refusal(client.get_application_revision, applicationName=app, revision=spec())
    assert code == "RevisionDoesNotExist"


def test_a_deployment_never_shows_its_text_but_the_hash_to_ask_for_it(shop):
    group = shop.group()
    text = group.appspec()
    shown = group.run(text=text)["revision"]["appSpecContent"]
    assert shown == {"sha256": hashlib.sha256(text.encode()).hexdigest()}
    found = shop.aws.codedeploy.get_application_revision(
        applicationName=group.app,
        revision={"revisionType": "AppSpecContent", "appSpecContent": shown},
    )
    assert found["revision"]["appSpecContent"]["content"] == text
    assert found["revisionInfo"]["deploymentGroups"] == [group.name]
    assert found["revisionInfo"]["firstUsedTime"]


def test_a_group_names_the_revision_that_it_has_now(shop):
    group = shop.group()
    first, second = group.appspec(), group.appspec("2", "1")
    group.run(text=first)
    again = group.run(text=second)
    assert again["previousRevision"]["appSpecContent"]["sha256"] == (
        hashlib.sha256(first.encode()).hexdigest()
    )
    listed = shop.aws.codedeploy.list_application_revisions

    def deployed(state):
        found = listed(applicationName=group.app, deployed=state, sortBy="registerTime")
        return [each["appSpecContent"]["content"] for each in found["revisions"]]

    assert deployed("include") == [second]
    assert deployed("exclude") == [first]
    assert deployed("ignore") == [first, second]


@pytest.mark.parametrize("kind", ["YAML", "JSON", "zip", "tgz"])
def test_an_appspec_in_s3_is_read_bare_or_out_of_an_archive(shop, kind):
    aws, group = shop.aws, shop.group()
    aws.s3.create_bucket(Bucket="revisions")
    key = unique("key")
    etag = aws.s3.put_object(Bucket="revisions", Key=key, Body=packed(kind, group.appspec()))[
        "ETag"
    ]
    place = s3(key, kind, "revisions", eTag=etag.strip('"'))
    assert group.run(revision=place)["status"] == "Succeeded"
    assert group.alias() == ("2", None)


def test_without_a_version_and_an_etag_the_newest_object_is_taken_as_it_is(shop):
    aws, group = shop.aws, shop.group()
    aws.s3.create_bucket(Bucket="versioned")
    versioning = {"Status": "Enabled"}
    aws.s3.put_bucket_versioning(Bucket="versioned", VersioningConfiguration=versioning)
    key = unique("key")
    put = aws.s3.put_object
    there = put(Bucket="versioned", Key=key, Body=group.appspec("1", "2").encode())["VersionId"]
    put(Bucket="versioned", Key=key, Body=group.appspec("2", "1").encode())
    assert group.run(revision=s3(key, "JSON", "versioned", version=there))["status"] == "Succeeded"
    assert group.alias() == ("2", None)
    assert group.run(revision=s3(key, "JSON", "versioned"))["status"] == "Succeeded"
    assert group.alias() == ("1", None)


def packed(kind, text):
    if kind == "zip":
        return builders.zipped({"appspec.yaml": text})
    if kind != "tgz":
        return text.encode()
    import io
    import tarfile

    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w:gz") as archive:
        info = tarfile.TarInfo("appspec.yaml")
        info.size = len(text.encode())
        archive.addfile(info, io.BytesIO(text.encode()))
    return body.getvalue()


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (s3("not-there", "YAML", "revisions"), "REVISION_MISSING"),
        (s3("there", "YAML", "revisions", eTag="0" * 32), "INVALID_REVISION"),
        (s3("there", "zip", "revisions"), "INVALID_LAMBDA_CONFIGURATION"),
    ],
)
def test_an_object_that_is_not_the_revision_fails_the_deployment(shop, wanted, code):
    shop.aws.s3.create_bucket(Bucket="revisions")
    shop.aws.s3.put_object(Bucket="revisions", Key="there", Body=b"no AppSpec")
    info = shop.group().run(revision=wanted)
    assert (info["status"], info["errorInformation"]["code"]) == ("Failed", code)


def test_a_batch_gives_the_revisions_that_are_there(client):
    app = application(client)
    client.register_application_revision(applicationName=app, revision=spec())
    client.register_application_revision(applicationName=app, revision=s3(kind="YAML"))
    found = client.batch_get_application_revisions(
        applicationName=app, revisions=[spec(), s3("other", kind="YAML"), s3(kind="YAML")]
    )
    kinds = [each["revisionLocation"]["revisionType"] for each in found["revisions"]]
    assert (kinds, bool(found["errorMessage"])) == (["AppSpecContent", "S3"], True)


def test_revisions_are_listed_by_bucket_prefix_and_time(client):
    app = application(client)
    for key in ("a/1", "b/1", "a/2"):
        client.register_application_revision(applicationName=app, revision=s3(key, "YAML"))
    client.register_application_revision(applicationName=app, revision=spec())
    found = client.list_application_revisions(
        applicationName=app,
        s3Bucket="a-bucket",
        s3KeyPrefix="a/",
        sortBy="registerTime",
        sortOrder="descending",
    )
    assert [each["s3Location"]["key"] for each in found["revisions"]] == ["a/2", "a/1"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"sortBy": "colour"}, "InvalidSortBy"),
        ({"sortOrder": "sideways"}, "InvalidSortOrder"),
        ({"deployed": "perhaps"}, "InvalidDeployedStateFilter"),
        ({"s3KeyPrefix": "a/"}, "BucketNameFilterRequired"),
        ({"s3Bucket": "No Bucket"}, "InvalidBucketNameFilter"),
        ({"s3Bucket": "a-bucket", "s3KeyPrefix": "x" * 1025}, "InvalidKeyPrefixFilter"),
        ({"nextToken": "nonsense"}, "InvalidNextToken"),
    ],
)
def test_a_list_that_cannot_be_asked_for_is_refused(client, asked, code):
    app = application(client)
    assert refusal(client.list_application_revisions, applicationName=app, **asked)[0] == code
