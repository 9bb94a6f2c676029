"""What Slack is sent keeps Slack's limits, whatever the words."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from demo.play import _reasons
from localcloud import slack_limits
from pilotage.alarm import AlarmSeen
from pilotage.artifact import Artifact
from pilotage.fault import Fault
from pilotage.notice import Seen, of
from pilotage.outcome import Outcome
from pilotage.release import (
    CheckResult,
    Deployment,
    Plan,
    Release,
    Replaced,
    Revision,
    Stop,
)
from pilotage.rollout import of_configuration
from pilotage.slack_message import render, render_aloud, render_history
from pilotage.target import Target

HOSTILE = st.text(max_size=400) | st.sampled_from(
    [
        "<!channel> <@U123>",
        "<https://evil|click>",
        "*bold* `x`",
        "\u202egnp.exe",
        "a" * 10_000,
        "\0\x1b[31m",
        "🚀" * 200,
    ]
)
OUTCOMES = ["live", "unchanged", "rejected", "superseded", "stopped", "needs a person"]


def on_its_way(claimed_at="now", **changes):
    """A release from version 1 to version 2."""
    return Release(
        Artifact("b", "orders/prod/a.zip", "v", 1, "t"),
        "arn",
        claimed_at,
        plan=Plan(Target("orders", "prod", "fn", "live"), "1"),
        revision=Revision("2", "s", "c", "1"),
        **changes,
    )


@settings(max_examples=200, deadline=None)
@given(
    HOSTILE, HOSTILE, HOSTILE, st.lists(HOSTILE, max_size=30), st.sampled_from([None, *OUTCOMES])
)
def test_hostile_words_stay_words_and_within_the_limits(version, by, key, reasons, kind):
    release = Release(
        Artifact("bucket", f"orders/prod/{key}", "v", 1, "t"),
        "arn:aws:states:eu-west-1:1:execution:m:" + version,
        "now",
        step="finished" if kind else "shifting",
        facts=dict.fromkeys(("version", "url", "run", "notes", "again"), version)
        | {"by": by, "commit": by},
        faults=tuple(Fault("f", reason) for reason in reasons),
        plan=Plan(Target("orders", "prod", "fn", "live"), "1"),
        revision=Revision("2", "s", "c", "1"),
        deployment=Deployment(by, "CodeDeployDefault.LambdaCanary10Percent5Minutes"),
        checks=(CheckResult("before", True, by), CheckResult("after", False, version)),
        outcome=Outcome(kind, "1", reason=version) if kind else None,
        stop=Stop(by, version, "now"),
        urgent=by,
        replaces=Replaced(by, version),
        alarms=tuple(AlarmSeen(reason, True, 1.5, 1) for reason in reasons),
    )
    notice = of(release, Seen(0.3, release.alarms))
    messages = [
        render(notice, buttons=True),
        render_aloud(notice),
        render_history(notice.history),
    ]
    for message in messages:
        assert slack_limits.error(message["blocks"]) == ""
        assert not [word for word in ("<!", "<@", "<http") if word in message["text"]]
        assert len(message["text"].encode()) <= 4000, "Slack refuses to edit longer ones"
        assert "mrkdwn" not in json.dumps(message["blocks"]), "Slack parses none of the words"
        for block in message["blocks"]:
            Block.parse(block).validate_json()
        for url in urls(message["blocks"]):
            assert re.fullmatch(r"https://[^\s<>|]+", url)


@pytest.mark.parametrize("letter", ["&", "🚀"])
def test_what_a_lock_screen_shows_fits_however_long_its_letters_are_in_bytes(letter):
    said = letter * 300
    urgent = Release(
        Artifact("b", "orders/prod/a.zip", "v", 1, "t"),
        "arn:aws:states:eu-west-1:1:execution:m:e",
        "now",
        step="shifting",
        facts=dict.fromkeys(("version", "by", "notes", "run"), said),
        stop=Stop(said, said, "now"),
        urgent=said,
        replaces=Replaced(said, said),
        plan=Plan(Target("orders", "prod", "fn", "live"), "1"),
    )
    text = render(of(urgent, Seen(0.3)), buttons=True)["text"]
    assert len(text.encode()) <= 4000
    assert not re.search(r"&(?!amp;|lt;|gt;)", text), "no half of an escape"


def urls(part):
    if isinstance(part, dict):
        found = [part["url"]] if part.get("type") == "link" else []
        return found + [url for inner in part.values() for url in urls(inner)]
    return [url for inner in part for url in urls(inner)] if isinstance(part, list) else []


def test_the_first_line_says_what_users_get():
    release = on_its_way(
        step="finished",
        facts={"version": "4.12.0", "by": "mara", "commit": "9f3c2ab"},
        outcome=Outcome("stopped", "1", reason="alarm", share=0.1, seconds=112, exposed=True),
    )
    message = render(of(release))
    texts = [block["text"]["text"] for block in message["blocks"] if "text" in block]
    assert texts[0] == "⏪ orders 4.12.0 → prod: rolled back"
    assert (
        texts[1]
        == "Everyone has version 1 again. 10% of users had 4.12.0 (version 2) for 1 min 52 s."
    )


def test_the_bar_shows_what_the_alias_says_and_when_the_next_step_comes():
    release = on_its_way(
        step="shifting",
        deployment=Deployment("d-1", "CodeDeployDefault.LambdaCanary10Percent5Minutes"),
        times={"shifting": "2026-11-23T14:02:00+00:00"},
    )
    bar, _who = [b for b in render(of(release, Seen(0.1)))["blocks"] if b["type"] == "rich_text"]
    assert _reasons(render(of(release, Seen(0.1)))) == []  # the demo prints reasons alone
    text, then, date = bar["elements"][0]["elements"]
    assert text["text"] == "▰▰▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱▱ 10% on version 2"
    assert then["text"] == " · everyone at "
    assert (date["type"], date["fallback"]) == ("date", "14:07 UTC")


@pytest.mark.parametrize(
    ("configuration", "share", "after"),
    [
        ("CodeDeployDefault.LambdaCanary10Percent30Minutes", 0.1, (1.0, 30)),
        ("CodeDeployDefault.LambdaLinear10PercentEvery1Minute", 0.3, (0.4, 3)),
        ("pilotage-linear-40-percent-every-2-minutes", 0.8, (1.0, 4)),
        ("pilotage-canary-25-percent-60-minutes", 0.25, (1.0, 60)),
        ("CodeDeployDefault.LambdaAllAtOnce", 0.0, (1.0, 0)),
        ("somebody-s-own", 0.5, (1.0, 0)),
    ],
)
def test_a_configuration_tells_when_its_next_step_comes(configuration, share, after):
    assert of_configuration(configuration).next_step(share) == pytest.approx(after)


def test_how_long_it_took_is_told_at_the_end():
    release = on_its_way(
        claimed_at="2026-11-23T14:00:00+00:00",
        step="finished",
        times={
            "checking": "2026-11-23T14:00:09+00:00",
            "shifting": "2026-11-23T14:00:11+00:00",
            "verifying": "2026-11-23T14:05:12+00:00",
        },
        outcome=Outcome("live", "2", at="2026-11-23T14:06:40+00:00"),
    )
    assert "published after 9 s · traffic 5 min 1 s · in all 6 min 40 s" in of(release).facts


def test_an_alias_without_the_new_version_does_not_promise_it():
    """CodeDeploy takes the weights away before it says that it stopped: nobody is about to get
    the version that is being taken back."""
    release = on_its_way(
        step="shifting",
        deployment=Deployment("d-1", "CodeDeployDefault.LambdaCanary10Percent5Minutes"),
    )
    first = render(of(release, Seen(0.0)))["blocks"][1]["text"]["text"]
    assert first == "Users get version 1, none of them version 2: LambdaCanary10Percent5Minutes."
