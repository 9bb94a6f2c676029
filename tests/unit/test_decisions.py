"""The pure decisions: rollouts, checks, turns, targets, outcomes."""

import json

import pytest

from pilotage import rollout
from pilotage.artifact import Artifact, from_event, key_faults
from pilotage.checks import Check, judge, milliseconds
from pilotage.outcome import DeploymentEnd, Seen
from pilotage.outcome import judge as judge_outcome
from pilotage.records import build, plain
from pilotage.release import CheckResult, Plan, Release, Revision
from pilotage.rollout import BadRollout
from pilotage.target import AliasState, FunctionState, Group, Target, function_faults, read_target


@pytest.mark.parametrize(
    ("words", "configuration"),
    [
        ("canary 10% 5m", "CodeDeployDefault.LambdaCanary10Percent5Minutes"),
        ("Canary 10 % 30 min", "CodeDeployDefault.LambdaCanary10Percent30Minutes"),
        ("linear 10% 1m", "CodeDeployDefault.LambdaLinear10PercentEvery1Minute"),
        ("linear 10% 10m", "CodeDeployDefault.LambdaLinear10PercentEvery10Minutes"),
        ("all at once", "CodeDeployDefault.LambdaAllAtOnce"),
        ("canary 25% 1h", "pilotage-canary-25-percent-60-minutes"),
        ("linear 20% 3m", "pilotage-linear-20-percent-every-3-minutes"),
        ("my-own", "my-own"),
    ],
)
def test_a_phrase_means_a_configuration(words, configuration):
    assert rollout.parse(words).configuration == configuration


@pytest.mark.parametrize(
    "words", ["canary 100% 5m", "linear 10% 0m", "canary 10% 49h", "", "a b", "{}"]
)
def test_words_that_are_no_rollout_are_refused(words):
    with pytest.raises(BadRollout):
        rollout.parse(words)


CHECK = Check({"path": "/"}, {"statusCode": "200", "body": {"ok": "true"}}, 100)


@pytest.mark.parametrize(
    ("answer", "error", "took", "reason"),
    [
        ({"statusCode": 200, "body": {"ok": True}, "more": 1}, "", 5, ""),
        ({"statusCode": 502, "body": {"ok": True}}, "", 5, "statusCode is 502, expected 200"),
        ({"statusCode": 200}, "", 5, "body is missing"),
        ({"statusCode": 200, "body": "x"}, "", 5, 'body is "x", expected an object'),
        ({"statusCode": 200, "body": {"ok": True}}, "", 101, "took 101 ms, limit 100 ms"),
        ({"errorType": "KeyError", "errorMessage": "'a'"}, "Unhandled", 5, "KeyError: 'a'"),
        ([], "", 5, "the answer is [], expected an object"),
    ],
)
def test_an_answer_is_compared_with_what_is_expected(answer, error, took, reason):
    verdict = judge(CHECK, json.dumps(answer).encode(), error, took)
    assert verdict.passed == (not reason)
    assert reason in verdict.reason


@pytest.mark.parametrize(
    ("expect", "answer", "reason"),
    [
        ({"a": "1"}, b'{"a": ' + b"1" * 400 + b"}", "a is 111"),
        ({"a": "1"}, b"[" * 100_000, "the answer is"),
        ({"\a" * 27_000: "x"}, b"{}", "is missing"),
        ({"a" * 60_000: {"b": "x"}}, b'{"' + b"a" * 60_000 + b'": {}}', "aaa"),
    ],
)
def test_a_hostile_check_gets_a_short_printable_reason(expect, answer, reason):
    """What cannot be kept beside a release would hold its target up for ever."""
    found = judge(Check({}, expect), answer, "", 5).reason
    assert reason in found or found.endswith("…")
    assert found.isprintable()
    assert len(found) <= 500
    failed = judge(Check({}, expect), answer, "Unhandled", 5).reason
    assert failed.isprintable()
    assert len(failed) <= 500


def test_an_outcome_keeps_a_short_reason_whatever_ended_the_release():
    outcome = judge_outcome(Seen(error="X", cause="\a" * 200_000, planned=True))
    assert outcome.reason.isprintable()
    assert len(outcome.reason) <= 1200


def test_durations_are_read():
    assert [milliseconds(w) for w in ("500ms", "2s", "1 s", "1h", "")] == [
        500,
        2000,
        1000,
        None,
        None,
    ]


def group(platform="Lambda", **tags):
    return Group("orders", "prod", platform, {k.replace("_", "-"): v for k, v in tags.items()})


def tagged(**tags):
    return Group(
        "orders", "prod", "Lambda", {f"pilotage:{k.replace('_', '-')}": v for k, v in tags.items()}
    )


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (Group("orders", "prod", "Lambda", {}), "has no tag pilotage:function"),
        (Group("orders", "prod", "ECS", {}), "ECS platform"),
        (tagged(function="orders"), "<function>:<alias>"),
        (tagged(function="orders:live", max_errors="many"), "percentage"),
        (tagged(function="orders:live", queue="in order"), 'Did you mean "in-order"?'),
        (tagged(function="orders:live", urgent="yes"), "Known: allowed."),
    ],
)
def test_a_group_that_is_no_target_says_why(made, reason):
    _, faults = read_target(made)
    assert reason in str(faults[0])


