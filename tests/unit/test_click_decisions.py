"""What a click comes to, decided from what the table says."""

from dataclasses import replace

import pytest

from pilotage import button, click, instruction
from pilotage.click import Click
from pilotage.turns import Claim, Life, Turn
from tests.unit.layouts import CHECK_FAILED, LIVE, REJECTED, ROLLED_BACK, SHIFTING, SUPERSEDED

NOW = "2026-11-23T16:00:00+00:00"
LATE = "2026-11-25T16:00:00+00:00"
LIVES = Turn(lives=(Life("42", LIVE.id), Life("41", "checkout/prod/before")))


def a_click(action):
    return Click(action, LIVE.id, "U01", "mara", "https://hooks.example/1")


def newer(than):
    claim = than.claim
    return Turn(
        newest=Claim("checkout/prod/z", "u", claim.key, "z", "t", name="4.13.0"),
        lives=(Life("43", "checkout/prod/z"),),
    )


@pytest.mark.parametrize(
    ("release", "actions"),
    [
        (SHIFTING, ["stop"]),
        (LIVE, ["roll-back"]),
        (ROLLED_BACK, ["release-again"]),
        (CHECK_FAILED, ["release-again"]),
        (SUPERSEDED, ["release-again"]),
        (REJECTED, []),
    ],
    ids=lambda value: value.step if hasattr(value, "step") else None,
)
def test_each_state_offers_what_can_be_done(release, actions):
    assert [b.action for b in button.buttons_of(release)] == actions


def test_a_roll_back_goes_to_the_version_that_its_button_shows():
    (shown,) = button.buttons_of(LIVE)
    kind, detail = click.instruction(a_click("roll-back"), LIVE)
    assert shown.label == "Roll back to version 41"
    assert (kind, detail["version"], detail["release"]) == ("Roll Back", "41", LIVE.id)
    assert detail["by"] == "mara (U01)"


def test_a_roll_back_is_for_what_users_get_and_for_some_hours():
    assert click.refusal(a_click("roll-back"), LIVE, LIVES, NOW) == ""
    assert "more than 24 hours ago" in click.refusal(a_click("roll-back"), LIVE, LIVES, LATE)
    other = Turn(lives=(Life("43", "checkout/prod/z"), *LIVES.lives))
    assert "do not get this" in click.refusal(a_click("roll-back"), LIVE, other, NOW)
    unknown = LIVE._replace(outcome=replace(LIVE.outcome, at=""))
    assert click.refusal(a_click("roll-back"), unknown, LIVES, NOW)


def test_an_old_artifact_is_not_released_again_over_a_newer_one():
    again = a_click("release-again")
    assert click.refusal(again, ROLLED_BACK, LIVES, NOW) == ""
    words = click.refusal(again, ROLLED_BACK, newer(ROLLED_BACK), NOW)
    assert words.startswith("4.13.0 went live after it.")


def test_a_click_that_comes_too_late_says_what_users_get():
    words = click.refusal(a_click("stop"), LIVE, LIVES, NOW)
    assert words == "It is too late for that. Everyone gets 4.12.0 (version 42). Nothing was done."
    assert "not known" in click.refusal(a_click("stop"), None, Turn(), NOW)


@pytest.mark.parametrize(
    "body", [b"", b"payload={}", b"payload=[]", b"payload=nonsense", b"\xff", b"other=1"]
)
def test_junk_that_slack_signed_is_no_click(body):
    assert click.read(body) is None


def test_nobody_freezes_in_silence():
    """Only what is seen in chat anyway may say that it was asked for there."""
    detail = {"target": "everything", "by": "x", "reason": "y", "asked_in": "chat"}
    event = {"id": "1", "time": NOW, "detail-type": "Freeze", "detail": detail}
    _, faults = instruction.read(event, NOW)
    assert [fault.reason for fault in faults] == ['says "asked_in", which Freeze does not know.']
