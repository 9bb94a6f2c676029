"""Both ways to Slack, against a Slack that keeps what it was sent."""

import pytest

from localcloud.slack import TOKEN
from pilotage.gateways.slack import ComeBack, channel_for

MESSAGE = {
    "text": "t",
    "blocks": [{"type": "section", "text": {"type": "plain_text", "text": "b"}}],
}


def test_a_webhook_posts_and_cannot_edit(cloud):
    channel = channel_for(f"{cloud.endpoint}/slack/services/T0/B0/secret", "")
    assert channel.edits is False
    assert channel.post("", MESSAGE, "") == ""
    sent = cloud.slack.inbox[-1]
    assert (sent["method"], sent["text"], sent["blocks"]) == ("webhook", "t", MESSAGE["blocks"])


def test_a_bot_posts_edits_and_posts_anew_when_its_message_is_gone(cloud):
    channel = channel_for(TOKEN, f"{cloud.endpoint}/slack/api/")
    ts = channel.post("C1", MESSAGE, "")
    assert channel.post("C1", MESSAGE, ts) == ts
    anew = channel.post("C1", MESSAGE, "1.000001")
    assert anew not in ("", ts, "1.000001")
    assert [m["method"] for m in cloud.slack.inbox[-3:]] == [
        "chat.postMessage",
        "chat.update",
        "chat.postMessage",
    ]


def test_a_wrong_token_comes_back_because_someone_is_changing_it(cloud):
    channel = channel_for("xoxb-wrong", f"{cloud.endpoint}/slack/api/")
    with pytest.raises(ComeBack):
        channel.post("C1", MESSAGE, "")
