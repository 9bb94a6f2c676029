"""Hostile uploads through the front door: rejected with a reason, and users keep what they have."""

from tests.builders import GOOD
from tests.hostile.zips import Member, packed

CODE = Member("index.py", GOOD.encode())


def test_an_archive_that_readers_would_see_differently_is_rejected(settled_team):
    hidden = packed([Member("pilotage.yml", b"rollout: all at once\n")])
    ending = settled_team.release(body=packed([CODE], comment=hidden))
    assert ending.kind == "rejected"
    (fault,) = ending.faults
    assert "more than one end: readers would see different files" in fault
    assert settled_team.alias()[0] == "1"


def test_all_that_is_wrong_with_a_hostile_archive_is_told_at_once(settled_team):
    twins = [Member("lib.py"), Member("lib.py")]
    bad = [Member("x\u202e.py"), Member("blob", method=9), Member("Pilotage.yml", b"a: 1")]
    ending = settled_team.release(body=packed([CODE, *twins, *bad]))
    assert ending.kind == "rejected"
    told = " ".join(ending.faults)
    for reason in ("stands in the archive twice", "invisible", "method 9", "is not read"):
        assert reason in told
    assert settled_team.alias()[0] == "1"
