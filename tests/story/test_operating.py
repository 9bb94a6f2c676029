"""A hand on the switch: what an operator puts on the stack's own bus, by plain `aws`."""

import json

import pytest

from localcloud.faults.plan import Fault
from tests.builders import wait_for
from tests.story.team import CANARY, code


def put(team, kind, at=None, **detail):
    """What docs/operating.md tells an operator to type; gives the event's id."""
    entry = {
        "EventBusName": team.outputs["OperatorBus"],
        "Source": "pilotage.operator",
        "DetailType": kind,
        "Detail": json.dumps(detail),
        **({"Time": at} if at else {}),
    }
    (made,) = team.aws.events.put_events(Entries=[entry])["Entries"]
    return made["EventId"]


def answer(team, event_id):
    """What came of it, and the message that told it."""

    def look():
        item = team.aws.dynamodb.get_item(
            TableName=team.outputs["Table"],
            Key={"pk": {"S": f"instruction#{event_id}"}, "sk": {"S": "instruction"}},
        ).get("Item")
        return json.loads(item["answer"]["S"]) if item else None

    return wait_for(look)


def texts(team):
    return " | ".join(json.dumps(m, ensure_ascii=False) for m in team.messages())


def two_lives(team):
    """Version 1 was live, version 2 is; gives the target."""
    assert team.release().kind == "live"
    assert team.release(code("two")).kind == "live"
    return f"{team.application}/prod"


@pytest.mark.long
def test_a_freeze_holds_what_waits_and_tells_who_uploads(team):
    assert team.release().kind == "live"
    target = f"{team.application}/prod"
    running = team.upload(code("two", CANARY.replace("60m", "15m")))
    wait_for(lambda: team.alias()[1])
    frozen = answer(team, put(team, "Freeze", target=target, by="mara", reason="the db is moved"))
    assert f"{running} is on its way and ends." in frozen["done"]
    assert team.ending(running).kind == "live"
    waiting = team.upload(code("three"))
    wait_for(lambda: team.held_by(waiting) == "freeze")
    wait_for(lambda: team.said(waiting, f"{target} is frozen by mara: the db is moved"))
    assert team.alias() == ("2", {})
    assert answer(team, put(team, "Thaw", target=target, by="lee"))["faults"] == []
    assert team.ending(waiting).kind == "live"
    assert f"🧊 Freeze: {target}" in texts(team)


@pytest.mark.long
def test_everything_can_be_frozen_and_a_late_freeze_does_not_undo_a_thaw(team):
    frozen = put(team, "Freeze", target="everything", by="mara", reason="black friday")
    try:
        answer(team, frozen)
        release = team.upload()
        wait_for(lambda: team.said(release, "every target is frozen by mara: black friday"))
    finally:
        answer(team, put(team, "Thaw", target="everything", by="mara"))
    assert team.ending(release).kind == "live"
    late = put(team, "Freeze", "2020-01-01T00:00:00Z", target="everything", by="x", reason="late")
    assert "something later was said" in answer(team, late)["faults"][0]["reason"]
    assert team.release(code("two")).kind == "live"


def test_a_stop_brings_users_back_and_says_who_and_why(team):
    assert team.release().kind == "live"
    release = team.upload(code("two", CANARY))
    wait_for(lambda: team.alias()[1])
    put(team, "Stop Release", target=f"{team.application}/prod", by="mara", reason="wrong prices")
    ending = team.ending(release)
    assert ending.kind == "stopped"
    assert "stopped by mara: wrong prices" in ending.text
    assert team.alias() == ("1", {})


