"""The page: the channel as it was sent, hostile words included; and only for this machine."""

import json
import urllib.error
import urllib.request

import pytest

from localcloud.console.feed import Feed
from localcloud.console.server import Console
from localcloud.console.slack_view import channel

EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def url(cloud):
    console = Console(cloud, 0)
    console.start()
    yield console.url
    console.stop()


def get(url, **headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
        return answer.read().decode(), answer.headers


def test_hostile_words_are_words_in_every_kind_of_block():
    rich = {"type": "rich_text_section", "elements": [{"type": "text", "text": EVIL}]}
    link = {"type": "link", "url": "javascript:alert(1)", "text": EVIL}
    blocks = [
        {"type": "header", "text": {"text": EVIL}},
        {"type": "section", "text": {"text": EVIL}, "fields": [{"text": EVIL}]},
        {"type": "context", "elements": [{"text": EVIL}]},
        {"type": "rich_text", "elements": [rich, {"type": "rich_text_list", "elements": [rich]}]},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [link]}]},
        {
            "type": "actions",
            "elements": [{"type": "button", "text": {"text": EVIL}, "value": EVIL}],
        },
        {"type": "invented", "value": EVIL},
    ]
    (html,) = channel([{"method": "chat.postMessage", "ts": "1", "blocks": blocks}]).values()
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert html.count("&lt;script&gt;") >= 9


def test_an_edited_message_stands_there_once_with_its_thread_below():
    sent = [
        {"method": "chat.postMessage", "ts": "1", "text": "a"},
        {"method": "chat.postMessage", "ts": "2", "text": "b"},
        {"method": "chat.update", "ts": "1", "text": "c"},
        {"method": "chat.postMessage", "ts": "3", "thread_ts": "1", "text": "silent"},
        {
            "method": "chat.postMessage",
            "ts": "4",
            "thread_ts": "1",
            "text": "aloud",
            "reply_broadcast": True,
        },
        {"method": "response_url", "ts": "", "below": "2", "user": "U0LOCAL0001", "text": "psst"},
    ]
    shown = channel(sent)
    assert list(shown) == ["m1", "m2", "m4"]
    assert "<p>c</p>" in shown["m1"]
    assert "silent" in shown["m1"]
    assert "only visible to mara" in shown["m2"]


def test_the_feed_sends_everything_first_and_then_what_changed():
    states = iter([{"a": {"1": "x", "2": "y"}}, {"a": {"1": "x", "2": "y"}}, {"a": {"2": "z"}}])
    count = iter([False, False, True])
    updates = Feed(lambda: next(states)).updates(lambda: next(count))
    first, then = (json.loads(update.removeprefix("data: ")) for update in updates)
    assert first == {"a": {"order": ["1", "2"], "html": {"1": "x", "2": "y"}}}
    assert then == {"a": {"order": ["2"], "html": {"2": "z"}}}


def test_its_policy_lets_nothing_foreign_in(url):
    _, headers = get(url)
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "unsafe" not in policy


def test_other_hosts_are_refused(url):
    with pytest.raises(urllib.error.HTTPError) as error:
        get(url, Host="evil.example")
    assert error.value.code == 403
