"""Each layout as it is sent: a file each for the message, for what is said aloud and for the thread,
to be pasted into Slack's Block Kit Builder as it is; and what a phone's lock screen shows, in texts.txt.

`WRITE_GOLDEN=1 pytest tests/unit/test_layouts.py` writes them anew; look at what changed.
"""

import json
import os
from pathlib import Path

import pytest
from slack_sdk.models.blocks import Block

from localcloud import slack_limits
from pilotage.slack_message import render, render_aloud, render_history
from tests.unit.layouts import LAYOUTS

GOLDEN = Path(__file__).parent.parent / "golden"


def rendered(name):
    """The message, what is said aloud of a bad end, and the history in the thread."""
    notice = LAYOUTS[name]
    found = {"message": render(notice, buttons=True)}
    if notice.broadcast:
        found["aloud"] = render_aloud(notice)
    if notice.history:
        found["thread"] = render_history(notice.history)
    return found


def kept(name, text):
    """What the file holds, after writing it where that is asked for."""
    path = GOLDEN / name
    if os.environ.get("WRITE_GOLDEN"):
        path.write_text(text)
    return path.read_text()


def file_name(name, part):
    return f"{name}.json" if part == "message" else f"{name}.{part}.json"


@pytest.mark.parametrize("name", LAYOUTS)
def test_each_layout_is_as_it_was_looked_at(name):
    for part, message in rendered(name).items():
        text = json.dumps({"blocks": message["blocks"]}, indent=1, ensure_ascii=False) + "\n"
        assert kept(file_name(name, part), text) == text


def test_a_lock_screen_shows_what_was_looked_at():
    lines = [f"{name}: {rendered(name)['message']['text']}\n" for name in LAYOUTS]
    assert kept("texts.txt", "".join(lines)) == "".join(lines)


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
    wanted = {file_name(name, part) for name in LAYOUTS for part in rendered(name)}
    assert {path.name for path in GOLDEN.glob("*")} == {*wanted, "texts.txt"}
