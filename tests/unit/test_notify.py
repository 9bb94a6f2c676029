"""One message a release: once, in order, and nothing lost when Slack or a notifier fails."""

import json
from dataclasses import replace

import pytest

from notify.step import CLAIM_SECONDS, Notifier
from pilotage.artifact import Artifact
from pilotage.gateways.slack import ComeBack, RefusedForGood
from pilotage.instruction import Answer, Instruction
from pilotage.outcome import Outcome
from pilotage.release import Plan, Release
from pilotage.target import Target


class Table:
    """Holds one release and one message, with the table's conditional write."""

    def __init__(self, release):
        self.release, self.kept = release, {}

    def load(self, release_id):
        return self.release if release_id == self.release.id else None

    def message(self, release_id):
        return dict(self.kept)

    def put_message(self, release_id, message, before):
        if before != self.kept:
            return False
        self.kept = message
        return True


class Channel:
    """Keeps what was posted; raises what it is told to, once."""

    def __init__(self, edits=True):
        self.edits, self.posts, self.trouble = edits, [], None

    def post(self, channel, message, ts, aloud=False):
        if self.trouble:
            trouble, self.trouble = self.trouble, None
            raise trouble
        self.posts.append(("aloud " + ts if aloud else ts, message["text"]))
        return ts or "1.1"


class Answers:
    """What came of operators' instructions."""

    def __init__(self):
        self.kept = {}

    def answer(self, instruction_id):
        return self.kept.get(instruction_id)


def release(step="inspecting", outcome=None):
    artifact = Artifact("b", "orders/prod/a.zip", "v", 1, "t")
    return Release(artifact, "arn", "now", step=step, outcome=outcome)


@pytest.fixture
def table():
    return Table(release())


def body(release_id="orders/prod/v"):
    return json.dumps({"Message": json.dumps({"release": release_id})})


def test_it_is_posted_once_and_then_edited(table):
    channel = Channel()
    notifier = Notifier(table, Answers(), channel, "C1")
    assert notifier.tell(body()) is None
    assert notifier.tell(body()) is None
    table.release = release("finished", Outcome("live", "2"))
    assert notifier.tell(body()) is None
    assert [ts for ts, _ in channel.posts] == ["", "1.1"]


def test_a_bad_end_is_said_aloud_once_because_an_edit_rings_nobodys_phone(table):
    channel = Channel()
    notifier = Notifier(table, Answers(), channel, "C1")
    notifier.tell(body())
    table.release = release("finished", Outcome("stopped", "1", reason="alarm"))
    assert [notifier.tell(body()), notifier.tell(body())] == [None, None]
    assert [ts for ts, _ in channel.posts] == ["", "1.1", "aloud 1.1"]


def test_a_target_may_have_its_own_channel(table):
    seen = []

    class Other(Channel):
        def post(self, channel, message, ts, aloud=False):
            seen.append(channel)
            return super().post(channel, message, ts, aloud)

    notifier = Notifier(table, Answers(), Other(), "C1")
    notifier.tell(body())
    table.release = replace(
        release("publishing"), plan=Plan(Target("a", "b", "f", "live", channel="C2OWN"))
    )
    notifier.tell(body())  # it stays where it was begun
    table.kept = {}
    notifier.tell(body())
    assert seen == ["C1", "C1", "C2OWN"]


def test_an_older_state_never_replaces_a_newer_one(table):
    channel = Channel()
    notifier = Notifier(table, Answers(), channel, "C1")
    table.release = release("finished", Outcome("live", "2"))
    notifier.tell(body())
    table.release = release("shifting")
    assert notifier.tell(body()) is None
    assert len(channel.posts) == 1


def test_throttling_brings_the_message_again_when_slack_asks(table):
    channel = Channel()
    channel.trouble = ComeBack(17)
    notifier = Notifier(table, Answers(), channel, "C1")
    assert notifier.tell(body()) == 17
    assert notifier.tell(body()) is None
    assert len(channel.posts) == 1


def test_what_slack_refuses_for_good_is_said_with_its_reason(table):
    channel = Channel()
    channel.trouble = RefusedForGood("channel_not_found")
    with pytest.raises(RefusedForGood, match="channel_not_found"):
        Notifier(table, Answers(), channel, "C1").tell(body())
    assert Notifier(table, Answers(), channel, "C1").tell(body()) is None
    assert len(channel.posts) == 1


def test_what_came_of_an_instruction_is_told_once(table):
    channel, answers = Channel(), Answers()
    asked = Instruction("i-1", "Freeze", "2026-11-23T10:00:00Z", "orders/prod", "mara", "db move")
    answers.kept["i-1"] = Answer(asked, users_get="Users get what they had.")
    told = json.dumps({"Message": json.dumps({"instruction": "i-1"})})
    notifier = Notifier(table, answers, channel, "C1")
    assert [notifier.tell(told), notifier.tell(told)] == [None, None]
    ((_, text),) = channel.posts
    assert text.startswith("🧊 Freeze: orders/prod — Users get what they had. asked for by mara")


def test_a_notifier_that_died_loses_nothing(table):
    channel = Channel()
    clock = [1000.0]
    notifier = Notifier(table, Answers(), channel, "C1", now=lambda: clock[0])
    channel.trouble = MemoryError()
    with pytest.raises(MemoryError):
        notifier.tell(body())
    assert notifier.tell(body()) == 2  # the dead one's claim still holds
    clock[0] += CLAIM_SECONDS + 1
    assert notifier.tell(body()) is None
    assert len(channel.posts) == 1


def test_two_notifiers_at_once_post_it_once(table):
    first, second = Channel(), Channel()
    other = Notifier(table, Answers(), second, "C1")
    meanwhile = []

    def post(channel, message, ts, aloud=False, real=first.post):
        meanwhile.append(other.tell(body()))
        return real(channel, message, ts)

    first.post = post
    Notifier(table, Answers(), first, "C1").tell(body())
    assert meanwhile == [2]
    assert (len(first.posts), len(second.posts)) == (1, 0)


def test_a_webhook_posts_a_start_and_an_ending(table):
    channel = Channel(edits=False)
    notifier = Notifier(table, Answers(), channel, "")
    for step in ("inspecting", "publishing", "shifting"):
        table.release = release(step)
        notifier.tell(body())
    table.release = release("finished", Outcome("live", "2"))
    notifier.tell(body())
    assert len(channel.posts) == 2


@pytest.mark.parametrize(
    "text", ["", "AWS CodeDeploy notification setup", "[1]", '{"release": "other/x/y"}', "{"]
)
def test_messages_that_are_of_no_release_are_passed_over(table, text):
    channel = Channel()
    assert Notifier(table, Answers(), channel, "C1").tell(json.dumps({"Message": text})) is None
    assert channel.posts == []
