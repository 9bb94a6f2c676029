"""One message a release: once, in order, and nothing lost when Slack or a notifier fails."""

import json

import pytest

from notify.step import CLAIM_SECONDS, Notifier
from pilotage.artifact import Artifact
from pilotage.gateways.message_table import Message
from pilotage.instruction import Answer, Instruction
from pilotage.notice import Seen
from pilotage.outcome import Outcome
from pilotage.release import Deployment, Plan, Release, Revision
from pilotage.target import Target
from pilotage.told import ComeBack, RefusedForGood
from tests.file_channel import FileChannel


class Table:
    """Holds one release and one message, with the table's conditional write."""

    def __init__(self, release):
        self.release, self.kept = release, Message()

    def load(self, release_id):
        return self.release if release_id == self.release.id else None

    def message(self, release_id):
        return self.kept

    def step_on(self, release, before):
        assert self.release.step == before
        self.release = release
        return True

    def put_message(self, release_id, message, before):
        if before.stored != self.kept.stored:
            return None
        self.kept = message._replace(stored=f"{before.stored}.")
        return self.kept


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


@pytest.fixture
def channel(tmp_path):
    return FileChannel(tmp_path / "channel.jsonl")


@pytest.fixture
def answers():
    return Answers()


@pytest.fixture
def notifier(table, answers, channel):
    return Notifier(table, table, answers, channel)


def body(release_id="orders/prod/v"):
    return json.dumps({"Message": json.dumps({"release": release_id})})


def test_it_is_posted_once_and_then_edited(table, notifier, channel):
    assert notifier.tell(body()) is None
    assert notifier.tell(body()) is None
    table.release = release("finished", Outcome("live", "2"))
    assert notifier.tell(body()) is None
    assert [entry["edits"] for entry in channel.entries] == ["", "1.1"]


def test_a_target_may_have_its_own_channel_and_a_message_stays_where_it_was_begun(
    table, notifier, channel
):
    table.release = release("inspecting")._replace(channel="C2OWN")
    notifier.tell(body())
    table.release = release("shifting")._replace(channel="C3OTHER")
    notifier.tell(body())
    assert [entry["channel"] for entry in channel.entries] == ["C2OWN", "C2OWN"]


def test_an_older_state_never_replaces_a_newer_one(table, notifier, channel):
    table.release = release("finished", Outcome("live", "2"))
    notifier.tell(body())
    table.release = release("shifting")
    assert notifier.tell(body()) is None
    assert len(channel.entries) == 1


def test_throttling_brings_the_message_again_when_slack_asks(table, notifier, channel):
    channel.trouble = ComeBack(17)
    assert notifier.tell(body()) == 17
    assert notifier.tell(body()) is None
    assert len(channel.entries) == 1


def test_what_slack_refuses_for_good_is_said_with_its_reason(table, notifier, channel):
    channel.trouble = RefusedForGood("channel_not_found")
    with pytest.raises(RefusedForGood, match="channel_not_found"):
        notifier.tell(body())
    assert notifier.tell(body()) is None
    assert len(channel.entries) == 1


def test_what_came_of_an_instruction_is_told_once(notifier, answers, channel):
    asked = Instruction("i-1", "Freeze", "2026-11-23T10:00:00Z", "orders/prod", "mara", "db move")
    answers.kept["i-1"] = Answer(asked, users_get="Users get what they had.")
    told = json.dumps({"Message": json.dumps({"instruction": "i-1"})})
    assert [notifier.tell(told), notifier.tell(told)] == [None, None]
    (entry,) = channel.entries
    assert entry["headline"] == "🧊 Freeze: orders/prod"
    assert entry["users_get"] == "Users get what they had."
    assert entry["who"] == "asked for by mara: db move"


def test_a_notifier_that_died_loses_nothing(table, answers, channel):
    clock = [1000.0]
    notifier = Notifier(table, table, answers, channel, now=lambda: clock[0])
    channel.trouble = SystemExit()
    with pytest.raises(SystemExit):
        notifier.tell(body())
    assert notifier.tell(body()) == 2  # the dead one's claim still holds
    clock[0] += CLAIM_SECONDS + 1
    assert notifier.tell(body()) is None
    assert len(channel.entries) == 1


