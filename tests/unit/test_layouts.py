"""Each layout as it is sent, kept as JSON that can be pasted into Slack's Block Kit Builder.

`WRITE_GOLDEN=1 pytest tests/unit/test_layouts.py` writes them anew; look at what changed.
"""

import json
import os
from pathlib import Path

import pytest
from slack_sdk.models.blocks import Block

from localcloud import slack_limits
from pilotage.notice import of
from pilotage.slack_message import render, render_aloud, render_history
from tests.unit.layouts import LAYOUTS

GOLDEN = Path(__file__).parent.parent / "golden"


def rendered(name):
    """The message, what is said aloud of a bad end, and the history in the thread."""
    notice = of(*LAYOUTS[name])
    found = {"message": render(notice, buttons=True)}
    if notice.broadcast:
        found["aloud"] = render_aloud(notice)
    found["thread"] = render_history(notice.history)
    return found


@pytest.mark.parametrize("name", LAYOUTS)
def test_each_layout_is_as_it_was_looked_at(name):
    path = GOLDEN / f"{name}.json"
    text = json.dumps(rendered(name), indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("WRITE_GOLDEN"):
        path.write_text(text)
    assert text == path.read_text()


@pytest.mark.parametrize("name", LAYOUTS)
def test_each_layout_is_taken_by_slack(name):
    for message in rendered(name).values():
        assert slack_limits.error(message["blocks"]) == ""
        for block in message["blocks"]:
            Block.parse(block).validate_json()


def test_every_layout_says_first_what_users_get():
    for name in LAYOUTS:
        header, users_get, *_ = rendered(name)["message"]["blocks"]
        assert header["type"] == "header"
        assert users_get["type"] == "section"
        assert any(
            word in users_get["text"]["text"] for word in ("sers", "veryone", "ersion", "deployed")
        )


def test_a_release_that_is_being_stopped_promises_no_next_step():
    text = json.dumps(rendered("being-stopped")["message"]["blocks"], ensure_ascii=False)
    assert "10% on version 42" in text
    assert "everyone at" not in text


def test_no_golden_file_is_left_over():
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(LAYOUTS)
