"""Each kind of bad input: answered in chat with what to do, nothing changed, nothing left behind."""

import io
import stat
import time
import zipfile

import pytest

from tests import builders
from tests.builders import GOOD, zipped


def link():
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        info = zipfile.ZipInfo("link")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    return body.getvalue()


def zeros(megabytes):
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("zeros", b"\0" * megabytes * 1024 * 1024, zipfile.ZIP_DEFLATED, 1)
    return body.getvalue()


def many(count):
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for number in range(count):
            archive.writestr(str(number), b"")
    return body.getvalue()


BOMB = "a: &a [x, x, x]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n"

ARCHIVES = {
    "not a zip": (lambda: b"#!/bin/sh\n" * 50, "not a zip archive"),
    "truncated": (lambda: zipped({"a.py": "x" * 9000})[:-60], "cut off"),
    "climbing": (lambda: zipped({"../a.py": "x"}), "climbs out"),
    "absolute": (lambda: zipped({"/etc/a.py": "x"}), "absolute name"),
    "symlink": (link, "symbolic link"),
    "ratio": (lambda: zeros(40), "times its size"),
    "too large": (lambda: zeros(251), "Lambda takes 250 MB"),
    "too many": (lambda: many(50_001), "50,000 are allowed"),
    "unknown key": (lambda: zipped({"pilotage.yml": "relase: {}"}), 'Did you mean "release"?'),
    "wrong type": (lambda: zipped({"pilotage.yml": "checks: [1]"}), "must be an object"),
    "aliases bomb": (lambda: zipped({"pilotage.yml": BOMB}), "aliases are not allowed"),
    "unknown rollout": (
        lambda: zipped({"pilotage.yml": "rollout: fast"}),
        "CodeDeploy does not know",
    ),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_a_bad_archive_is_rejected_with_its_reason(settled_team, name):
    make, reason = ARCHIVES[name]
    before = (settled_team.alias(), settled_team.versions())
    ending = settled_team.release(body=make())
    assert ending.kind == "rejected"
    assert any(reason in fault for fault in ending.faults), ending.faults
    assert "Users still get version 1. Nothing was deployed." in ending.text
    assert "upload it again" in ending.text
    assert (settled_team.alias(), settled_team.versions()) == before


@pytest.mark.parametrize(
    ("files", "fix"),
    [
        ({"deep/index.py": GOOD}, "it has deep/index.py"),
        ({"indx.py": GOOD}, 'Did you mean "indx.py"?'),
    ],
)
def test_an_archive_without_the_handlers_file_is_rejected(settled_team, files, fix):
    ending = settled_team.release(files)
    assert ending.kind == "rejected"
    assert fix in ending.faults[0]


def test_several_faults_are_told_at_once(settled_team):
    ending = settled_team.release(
        {"../x": "", "pilotage.yml": "rolout: x\nchecks:\n  before:\n    - within: soon\n"}
    )
    assert len(ending.faults) == 4
    assert all(word in ending.text for word in ("climbs out", "rollout", "soon", "has no index.py"))


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("app.zip", "has 1 part"),
        ("shop/app.zip", "has 2 parts"),
        ("shop/prod/deep/app.zip", "has 4 parts"),
        ("shop/_prod/app.zip", "reserved"),
        ("nobody/prod/app.zip", "No application found for name: nobody"),
        ("<!channel>/prod/app.zip", "applicationName"),
    ],
)
def test_a_key_that_leads_nowhere_is_rejected(settled_team, key, reason):
    ending = settled_team.release(key=key)
    assert ending.kind == "rejected"
    assert any(reason in fault for fault in ending.faults), ending.faults
    assert "<!channel>" not in ending.messages[-1]["text"]


def test_an_artifact_that_s3_does_not_give_is_rejected_with_what_to_do(settled_team):
    """Whoever may upload may choose an archive's storage class."""
    put = settled_team.aws.s3.put_object(
        Bucket=settled_team.outputs["ArtifactBucket"],
        Key=f"{settled_team.application}/prod/app.zip",
        Body=zipped({"index.py": GOOD}),
        StorageClass="GLACIER",
    )
    ending = settled_team.ending(f"{settled_team.application}/prod/{put['VersionId']}")
    assert ending.kind == "rejected"
    assert "cannot be read. S3 says InvalidObjectState" in ending.text
    assert "in a storage class that is read at once" in ending.text


def test_a_group_that_does_not_exist_is_rejected(settled_team):
    ending = settled_team.release(key=f"{settled_team.application}/staging/app.zip")
    assert "No Deployment Group found for name: staging" in ending.faults[0]


def test_reserved_keys_start_no_release(settled_team):
    executions = settled_team.aws.stepfunctions.list_executions
    machine = settled_team.outputs["StateMachine"]
    before = len(executions(stateMachineArn=machine)["executions"])
    settled_team.upload(key="_mine/prod/app.zip")
    ending = settled_team.release(body=b"no zip")
    assert ending.kind == "rejected"
    assert len(executions(stateMachineArn=machine)["executions"]) == before + 1


def test_a_group_without_the_tag_is_rejected(team):
    team.aws.codedeploy.untag_resource(ResourceArn=team.group_arn, TagKeys=["pilotage:function"])
    ending = team.release()
    assert "has no tag pilotage:function" in ending.faults[0]
    assert "<function>:<alias>" in ending.faults[0]


