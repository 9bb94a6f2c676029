"""The page: the channel as it was sent, hostile words included."""

import urllib.error
import urllib.request

import pytest

from localcloud.console import Console, latest
from localcloud.slack import Slack


@pytest.fixture
def console():
    slack = Slack()
    page = Console(slack, 0, "http://localhost:1")
    page.start()
    yield slack, page.url
    page.stop()


def get(url, **headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
        return answer.read().decode(), answer.headers


def test_hostile_words_are_shown_and_run_nothing(console):
    slack, url = console
    evil = "<script>alert(1)</script>"
    slack.inbox.append(
        {
            "method": "chat.postMessage",
            "ts": "1",
            "blocks": [
                {"type": "header", "text": {"text": evil}},
                {"type": "section", "text": {"text": evil}},
                {"type": "context", "elements": [{"text": evil}]},
                {
                    "type": "rich_text",
                    "elements": [
                        {"type": "rich_text_list", "elements": [{"elements": [{"text": evil}]}]}
                    ],
                },
                {"type": "invented", "value": evil},
            ],
        }
    )
    body, headers = get(url)
    assert "<script" not in body
    assert body.count("&lt;script&gt;") == 5
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_an_edited_message_stands_there_once():
    sent = [{"ts": "1", "text": "a"}, {"ts": "2", "text": "b"}, {"ts": "1", "text": "c"}]
    assert [message["text"] for message in latest(sent)] == ["c", "b"]


def test_other_hosts_are_refused(console):
    _, url = console
    with pytest.raises(urllib.error.HTTPError) as error:
        get(url, Host="evil.example")
    assert error.value.code == 403