TARGET = Target("orders", "prod", "orders", "live")


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (None, "does not exist, or lacks the tag"),
        (
            FunctionState("orders", {"pilotage:application": "other"}, "Zip", 0),
            'application "other"',
        ),
        (FunctionState("orders", {}, "Zip", 0), 'application ""'),
        (
            FunctionState("orders", {"pilotage:application": "orders"}, "Image", 0),
            "container image",
        ),
        (
            FunctionState(
                "orders", {"pilotage:application": "orders"}, "Zip", 0, ("a function URL",)
            ),
            "called without the alias by a function URL",
        ),
        (
            FunctionState(
                "orders",
                {"pilotage:application": "orders"},
                "Zip",
                0,
                (),
                AliasState("$LATEST", {}),
            ),
            "$LATEST",
        ),
    ],
)
def test_a_function_that_cannot_be_released_to_says_why(function, reason):
    assert reason in " ".join(map(str, function_faults(TARGET, function)))


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("a.zip", "has 1 part "),
        ("orders/a.zip", "has 2 parts"),
        ("orders/prod/x/a.zip", "has 4 parts"),
        ("orders//a.zip", "empty part"),
        ("orders/_prod/a.zip", "reserved"),
    ],
)
def test_a_key_that_names_no_target_says_why(key, reason):
    assert reason in str(key_faults(key)[0])


def test_keys_are_raw_and_make_the_release_id():
    event = {
        "time": "2026-11-23T10:00:00Z",
        "detail": {
            "bucket": {"name": "b"},
            "object": {"key": "orders/prod/a+b %41.zip", "version-id": "v1", "size": 3},
        },
    }
    artifact = from_event(event)
    assert artifact.key == "orders/prod/a+b %41.zip"
    assert artifact.release_id == "orders/prod/v1"


BEFORE, NEW = AliasState("1", {}), AliasState("2", {})
SHARED = AliasState("1", {"2": 0.1})
STARTED = {
    "way": "deploy",
    "previous": "1",
    "new": "2",
    "planned": True,
    "function": "f",
    "alias_name": "live",
}


@pytest.mark.parametrize(
    ("seen", "kind"),
    [
        (Seen(error="ArtifactRejected", rejected=True), "rejected"),
        (Seen(error="ReleaseSuperseded", cause="b was uploaded later"), "superseded"),
        (Seen(**{**STARTED, "way": "unchanged"}, alias=BEFORE), "unchanged"),
        (Seen(**STARTED, alias=NEW, end=DeploymentEnd("Succeeded")), "live"),
        (Seen(**{**STARTED, "way": "first", "previous": ""}, alias=NEW), "live"),
        (Seen(**{**STARTED, "way": "first", "previous": ""}, error="CheckFailed"), "stopped"),
        (Seen(**STARTED, alias=BEFORE, end=DeploymentEnd("Stopped")), "stopped"),
        (Seen(**STARTED, alias=BEFORE, error="States.Timeout"), "stopped"),
        (Seen(error="RevisionRefused", previous="1", alias=BEFORE), "stopped"),
        (Seen(**STARTED, alias=SHARED, end=DeploymentEnd("Stopped")), "needs a person"),
        (Seen(**STARTED, alias=BEFORE, end=DeploymentEnd("InProgress")), "needs a person"),
        (Seen(error="ExecutionEnded", rejected=True), "rejected"),
        (Seen(**STARTED, alias=NEW, end=DeploymentEnd("Stopped")), "needs a person"),
        (Seen(**STARTED, alias=AliasState("7", {}), end=DeploymentEnd("Failed")), "needs a person"),
        (Seen(error="AliasIsShared", alias=SHARED), "needs a person"),
        (Seen(error="StopAsked", stop="stopped by mara", alias=BEFORE), "stopped"),
        (Seen(**STARTED, stop="too late", alias=NEW, end=DeploymentEnd("Succeeded")), "live"),
        (Seen(**STARTED, alias=NEW, error="States.Timeout"), "needs a person"),
    ],
)
def test_the_alias_decides_how_a_release_ended(seen, kind):
    assert judge_outcome(seen).kind == kind


def test_a_person_is_given_the_command_that_mends_it():
    outcome = judge_outcome(Seen(**STARTED, alias=SHARED, end=DeploymentEnd("Stopped")))
    assert outcome.command == (
        "aws lambda update-alias --function-name f --name live --function-version 1 "
        "--routing-config AdditionalVersionWeights={}"
    )


def test_users_who_had_the_new_version_are_counted():
    end = DeploymentEnd("Stopped", shift_started=100.0, share=0.1, rolled_back_at=212.0)
    outcome = judge_outcome(Seen(**STARTED, alias=BEFORE, end=end))
    assert (outcome.share, outcome.seconds) == (0.1, 112.0)


def test_a_release_survives_the_table_unchanged():
    release = Release(
        Artifact("b", "orders/prod/a.zip", "v", 1, "t"),
        "arn",
        "now",
        plan=Plan(TARGET, "1", rollout.parse("canary 10% 5m"), (CHECK,)),
        revision=Revision("2", "sha", "conf"),
        checks=(CheckResult("before", False, "no"),),
    )
    assert build(Release, json.loads(json.dumps(plain(release)))) == release


def test_a_release_written_by_a_newer_version_can_be_read():
    kept = plain(Release(Artifact("b", "k", "v", 1, "t"), "arn", "now"))
    assert build(Release, {**kept, "invented": 1}).execution == "arn"
