"""Who is next: rollbacks, urgent uploads, the newest upload; and an upload that comes late."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pilotage import turns
from pilotage.artifact import Artifact
from pilotage.records import plain
from pilotage.release import Release
from pilotage.turns import ROLL_BACK, UPLOAD, URGENT, Claim, QueueFull, Turn


def claim(name, at="1", kind=UPLOAD, **more):
    return Claim(name, at, name=name, kind=kind, claimed_at=at, **more)


def asked(turn, *claims, in_order=False):
    """The turn after these have asked; nothing holds the target up."""
    for one in claims:
        turn = turns.call_next(turns.join(turn, one, in_order=in_order).turn).turn
    return turn


def names(claims):
    return [one.release for one in claims]


def test_a_free_target_serves_at_once():
    move = turns.call_next(turns.join(Turn(), claim("a")).turn)
    assert (move.goes_on.release, move.turn.holder.release) == ("a", "a")


def test_no_more_wait_than_can_be_kept_and_a_roll_back_always_can():
    """Keys and names of hostile uploads are as long as S3 takes them."""
    key = "shop/prod/" + "\a" * 900 + ".zip"
    turn = Turn(holder=claim("first"))
    for number in range(turns.MOST_WAITING):
        artifact = Artifact(
            "b", key, f"{number:032}", 1, f"2026-01-01T00:00:00.{number:06}Z", "F" * 18
        )
        uploaded = Release(artifact, "arn", "2026-01-01T00:00:00Z", facts={"by": "\a🚀" * 500})
        turn = turns.join(turn, uploaded.claim, in_order=True).turn
    with pytest.raises(QueueFull, match="250 releases wait"):
        turns.join(turn, claim("one more", at="3"), in_order=True)
    turn = turns.join(turn, claim("back", at="3", kind=ROLL_BACK), in_order=True).turn
    assert turn.waiting[0].release == "back"
    assert len(json.dumps(plain(turn), ensure_ascii=False).encode()) < 350_000, (
        "DynamoDB takes 400 KB"
    )


def test_the_second_waits_and_goes_on_when_the_first_is_over():
    turn = asked(Turn(), claim("a", "1"), claim("b", "2"))
    assert (turn.holder.release, names(turn.waiting)) == ("a", ["b"])
    move = turns.call_next(turns.leave(turn, "a"))
    assert move.goes_on.release == "b"
    assert turns.leave(move.turn, "b").everyone == ()


def test_a_newer_upload_supersedes_the_waiting_one_and_never_the_running_one():
    turn = asked(Turn(), claim("a", "1"), claim("b", "2"))
    move = turns.join(turn, claim("c", "3"))
    assert [(gone.release, gone.by) for gone in move.superseded] == [("b", "c (c)")]
    assert names(move.turn.everyone) == ["a", "c"]


def test_an_older_upload_whose_event_comes_late_is_superseded_itself():
    turn = asked(Turn(), claim("a", "1"), claim("c", "3"))
    move = turns.join(turn, claim("b", "2"))
    assert names(move.superseded) == ["b"]
    assert move.turn == turn


def test_an_upload_older_than_the_one_that_went_live_never_brings_users_back():
    for in_order in (False, True):
        turn = turns.leave(asked(Turn(), claim("new", "2")), "new", live="7")
        assert names(turns.join(turn, claim("old", "1"), in_order=in_order).superseded) == ["old"]


def test_an_older_upload_may_go_when_the_newer_one_was_stopped():
    turn = asked(Turn(), claim("new", "2"), claim("old", "1"))
    assert turns.call_next(turns.leave(turn, "new")).goes_on.release == "old"


def test_who_waits_is_superseded_when_a_newer_one_goes_live_first():
    turn = asked(Turn(), claim("new", "2"), claim("old", "1"))
    move = turns.call_next(turns.leave(turn, "new", live="7"))
    assert names(move.superseded) == ["old"]
    assert move.turn.everyone == ()


def test_in_order_everyone_waits_and_the_first_upload_is_first_served():
    """Also when a later upload's event came first: else the first would be late, and go nowhere."""
    turn = asked(Turn(), *(claim(name, at) for name, at in ["a1", "c3", "b2"]), in_order=True)
    assert names(turn.everyone) == ["a", "b", "c"]
    for name in ("a", "b", "c"):
        assert turn.holder.release == name
        turn = turns.call_next(turns.leave(turn, name, live=name)).turn
    assert turn.everyone == ()


def test_an_urgent_upload_goes_before_the_others_and_a_roll_back_before_all():
    turn = asked(
        Turn(),
        claim("a", "1"),
        claim("b", "2"),
        claim("u", "1", URGENT),
        claim("r", "1", ROLL_BACK),
        in_order=True,
    )
    assert names(turn.waiting) == ["r", "u", "b"]


