"""What Slack is told, in which order: by a bot, and by a webhook."""

from dataclasses import replace

import pytest

from pilotage.gateways.slack import Bot, Webhook
from pilotage.notice import Seen, of
from pilotage.outcome import Outcome
from pilotage.release import Deployment, Stop
from pilotage.told import NOTHING_TOLD, ComeBack, RefusedForGood
from tests.unit.test_slack_message import on_its_way

SHIFTING = on_its_way(
    claimed_at="2026-11-23T14:00:00+00:00",
    step="shifting",
    deployment=Deployment("d-1", "CodeDeployDefault.LambdaCanary10Percent5Minutes"),
    times={"shifting": "2026-11-23T14:02:00+00:00"},
)
LIVE = SHIFTING._replace(step="finished", outcome=Outcome("live", "2"))
STOPPED = SHIFTING._replace(step="finished", outcome=Outcome("stopped", "1", reason="alarm"))


class Slack:
    """Answers as Slack does; `refuses` maps a method to what it raises."""

    def __init__(self, refuses=None):
        self.calls, self.refuses = [], refuses or {}

    def __call__(self, method, arguments):
        if method in self.refuses:
            raise self.refuses[method]
        self.calls.append((method, arguments))
        return {"ok": True, "ts": f"{len(self.calls)}.0"}

    @property
    def kinds(self):
        """Of each call: posted, edited, in the thread, or aloud."""
        return [
            "edit"
            if method == "chat.update"
            else "aloud"
            if arguments.get("reply_broadcast")
            else "thread"
            if "thread_ts" in arguments
            else "post"
            for method, arguments in self.calls
        ]


def tell(channel, release, told=NOTHING_TOLD):
    notice = of(release)
    while step := channel.next(notice, told):
        told = step()
    return told


@pytest.fixture
def slack():
    return Slack()


def test_a_good_release_is_one_message_with_silent_details_in_its_thread(slack):
    bot = Bot(slack, "C1")
    told = tell(bot, on_its_way(step="publishing"))
    for release in (SHIFTING, SHIFTING, LIVE, LIVE):
        told = tell(bot, release, told)
    assert slack.kinds == ["post", "edit", "thread", "edit", "thread"]
    assert {arguments["channel"] for _, arguments in slack.calls} == {"C1"}


def test_a_bad_end_is_said_aloud_once_because_an_edit_rings_nobodys_phone(slack):
    bot = Bot(slack, "C1")
    told = tell(bot, STOPPED, tell(bot, SHIFTING))
    tell(bot, STOPPED, told)
    assert slack.kinds == ["post", "thread", "edit", "aloud", "thread"]


def test_a_bad_end_that_is_told_at_once_rings_by_itself(slack):
    tell(Bot(slack, "C1"), STOPPED)
    assert slack.kinds == ["post", "thread"]


def test_no_line_of_the_history_is_said_twice(slack):
    bot = Bot(slack, "C1")
    tell(bot, LIVE, tell(bot, SHIFTING))
    threads = [a["text"] for _, a in slack.calls if "thread_ts" in a]
    assert "users begin to move" in threads[0]
    assert "users begin to move" not in threads[1]


def test_what_was_told_before_a_refusal_is_kept(slack):
    bot = Bot(slack, "C1")
    told = tell(bot, SHIFTING)
    slack.refuses = {"chat.postMessage": ComeBack(9)}
    step = bot.next(of(STOPPED), told)
    told = step()  # the edit
    with pytest.raises(ComeBack):
        bot.next(of(STOPPED), told)()  # aloud
    slack.refuses = {}
    tell(bot, STOPPED, told)
    assert slack.kinds == ["post", "thread", "edit", "aloud", "thread"]


def test_a_message_that_someone_deleted_is_posted_anew(slack):
    bot = Bot(slack, "C1")
    told = tell(bot, SHIFTING)
    slack.refuses = {"chat.update": RefusedForGood("message_not_found")}
    told = tell(bot, LIVE, told)
    assert slack.kinds == ["post", "thread", "post", "thread"]
    assert told.ts == "3.0"


def test_buttons_are_shown_only_where_someone_answers_them(slack):
    tell(Bot(slack, "C1", buttons=True), SHIFTING)
    tell(Bot(slack, "C1"), SHIFTING)
    stopping = SHIFTING._replace(stop=Stop("mara", "slow", "2026-11-23T14:03:00Z"))
    tell(Bot(slack, "C1", buttons=True), stopping)
    posts = [a["blocks"] for _, a in slack.calls if "thread_ts" not in a]
    assert [any(b["type"] == "actions" for b in blocks) for blocks in posts] == [True, False, False]


def test_a_webhook_posts_a_start_and_an_ending_without_buttons():
    sent = []
    webhook = Webhook(sent.append)
    told = NOTHING_TOLD
    for release in (on_its_way(step="inspecting"), SHIFTING, SHIFTING, STOPPED, STOPPED):
        told = tell(webhook, release, told)
    assert len(sent) == 2
    assert not any(block["type"] == "actions" for m in sent for block in m["blocks"])


def test_what_users_get_no_more_is_never_posted_anew(slack):
    """The old message is gone: nobody needs a new one that says what is over."""
    bot = Bot(slack, "C1")
    live = LIVE._replace(outcome=replace(LIVE.outcome, at="2026-11-23T14:05:00+00:00"))
    told = tell(bot, live)
    slack.refuses = {"chat.update": RefusedForGood("edit_window_closed")}
    past = of(live, Seen(after="version 3"))
    bot.next(past, told)()
    assert slack.kinds == ["post", "thread"]
