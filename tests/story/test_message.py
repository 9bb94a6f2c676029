"""The one living message of a release: what a person reads in the channel while it goes its way."""

import hashlib

import pytest

from tests.builders import unique, wait_for
from tests.story.team import code, in_text, make_team

LINEAR = "rollout: linear 25% 8m\n"


def mine(team):
    return [m for m in team.messages() if team.application in m["text"] and "ts" in m]


@pytest.mark.long
def test_the_bar_moves_with_each_step_though_no_event_tells_of_it(team):
    assert team.release().kind == "live"
    release = team.upload(code("linear", LINEAR), by="mara")
    for share in ("25%", "50%", "75%"):
        wait_for(lambda share=share: f"{share} on version 2" in in_text(team.message_of(release)))
        if share == "25%":
            assert planned(team, release)
    ending = team.ending(release)
    assert ending.kind == "live"
    assert [m["method"] for m in ending.messages].count("chat.postMessage") == 1
    assert "in all " in ending.text
    ts = ending.messages[0]["ts"]
    threads = wait_for(
        lambda: [t for t in thread(team, ts) if "live" in t["text"]] and thread(team, ts)
    )
    said = "; ".join(t["text"] for t in threads)
    for line in ("uploaded by mara", "version 2 published", "50% of users moved", "everyone moved"):
        assert said.count(line) == 1, line
    wait_for(lambda: len(planned(team, release)) == 1)  # each removes itself
    # What is left takes the button to roll back away again, after a day.


def planned(team, release):
    """The release's schedules that are still to come; other releases of this cloud have their own."""
    mark = hashlib.sha256(release.encode()).hexdigest()[:24]
    pages = team.aws.scheduler.get_paginator("list_schedules").paginate()
    return [name for name in pages.search("Schedules[].Name") if mark in name]


def thread(team, ts):
    return [m for m in team.messages() if m.get("thread_ts") == ts and not m.get("reply_broadcast")]


def test_a_good_release_posts_once_in_the_channel_and_says_what_it_replaces(team):
    team.release(code("one"), commit="1111111")
    before = len(mine(team))
    repository = "release: {url: https://github.com/shop/orders, commit: 2222222}\n"
    ending = team.release(code("two", repository))
    assert ending.kind == "live"
    assert "https://github.com/shop/orders/compare/1111111...2222222" in ending.text
    assert "after 1111111" in ending.text
    posts = [m for m in mine(team)[before:] if m["method"] == "chat.postMessage"]
    assert len([m for m in posts if "thread_ts" not in m]) == 1


@pytest.mark.long
def test_an_alarm_that_rings_is_told_with_its_value_against_its_limit(aws, cloud, pilotage):
    alarm = unique("p99")
    team = make_team(aws, cloud, pilotage, alarms=[alarm])
    assert team.release().kind == "live"
    aws.cloudwatch.put_metric_alarm(
        AlarmName=alarm,
        Namespace="Shop",
        MetricName=alarm,
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=300,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="ignore",  # so that it stays as it was
    )
    release = team.upload(code("slow", "rollout: canary 10% 200m\n"))
    wait_for(lambda: team.alias()[1])
    wait_for(lambda: f"🟢 {alarm}" in in_text(team.message_of(release)))
    datum = {"MetricName": alarm, "Value": 412.5}
    aws.cloudwatch.put_metric_data(Namespace="Shop", MetricData=[datum])
    ending = team.ending(release)
    assert ending.kind == "stopped"
    assert f"🔴 {alarm}: 412.5 (limit 300)" in ending.text