def test_a_tag_that_names_a_missing_function_says_both_possibilities(team):
    team.tag(function="nothing:live")
    ending = team.release()
    assert (
        f"does not exist, or lacks the tag pilotage:application = {team.application}"
        in ending.faults[0]
    )


def test_a_function_without_the_tag_is_rejected(team):
    other = builders.function(team.aws)
    team.tag(function=f"{other}:live")
    assert team.release().kind == "rejected"


def test_a_function_of_another_application_is_rejected(team):
    other = builders.function(team.aws, Tags={"pilotage:application": "billing"})
    team.tag(function=f"{other}:live")
    assert 'belongs to application "billing"' in team.release().faults[0]


def test_an_alias_on_latest_is_rejected(team):
    team.aws.lambda_.create_alias(
        FunctionName=team.function, Name="live", FunctionVersion="$LATEST"
    )
    assert "points at $LATEST" in team.release().faults[0]


def test_unqualified_triggers_are_rejected_unless_the_group_accepts_them(team):
    team.aws.lambda_.add_permission(
        FunctionName=team.function,
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    team.aws.lambda_.create_function_url_config(FunctionName=team.function, AuthType="AWS_IAM")
    ending = team.release()
    assert "apigateway.amazonaws.com" in ending.faults[0]
    assert "a function URL" in ending.faults[0]
    team.tag(unqualified="accepted")
    assert team.release().kind == "live"


@pytest.mark.long
def test_an_alias_weighted_by_someone_else_needs_a_person_and_says_the_command_that_mends_it(team):
    assert team.release().kind == "live"
    two = builders.publish(team.aws, team.function, "two = 2")
    team.aws.lambda_.update_alias(
        FunctionName=team.function,
        Name="live",
        RoutingConfig={"AdditionalVersionWeights": {two: 0.3}},
    )
    ending = team.release({"index.py": GOOD + "# new\n"})
    assert ending.kind == "needs a person"
    assert "30% on version 2" in ending.text
    assert "aws lambda update-alias" in ending.text
    assert team.alias() == ("1", {two: 0.3})


def test_an_appspec_that_contradicts_the_group_names_both_places(settled_team):
    text = builders.appspec("another", "1", "2")
    ending = settled_team.release({"index.py": GOOD, "appspec.yml": text})
    assert 'appspec.yml: says name "another"' in ending.faults[0]
    assert f'says "{settled_team.function}"' in ending.faults[0]


def test_a_manifest_that_asks_for_what_is_not_granted_is_rejected(team):
    team.tag(may_ask="checks")
    ending = team.release({"index.py": GOOD, "pilotage.yml": "rollout: all at once"})
    assert "asks for its own rollout" in ending.faults[0]
    assert "pilotage:may-ask" in ending.faults[0]


def test_an_object_that_was_deleted_before_inspection_is_rejected(settled_team):
    team = settled_team
    rule = next(
        r["Name"] for r in team.aws.events.list_rules()["Rules"] if "UploadRule" in r["Name"]
    )
    team.aws.events.disable_rule(Name=rule)
    try:
        release = team.upload()
        version = release.rsplit("/", 1)[1]
        event = next(
            e
            for e in reversed(team.cloud.bus.sent)
            if e["source"] == "aws.s3" and e["detail"]["object"].get("version-id") == version
        )
        team.aws.s3.delete_object(
            Bucket=team.outputs["ArtifactBucket"],
            Key=event["detail"]["object"]["key"],
            VersionId=version,
        )
    finally:
        team.aws.events.enable_rule(Name=rule)
    start(team, event)
    ending = team.ending(release)
    assert "was deleted before it could be inspected" in ending.faults[0]


def test_the_same_event_delivered_twice_makes_one_release(settled_team):
    team = settled_team
    release = team.upload(body=b"no zip")
    team.ending(release)
    event = next(
        e
        for e in reversed(team.cloud.bus.sent)
        if e["source"] == "aws.s3"
        and e["detail"]["object"].get("version-id") == release.rsplit("/", 1)[1]
    )
    messages = len(team.messages())
    execution = start(team, event)
    found = builders.wait_for(lambda: ended(team, execution))
    assert found["status"] == "SUCCEEDED"
    history = team.aws.stepfunctions.get_execution_history(executionArn=execution)["events"]
    names = [
        e["stateEnteredEventDetails"]["name"] for e in history if "stateEnteredEventDetails" in e
    ]
    assert names == ["Inspect Artifact", "Release Already Known"]
    assert len(team.messages()) == messages


def test_the_same_object_uploaded_twice_is_two_releases_and_the_second_changes_nothing(team):
    assert team.release().kind == "live"
    ending = team.release()
    assert ending.kind == "unchanged"
    assert team.alias() == ("1", {})


def start(team, event):
    import json

    made = team.aws.stepfunctions.start_execution(
        stateMachineArn=team.outputs["StateMachine"],
        input=json.dumps(event),
        name=builders.unique("again") + str(time.time_ns()),
    )
    return made["executionArn"]


def ended(team, execution):
    found = team.aws.stepfunctions.describe_execution(executionArn=execution)
    return found if found["status"] != "RUNNING" else None