def test_a_newer_upload_does_not_supersede_an_urgent_one():
    turn = asked(Turn(), claim("a", "1"), claim("u", "2", URGENT), claim("b", "3"))
    assert names(turn.waiting) == ["u", "b"]


def test_a_newer_urgent_upload_supersedes_all_but_roll_backs():
    turn = asked(
        Turn(),
        claim("a", "1"),
        claim("r", "2", ROLL_BACK),
        claim("b", "2"),
        claim("u", "3", URGENT),
        claim("v", "4", URGENT),
    )
    assert names(turn.waiting) == ["r", "v"]


def test_asking_again_keeps_the_place():
    turn = asked(Turn(), claim("a", "1"), claim("b", "2"))
    assert turns.join(turn, claim("b", "2")).turn == turn
    assert turns.join(turn, claim("a", "1")).goes_on.release == "a"


def test_who_has_no_place_gives_nothing_back():
    turn = asked(Turn(), claim("a", "1"), claim("b", "2"))
    assert turns.leave(turn, "x", live="9") == turn
    assert names(turns.leave(turn, "b").everyone) == ["a"]


def test_the_sequencer_orders_one_key_and_the_claiming_different_ones():
    early = claim("a", "1", key="k", sequencer="0055AED6DCD9")
    late = claim("b", "1", key="k", sequencer="0055AED6DCD90281E5")
    assert late.is_newer_than(early)
    assert not early.is_newer_than(late)
    first = Claim("x", "1", key="k", sequencer="09", claimed_at="1")
    second = Claim("y", "1", key="other", sequencer="01", claimed_at="2")
    assert second.is_newer_than(first)


def lived(*versions):
    turn = Turn()
    for number, version in enumerate(versions):
        name = f"{number}"
        turn = turns.leave(asked(turn, claim(name, name)), name, live=version)
    return turn


def test_a_roll_back_goes_to_what_was_live_before():
    assert turns.earlier_life(lived("1", "2", "3"), "3") == "2"
    assert turns.earlier_life(lived("1"), "1") == ""
    assert turns.earlier_life(lived("1", "2"), "9") == "2"


def test_what_was_live_before_pilotage_came_can_be_rolled_back_to():
    turn = turns.leave(asked(Turn(), claim("a")), "a", live="8", before="7")
    assert turns.earlier_life(turn, "8") == "7"


def test_what_was_rolled_back_from_is_not_rolled_back_to():
    turn = lived("1", "2", "3")
    turn = turns.leave(asked(turn, claim("r", "9", ROLL_BACK)), "r", live="2")
    assert turns.earlier_life(turn, "2") == "1"
    turn = turns.leave(asked(turn, claim("n", "9")), "n", live="4")
    assert turns.earlier_life(turn, "4") == "2"


KINDS = st.sampled_from([UPLOAD, UPLOAD, URGENT, ROLL_BACK])
ASKS = st.lists(st.tuples(st.integers(0, 20), KINDS), max_size=12)


@given(ASKS, st.booleans(), st.integers(0, 2**32))
def test_every_release_has_one_end_and_none_is_forgotten(asks, in_order, seed):
    """However releases come and go: each is served or superseded, exactly once."""
    turn, served, superseded = Turn(), [], []
    for number, (at, kind) in enumerate(asks):
        move = turns.join(turn, claim(f"{number}", f"{at:02}", kind), in_order=in_order)
        superseded += names(move.superseded)
        turn = move.turn
        if seed >> number & 1:
            turn, served, superseded = step(turn, served, superseded, live=seed >> number & 2)
    while turn.everyone:
        turn, served, superseded = step(turn, served, superseded, live=True)
    assert sorted(served + superseded, key=int) == [str(n) for n in range(len(asks))]
    assert not [n for n in superseded if asks[int(n)][1] == ROLL_BACK]


def step(turn, served, superseded, live):
    move = turns.call_next(turn)
    superseded = superseded + names(move.superseded)
    turn = move.turn
    if turn.holder:
        served = [*served, turn.holder.release]
        turn = turns.leave(turn, turn.holder.release, live="7" if live else "")
    return turn, served, superseded


def test_once_an_urgent_fix_is_live_nothing_older_takes_it_away_again_even_in_order():
    turn = asked(Turn(), claim("a", "1"), claim("b", "2"), in_order=True)
    turn = asked(turn, claim("fix", "3", URGENT), claim("c", "4"), in_order=True)
    assert names(turn.waiting) == ["fix", "b", "c"]
    move = turns.call_next(turns.leave(turn, "a", live="1"))
    assert move.goes_on.release == "fix"
    move = turns.call_next(turns.leave(move.turn, "fix", live="2"))
    assert (names(move.superseded), move.goes_on.release) == (["b"], "c")
