"""Slack throttles, breaks, hangs or refuses: no release notices, and nothing is lost or doubled."""

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from localcloud.slack import Trouble
from tests.builders import part_of_pilotage, wait_for
from tests.story.team import make_team

AWS = Path(sys.executable).parent / "aws"


@pytest.fixture
def slack(cloud):
    yield cloud.slack
    cloud.slack.trouble, cloud.slack.per_second = None, 0


def posts_of(team, release):
    """The messages of a release: one post, and edits of it."""
    found = team.ending(release).messages
    return [message["method"] for message in found]


# Longer than anyone waits for Slack.
HANGING = Trouble("hanging", 7)
TROUBLES = [Trouble("throttled", 1), Trouble("unavailable"), HANGING]


@pytest.mark.long
@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
def test_a_release_goes_its_way_and_is_told_afterwards(team, slack, trouble):
    slack.trouble = trouble
    release = team.upload(by="mara")
    assert team.outcome(release)["outcome"]["kind"] == "live"
    wait_for(lambda: slack.turned_away)
    assert not [m for m in team.messages() if team.application in m["text"]]
    slack.trouble = None
    methods = posts_of(team, release)
    assert methods.count("chat.postMessage") == 1
    texts = [m["text"] for m in team.messages() if team.application in m["text"]]
    assert "Everyone gets version 1." in texts[-1]
    assert len([t for t in texts if ": live" in t]) == 1


def test_what_slack_refuses_for_good_rings_and_is_replayed_by_the_documented_command(
    aws, cloud, pilotage, slack
):
    team = make_team(aws, cloud, pilotage)
    slack.trouble = Trouble("channel_not_found")
    release = team.upload()
    assert team.outcome(release)["outcome"]["kind"] == "live"
    lost, queue = (arn_of(aws, pilotage[name]) for name in ("LostNotices", "NoticeQueue"))

    def reasons():
        got = aws.sqs.receive_message(
            QueueUrl=pilotage["LostNotices"],
            MessageAttributeNames=["All"],
            VisibilityTimeout=0,
            MaxNumberOfMessages=10,
        )
        return [m["MessageAttributes"]["reason"]["StringValue"] for m in got.get("Messages", [])]

    assert set(wait_for(reasons)) == {"channel_not_found"}
    alarm = part_of_pilotage(aws, "LostNoticesAlarm")
    wait_for(lambda: state_of(aws, alarm) == "ALARM")
    slack.trouble = None
    replay = ["sqs", "start-message-move-task", "--source-arn", lost, "--destination-arn", queue]
    subprocess.run(
        [str(AWS), "--endpoint-url", cloud.endpoint, *replay], check=True, capture_output=True
    )
    assert posts_of(team, release).count("chat.postMessage") == 1
    assert "Everyone gets version 1." in team.ending(release).text


@pytest.mark.long
def test_a_channel_that_takes_one_call_a_second_is_told_all_once_and_in_order(
    aws, cloud, pilotage, slack
):
    teams = [make_team(aws, cloud, pilotage) for _ in range(4)]
    slack.per_second = 1
    releases = [team.upload(by="mara") for team in teams]
    for team, release in zip(teams, releases, strict=True):
        assert team.outcome(release)["outcome"]["kind"] == "live", "chat holds nothing up"
    for team, release in zip(teams, releases, strict=True):
        messages = wait_for(lambda t=team, r=release: t._told(r, "live"), seconds=120)
        assert [m["method"] for m in messages].count("chat.postMessage") == 1
        ranks = [ORDER[m["text"][0]] for m in messages]
        assert ranks == sorted(ranks), "never set back to an earlier state"
        shown = [json.dumps(m["blocks"]) for m in messages]
        assert all(one != following for one, following in pairwise(shown))
        assert ": live" in messages[-1]["text"]
    assert slack.turned_away


@pytest.mark.long
def test_throttled_then_broken_then_hanging_nothing_is_lost_doubled_or_out_of_order(
    aws, cloud, pilotage, slack
):
    """One after the other, for a channel that takes one call a second anyway."""
    teams = [make_team(aws, cloud, pilotage) for _ in range(3)]
    slack.per_second = 1
    releases = [team.upload(by="mara") for team in teams]
    for trouble in (Trouble("throttled", 1), Trouble("unavailable"), HANGING):
        slack.trouble, before = trouble, slack.turned_away
        wait_for(lambda b=before: slack.turned_away > b)
    slack.trouble = None
    for team, release in zip(teams, releases, strict=True):
        assert team.outcome(release)["outcome"]["kind"] == "live", "chat holds nothing up"
        messages = wait_for(lambda t=team, r=release: t._told(r, "live"), seconds=150)
        assert [m["method"] for m in messages].count("chat.postMessage") == 1
        ranks = [ORDER[m["text"][0]] for m in messages]
        assert ranks == sorted(ranks)


@pytest.mark.long
def test_when_slacks_answer_is_lost_the_post_stands_there_twice_and_the_last_one_is_edited(
    team, slack
):
    """Slack has no idempotency key; docs/slack.md says so."""
    slack.trouble = Trouble("unanswered", 7)
    release = team.upload(by="mara")
    wait_for(lambda: [m for m in team.messages() if team.application in m["text"]])
    assert team.outcome(release)["outcome"]["kind"] == "live"
    slack.trouble = None
    messages = wait_for(lambda: team._told(release, "live"), 120)
    posts = [
        m
        for m in team.messages()
        if m["method"] == "chat.postMessage"
        and team.application in m["text"]
        and not m.get("thread_ts")
    ]
    assert len(posts) >= 2
    assert messages[-1]["ts"] == posts[-1]["ts"]
    assert ": live" in messages[-1]["text"]


ORDER = {"📦": 0, "⏸": 0, "🔎": 1, "🚚": 2, "✅": 3}


def arn_of(aws, url):
    found = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return found["Attributes"]["QueueArn"]


def state_of(aws, alarm):
    (found,) = aws.cloudwatch.describe_alarms(AlarmNames=[alarm])["MetricAlarms"]
    return found["StateValue"]
