"""Slack is called no faster than it takes, once it has said so."""

import pytest

from pilotage.gateways.pace import Paced
from pilotage.told import ComeBack


class Channel:
    """Takes one call a second and channel, as Slack counts; time passes only by sleeping."""

    def __init__(self):
        self.at, self.took, self.refused, self.taken = 0.0, {}, 0, []

    def sleep(self, seconds):
        self.at += seconds

    def __call__(self, method, arguments):
        self.at += 0.05
        last = self.took.get(arguments["channel"])
        if last is not None and self.at < last + 1:
            self.refused += 1
            raise ComeBack(1)
        self.took[arguments["channel"]] = self.at
        self.taken.append(self.at)
        return {"ok": True}


@pytest.fixture
def slack():
    return Channel()


@pytest.fixture
def call(slack):
    paced = Paced(slack, slack.sleep, lambda: slack.at)

    def until_taken(channel="C1"):
        try:
            return paced("chat.postMessage", {"channel": channel})
        except ComeBack as later:
            slack.sleep(later.seconds)
            return paced("chat.postMessage", {"channel": channel})

    return until_taken


def test_a_channel_that_turned_one_away_is_asked_when_it_takes_the_next(slack, call):
    for _ in range(20):
        call()
    assert slack.refused == 1
    rate = (len(slack.taken) - 1) / (slack.taken[-1] - slack.taken[0])
    assert rate > 0.94


def test_other_channels_and_the_first_calls_are_not_held_back(slack, call):
    call()
    call()
    before = slack.at
    call("C2")
    assert slack.at - before == pytest.approx(0.05)


def test_after_a_quiet_minute_calls_may_come_at_once_again(slack, call):
    call()
    call()
    slack.sleep(61)
    call()
    call()
    assert slack.refused == 2
