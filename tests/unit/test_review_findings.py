"""Defects that reviews found, each kept from coming back."""

import botocore.exceptions
import pytest

from notify.app import LONGEST_PAUSE_SECONDS, _longer
from pilotage.artifact import Artifact
from pilotage.fault import Fault
from pilotage.gateways.alarms import name_for
from pilotage.gateways.aws import TRANSIENT, is_transient
from pilotage.gateways.slack_api import _refusal
from pilotage.handler import handler_faults
from pilotage.hold import ASKED, by_alarm, by_function
from pilotage.instruction import read
from pilotage.notice import of
from pilotage.outcome import DeploymentEnd, Seen, judge
from pilotage.precedence import gives_way
from pilotage.release import Plan, Release, Revision, RollBack
from pilotage.rollout import Rollout
from pilotage.target import AliasState, FunctionState, Target
from pilotage.told import ComeBack, RefusedForGood
from pilotage.turns import UPLOAD

STARTED = {"way": "deploy", "previous": "7", "new": "8", "planned": True}
TARGET = Target("orders", "prod", "orders", "live")


def release(outcome=None, **changes):
    artifact = Artifact("b", "orders/prod/a.zip", "v", 1, "t")
    plan = Plan(TARGET, "7", rollout=Rollout("named", name="mine"))
    revision = Revision("8", "s", "c", "7")
    return Release(artifact, "arn", "now", plan=plan, revision=revision, outcome=outcome, **changes)


def test_users_who_had_it_are_never_denied_though_codedeploy_shows_no_weight():
    end = DeploymentEnd("Stopped", shift_started=100.0)
    outcome = judge(Seen(**STARTED, alias=AliasState("7", {}), end=end))
    text = of(release(outcome, step="finished")).users_get
    assert text == "Everyone has version 7 again. Some users had version 8."


def test_a_version_that_everyone_has_is_never_told_as_stopped():
    there = {**STARTED, "previous": "8"}
    seen = Seen(**there, alias=AliasState("8", {}), end=DeploymentEnd("Failed"))
    assert judge(seen).kind == "needs a person"


def test_a_success_whose_execution_broke_is_live_all_the_same():
    seen = Seen(
        **STARTED, error="States.Timeout", alias=AliasState("8", {}), end=DeploymentEnd("Succeeded")
    )
    assert judge(seen).kind == "live"


def test_a_faulty_artifact_is_not_called_sound_on_its_way_out():
    text = of(release(faults=(Fault("f", "is bad."),))).users_get
    assert "sound" not in text
    assert text.startswith("Users get what they had.")


def test_a_wrong_key_is_shown_as_it_is():
    artifact = Artifact("b", "orders/prod.zip", "v", 1, "t")
    assert of(Release(artifact, "arn", "now")).headline == "📦 orders/prod.zip"


@pytest.mark.parametrize(
    "error",
    [
        botocore.exceptions.EndpointConnectionError(endpoint_url="u"),
        botocore.exceptions.ConnectTimeoutError(endpoint_url="u"),
        botocore.exceptions.ReadTimeoutError(endpoint_url="u"),
    ],
)
def test_no_connection_is_worth_another_try(error):
    assert is_transient(error)


def test_slacks_pause_is_read_in_any_case():
    found = _refusal(429, {"retry-after": "30"}, "ratelimited")
    assert (type(found), found.seconds) == (ComeBack, 30)
    assert isinstance(_refusal(200, {}, "channel_not_found"), RefusedForGood)


def test_sixty_tries_last_through_an_hour():
    pauses = [_longer(5, {"attributes": {"ApproximateReceiveCount": str(n)}}) for n in range(1, 61)]
    assert sum(pauses) > 3600
    assert max(pauses) <= LONGEST_PAUSE_SECONDS


@pytest.mark.parametrize(
    ("handler", "runtime", "names", "missing"),
    [
        ("app.lambda_handler", "python3.13", ["app.py"], False),
        ("app.lambda_handler", "python3.13", ["app/__init__.py"], False),
        ("src/app.handler", "python3.13", ["src/app.py"], False),
        ("pkg.app.handler", "python3.13", ["pkg/app.cpython-313-x86_64-linux-gnu.so"], False),
        ("index.handler", "nodejs22.x", ["index.mjs"], False),
        ("Main::handle", "java21", [], False),
        ("app.lambda_handler", "python3.13", ["orders/app.py"], True),
        ("index.handler", "nodejs22.x", ["app.js"], True),
    ],
)
def test_the_handlers_file_is_looked_for(handler, runtime, names, missing):
    function = FunctionState("f", {}, "Zip", 0, runtime=runtime, handler=handler)
    assert bool(handler_faults(function, names)) is missing
    layered = FunctionState("f", {}, "Zip", 5, runtime=runtime, handler=handler)
    assert handler_faults(layered, names) == []