def test_what_was_told_while_another_took_over_is_looked_at_again(table, notifier, channel):
    """The claim is gone after the first thing was told: the queue brings the message again."""
    real = table.put_message
    table.put_message = lambda *args: real(*args) if not channel.entries else None
    channel.more = True
    assert notifier.tell(body()) == 2


def test_steps_of_a_shift_are_planned_once_and_again_when_that_failed(table, answers, channel):
    planned, works = [], [False, True, True]

    def tell_at(release, moments):
        planned.append(moments)
        return works.pop(0)

    shifting = release("shifting")._replace(
        plan=Plan(Target("a", "b", "f", "live")),
        revision=Revision("2", "s", "c", "1"),
        deployment=Deployment("d-1", "CodeDeployDefault.LambdaLinear10PercentEvery1Minute"),
        times={"shifting": "2026-11-23T14:00:00+00:00"},
    )
    shares = iter([0.1, 0.2, 0.3, 0.4])
    notifier = Notifier(
        table, table, answers, channel, lambda _: Seen(next(shares)), tell_at, now=lambda: 0
    )
    table.release = shifting
    for _ in range(3):
        notifier.tell(body())
        table.release = table.release._replace(facts={"by": str(len(planned))})
    assert [len(moments) for moments in planned] == [10, 10], "the first users move at once"


def an_own_hook(**more):
    target = Target("a", "b", "f", "live")
    return release("checking")._replace(
        plan=Plan(target, "1", before_hook="CodeDeployHook_own"),
        revision=Revision("2", "s", "c", "1"),
        deployment=Deployment("d-1", "CodeDeployDefault.LambdaCanary10Percent5Minutes"),
        times={"checking": "2026-11-23T14:00:00+00:00"},
        **more,
    )


def test_a_hook_of_ones_own_says_nothing_so_the_alias_is_looked_at(table, answers, channel):
    """CodeDeploy tells nobody that such a hook let traffic begin."""
    planned, shares = [], iter([0.0, 0.1])
    notifier = Notifier(
        table,
        table,
        answers,
        channel,
        lambda _: Seen(next(shares)),
        lambda _, moments: planned.append(moments) or True,
        now=lambda: 1795442430.0,
    )
    table.release = an_own_hook()
    notifier.tell(body())
    assert "is being checked before any user gets it" in channel.entries[-1]["users_get"]
    notifier.tell(body())
    assert channel.entries[-1]["users_get"].startswith("10% of users get version 2")
    assert table.release.step == "shifting"
    assert [len(moments) for moments in planned] == [8, 2]


def test_what_users_get_no_more_is_said_without_ringing_and_without_a_button(
    table, answers, channel
):
    after = iter(["", "version 3"])
    notifier = Notifier(table, table, answers, channel, lambda _: Seen(after=next(after)))
    live = Outcome("live", "2", at="2126-11-23T14:00:00+00:00")
    table.release = an_own_hook()._replace(step="finished", outcome=live)
    notifier.tell(body())
    notifier.tell(body())
    first, second = channel.entries
    assert first["buttons"] == ["roll-back"]
    assert second["buttons"] == []
    assert second["users_get"] == "Users get version 3 now, and version 2 no more."
    assert (second["edits"], second["headline"]) == ("1.1", "☑️ orders a.zip → prod: was live")


def test_two_notifiers_at_once_post_it_once(table, answers, tmp_path):
    second = FileChannel(tmp_path / "second.jsonl")
    other = Notifier(table, table, answers, second)
    meanwhile = []

    class First(FileChannel):
        def _write(self, *args):
            meanwhile.append(other.tell(body()))
            return super()._write(*args)

    first = First(tmp_path / "first.jsonl")
    Notifier(table, table, answers, first).tell(body())
    assert meanwhile == [2]
    assert (len(first.entries), len(second.entries)) == (1, 0)


@pytest.mark.parametrize(
    "text", ["", "AWS CodeDeploy notification setup", "[1]", '{"release": "other/x/y"}', "{"]
)
def test_messages_that_are_of_no_release_are_passed_over(notifier, channel, text):
    assert notifier.tell(json.dumps({"Message": text})) is None
    assert channel.entries == []
