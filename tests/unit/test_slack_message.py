"""What Slack is sent keeps Slack's limits, whatever the words."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from pilotage.artifact import Artifact
from pilotage.fault import Fault
from pilotage.notice import of
from pilotage.outcome import Outcome
from pilotage.release import Plan, Release, Revision
from pilotage.slack_message import render
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


@settings(max_examples=200, deadline=None)
@given(
    HOSTILE, HOSTILE, HOSTILE, st.lists(HOSTILE, max_size=30), st.sampled_from([None, *OUTCOMES])
)
def test_hostile_words_stay_words_and_within_the_limits(version, by, key, reasons, kind):
    release = Release(
        Artifact("bucket", f"orders/prod/{key}", "v", 1, "t"),
        "arn",
        "now",
        step="finished" if kind else "inspecting",
        facts={"version": version, "by": by, "commit": by, "url": version},
        faults=tuple(Fault("f", reason) for reason in reasons),
        plan=Plan(Target("orders", "prod", "fn", "live"), "1"),
        revision=Revision("2", "s", "c", "1"),
        outcome=Outcome(kind, "1", reason=version) if kind else None,
    )
    message = render(of(release))
    blocks = message["blocks"]
    assert len(blocks) <= 50
    assert len(json.dumps(blocks, ensure_ascii=False)) < 13_200
    assert "<!" not in message["text"]
    assert "<@" not in message["text"]
    assert "<http" not in message["text"]
    for block in blocks:
        Block.parse(block).validate_json()
        assert block["type"] != "header" or 0 < len(block["text"]["text"]) <= 150
        assert "mrkdwn" not in json.dumps(block)


def test_the_first_line_says_what_users_get():
    release = Release(
        Artifact("b", "orders/prod/a.zip", "v", 1, "t"),
        "arn",
        "now",
        step="finished",
        facts={"version": "4.12.0", "by": "mara", "commit": "9f3c2ab"},
        plan=Plan(Target("orders", "prod", "fn", "live"), "1"),
        revision=Revision("2", "s", "c", "1"),
        outcome=Outcome("stopped", "1", reason="alarm", share=0.1, seconds=112, exposed=True),
    )
    message = render(of(release))
    texts = [block["text"]["text"] for block in message["blocks"] if "text" in block]
    assert texts[0] == "⏪ orders 4.12.0 → prod: rolled back"
    assert texts[1] == "Version 1 has 100% again. 10% of users had version 2 for 1 min 52 s."