def test_a_deployment_that_succeeded_is_never_told_as_stopped():
    """A reader of the alias may lag; or someone moved it at once. Neither is a rollback."""
    end = DeploymentEnd("Succeeded", shift_started=100.0)
    outcome = judge(Seen(**STARTED, alias=AliasState("7", {}), end=end))
    assert outcome.kind == "needs a person"


def test_the_last_resort_of_a_roll_back_never_leads_to_what_people_want_to_leave():
    seen = Seen(
        **{**STARTED, "previous": "8", "new": "7"},
        function="orders",
        alias_name="live",
        alias=AliasState("8", {}),
        end=DeploymentEnd("Failed"),
        goes_back=True,
    )
    assert "--function-version 7" in judge(seen).command


def test_an_instruction_from_the_future_is_taken_as_of_now():
    """Else it would outlast every later one."""
    event = {
        "id": "1",
        "detail-type": "Freeze",
        "time": "2099-01-01T00:00:00Z",
        "detail": {"target": "everything", "by": "mara", "reason": "x"},
    }
    instruction, faults = read(event, "2026-11-23T10:00:00Z")
    assert (instruction.at, faults) == ("2026-11-23T10:00:00Z", [])


def test_no_two_releases_share_the_alarm_of_a_version():
    one = Target("a-b", "c", "f", "live")
    other = Target("a", "b-c", "f", "live")
    names = {
        name_for(one, "7", "a-b/c/1"),
        name_for(other, "7", "a/b-c/1"),
        name_for(one, "7", "a-b/c/2"),
    }
    assert len(names) == 3
    assert all(name.startswith("pilotage-a-b-c-version-7-") for name in names)


def test_sns_throttling_is_known_as_such():
    assert "Throttled" in TRANSIENT


def test_a_token_that_is_being_changed_loses_no_notice():
    assert isinstance(_refusal(200, {}, "token_revoked"), ComeBack)
    assert isinstance(_refusal(200, {}, "channel_not_found"), RefusedForGood)


def uploaded(version, sequencer="", claimed="1", **more):
    artifact = Artifact("b", "o/p/app.zip", version, 1, "2026-11-23T10:00:00Z", sequencer)
    return Release(artifact, "arn", claimed, **more)


def test_who_has_the_turn_and_is_not_held_does_not_give_way_to_a_roll_back():
    back = uploaded("r", roll_back=RollBack("mara", "slow"))
    called = uploaded("v3", step="waiting", hold=ASKED)
    publishing = uploaded("v3", step="publishing", hold=by_function("f", "x"))
    held = uploaded("v3", step="publishing", hold=by_alarm(UPLOAD, ["red"]))
    given_way = [gives_way(one, back, (None, None)) for one in (called, publishing, held)]
    assert given_way == [False, False, True]


def test_an_urgent_upload_stops_only_what_is_older():
    newer = uploaded("v3", "0066", step="shifting")
    urgent = uploaded("v2", "0055", urgent="prices")
    assert not gives_way(newer, urgent, (None, None))
    assert gives_way(urgent._replace(urgent=""), newer._replace(urgent="prices"), (None, None))


def test_a_first_version_is_live_once_its_alias_is_there_whatever_ended_the_execution():
    seen = Seen("ExecutionEnded", way="first", new="1", planned=True, alias=AliasState("1", {}))
    assert judge(seen).kind == "live"


def test_the_alias_of_a_next_deployment_does_not_hide_that_ours_succeeded():
    shared = AliasState("8", {"9": 0.1})
    assert judge(Seen(**STARTED, alias=shared, end=DeploymentEnd("Succeeded"))).kind == "live"
    stopped = judge(Seen("StopAsked", **STARTED, alias=AliasState("7", {"9": 0.1}), function="f"))
    assert (stopped.kind, stopped.command) == ("stopped", "")
