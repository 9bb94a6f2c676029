"""Both ways to Slack, against a Slack that keeps what it was sent."""

import pytest

from localcloud.slack import TOKEN
from pilotage.gateways.message_table import MessageTable
from pilotage.gateways.slack import channel_for
from pilotage.gateways.slack_users import is_among
from pilotage.notice import of
from pilotage.told import NOTHING_TOLD, ComeBack, Told
from tests.unit.test_slack_message import on_its_way

NOTICE = of(on_its_way(step="publishing"))


def test_a_webhook_posts_a_start(cloud):
    channel = channel_for(f"{cloud.endpoint}/slack/services/T0/B0/secret", "", "")
    told = channel.next(NOTICE, NOTHING_TOLD)()
    sent = cloud.slack.inbox[-1]
    assert (sent["method"], sent["text"][:8]) == ("webhook", "📦 orders")
    assert channel.next(NOTICE, told) is None


def test_a_bot_posts_edits_and_posts_anew_when_its_message_is_gone(cloud):
    channel = channel_for(TOKEN, f"{cloud.endpoint}/slack/api/", "C1")
    first = channel.next(NOTICE, NOTHING_TOLD)()
    edited = channel.next(of(on_its_way(step="checking")), first)()
    assert edited.ts == first.ts
    anew = channel.next(NOTICE, Told("C1", "1.000001"))()
    assert anew.ts not in ("", first.ts, "1.000001")
    assert [m["method"] for m in cloud.slack.inbox[-3:]] == [
        "chat.postMessage",
        "chat.update",
        "chat.postMessage",
    ]


def test_a_wrong_token_comes_back_because_someone_is_changing_it(cloud):
    channel = channel_for("xoxb-wrong", f"{cloud.endpoint}/slack/api/", "C1")
    with pytest.raises(ComeBack):
        channel.next(NOTICE, NOTHING_TOLD)()


def test_who_may_click_is_named_or_in_a_group_that_is(cloud):
    def may(user, *operators):
        return is_among(operators, f"{cloud.endpoint}/slack/api/", lambda: TOKEN, user)

    assert may("U7", "U7")
    assert may("U0LOCAL0001", "S0LOCAL0001")
    assert not may("U7", "S0LOCAL0001")
    assert not may("U7")


def test_what_an_older_version_kept_of_a_message_is_replaced_like_any_other(aws, pilotage):
    table = MessageTable(pilotage["Table"])
    aws.dynamodb.put_item(
        TableName=pilotage["Table"],
        Item={
            "pk": {"S": "release#old"},
            "sk": {"S": "message"},
            "message": {
                "S": '{"channel": "C1", "ts": "1.1", "rank": 4, "hash": "h", "ended": false,'
                ' "aloud": false, "claimed": 0}'
            },
        },
    )
    before = table.message("old")
    assert (before.told.ts, before.told.rank, before.until) == ("1.1", 4, 0)
    claimed = table.put_message("old", before._replace(until=5), before)
    assert claimed == table.message("old")
    assert table.put_message("old", before, before) is None, "someone else wrote"