@pytest.mark.long
def test_a_release_that_waits_is_stopped_before_it_begins(team):
    assert team.release().kind == "live"
    running = team.upload(code("two", CANARY.replace("60m", "15m")))
    wait_for(lambda: team.alias()[1])
    waiting = team.upload(code("three"))
    wait_for(lambda: team.held_by(waiting) == "turn")
    target = f"{team.application}/prod"
    put(team, "Stop Release", target=target, release=waiting, by="mara", reason="not now")
    ending = team.ending(waiting)
    assert (ending.kind, ending.users_get) == ("stopped", "")
    assert team.record(waiting)["stop"]["by"] == "mara"
    assert team.ending(running).kind == "live"


@pytest.mark.long
def test_a_roll_back_goes_to_the_version_before_at_once_and_without_checks(team):
    target = two_lives(team)
    asked = put(team, "Roll Back", target=target, by="mara", reason="it is slow")
    ending = team.ending(f"{target}/roll-back-{asked}")
    assert (ending.kind, ending.users_get) == ("live", "1")
    assert "asked for by mara: it is slow" in ending.text
    assert team.alias() == ("1", {})
    deployment = team.aws.codedeploy.get_deployment(deploymentId=ending.told["deployment"])
    name = deployment["deploymentInfo"]["deploymentConfigName"]
    assert name == "CodeDeployDefault.LambdaAllAtOnce"
    assert "Checks" not in ending.text
    assert team.versions() == ["1", "2"]


@pytest.mark.long
def test_a_roll_back_wakes_a_version_that_lambda_has_put_to_sleep(team, cloud):
    """No user may be moved to it before it takes calls."""
    target = two_lives(team)
    before = cloud.functions.find(team.function).versions["1"]
    before.asleep = True
    asked = put(team, "Roll Back", target=target, by="mara", reason="it is slow")
    ending = team.ending(f"{target}/roll-back-{asked}")
    assert (ending.kind, ending.users_get) == ("live", "1")
    assert not before.asleep
    moved = team.aws.codedeploy.get_deployment(deploymentId=ending.told["deployment"])
    began = moved["deploymentInfo"]["createTime"].timestamp()
    assert not before.is_waking(began)
    assert team.alias() == ("1", {})


@pytest.mark.long
def test_an_upload_of_what_sleeps_wakes_it(team, cloud):
    """Its code and settings are those of the last version, which Lambda gives again."""
    two_lives(team)
    put(team, "Roll Back", target=f"{team.application}/prod", by="mara", reason="it is slow")
    wait_for(lambda: team.alias() == ("1", {}))
    cloud.functions.find(team.function).versions["2"].asleep = True
    ending = team.release(code("two"))
    assert (ending.kind, ending.users_get) == ("live", "2")


@pytest.mark.long
def test_a_roll_back_goes_before_what_waits_and_past_a_freeze(team):
    target = two_lives(team)
    answer(team, put(team, "Freeze", target=target, by="mara", reason="hold on"))
    waiting = team.upload(code("three"))
    wait_for(lambda: team.held_by(waiting) == "freeze")
    asked = put(team, "Roll Back", target=target, by="mara", reason="it is slow", version="1")
    assert team.ending(f"{target}/roll-back-{asked}").kind == "live"
    assert team.alias() == ("1", {})
    put(team, "Thaw", target=target, by="mara")
    assert team.ending(waiting).kind == "live"


@pytest.mark.long
def test_a_roll_back_during_a_release_goes_no_further_back_than_needed(team):
    """It is asked for while version 3 has 10%; by the time it has its turn, 3 is stopped."""
    target = two_lives(team)
    running = team.upload(code("three", CANARY))
    wait_for(lambda: team.alias()[1])
    asked = put(team, "Roll Back", target=target, by="mara", reason="three is bad")
    answer(team, asked)
    put(team, "Stop Release", target=target, release=running, by="mara", reason="at once")
    assert team.ending(running).kind == "stopped"
    ending = team.ending(f"{target}/roll-back-{asked}")
    assert (ending.kind, ending.users_get) == ("unchanged", "2")
    assert "there was nothing to go back from" in ending.text
    assert team.alias() == ("2", {})


@pytest.mark.long
def test_the_same_stop_told_twice_stops_one_release(team):
    assert team.release().kind == "live"
    first = team.upload(code("two", CANARY))
    wait_for(lambda: team.alias()[1])
    second = team.upload(code("three"))
    wait_for(lambda: team.held_by(second) == "turn")
    put(team, "Stop Release", target=f"{team.application}/prod", by="mara", reason="bad")
    event = next(e for e in reversed(team.cloud.bus.sent) if e["source"] == "pilotage.operator")
    team.cloud.bus.send(event, team.outputs["OperatorBus"])
    assert team.ending(first).kind == "stopped"
    assert team.ending(second).kind == "live"


@pytest.mark.long
def test_a_roll_back_whose_execution_could_not_be_started_is_not_lost(team):
    """Starting it is refused once: the instruction is obeyed again, and is still one release."""
    target = two_lives(team)
    team.cloud.faults.set([Fault("denied", "states", "StartExecution", "AnswerOperator", times=1)])
    try:
        asked = put(team, "Roll Back", target=target, by="mara", reason="it is slow")
        assert team.ending(f"{target}/roll-back-{asked}").kind == "live"
    finally:
        team.cloud.faults.clear()


@pytest.mark.parametrize(
    ("kind", "detail", "reason"),
    [
        ("Freeze", {"target": "a/b", "by": "mara"}, 'says no "reason"'),
        ("Freeze", {"target": "a/b", "by": "mara", "reason": "x"}, "No application found"),
        ("Freeze", {"target": "all", "by": "m", "reason": "x"}, '"target" is "all"'),
        ("Frieze", {}, 'is "Frieze"'),
        ("Stop Release", {"target": "{own}", "by": "m", "reason": "x"}, "no release on its way"),
        ("Stop Release", {"target": "{own}", "by": "m", "reson": "x"}, 'says "reson"'),
        ("Thaw", {"target": "<!channel>/x", "by": "m"}, "applicationName"),
    ],
)
def test_an_instruction_that_cannot_be_obeyed_is_answered_in_chat(
    settled_team, kind, detail, reason
):
    team = settled_team
    filled = {k: v.replace("{own}", f"{team.application}/prod") for k, v in detail.items()}
    event_id = put(team, kind, **filled)
    faults = answer(team, event_id)["faults"]
    assert any(reason in fault["reason"] for fault in faults), faults
    wait_for(lambda: "Nothing was done." in texts(team))
    assert "<!channel>" not in " ".join(m["text"] for m in team.messages())


def test_a_roll_back_of_what_was_never_live_is_rejected_with_what_is_known(settled_team):
    target = f"{settled_team.application}/prod"
    asked = put(settled_team, "Roll Back", target=target, by="m", reason="x", version="77")
    ending = settled_team.ending(f"{target}/roll-back-{asked}")
    assert ending.kind == "rejected"
    assert "version 77 does not exist" in ending.faults[0]
    assert "Were live: 1." in ending.faults[0]


@pytest.mark.long
def test_an_instruction_that_comes_late_does_not_hit_what_came_after(team):
    """It was delivered again hours later, or its sender's time says so."""
    assert team.release().kind == "live"
    target = f"{team.application}/prod"
    then = "2020-01-01T00:00:00Z"
    back = put(team, "Roll Back", then, target=target, by="mara", reason="it was slow")
    (fault,) = answer(team, back)["faults"]
    assert "since that was asked for" in fault["reason"]
    running = team.upload(code("two", CANARY))
    wait_for(lambda: team.alias()[1])
    stop = put(team, "Stop Release", then, target=target, by="mara", reason="it was bad")
    (fault,) = answer(team, stop)["faults"]
    assert running in fault["reason"]
    assert team.alias()[1], "the one that runs now goes on"
    put(team, "Stop Release", target=target, release=running, by="mara", reason="that one")
    assert team.ending(running).kind == "stopped"
