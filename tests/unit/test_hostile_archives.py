"""Archives that were made to harm: each gets a reason, and little is read and kept."""

import tracemalloc

import pytest

from pilotage.archive import Archive
from pilotage.handler import handler_faults
from pilotage.target import FunctionState
from tests.hostile import examine
from tests.hostile.corpus import CASES, FINE


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_archive_gets_its_reason(case):
    said = " ".join(examine.archive(case.make()))
    if case.says == FINE:
        assert said == ""
        assert case.why
    else:
        assert case.says in said


# What an inspection may keep, for each byte of the archive's directory, and whatever it is.
PER_BYTE, FLOOR = 12, 4 * 1024 * 1024
LARGE = [case for case in CASES if case.name in (
    "name of sixteen thousand folders", "many names of many folders", "thousands of odd names",
    "a few names of 60 KB", "ratio of a thousand",
)]  # fmt: skip


@pytest.mark.parametrize("case", LARGE, ids=lambda case: case.name)
def test_memory_is_bounded_by_the_directory(case):
    body = case.make()
    directory = Archive(examine.Watched(body)).directory_size
    tracemalloc.start()
    try:
        examine.archive(body)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most <= FLOOR + PER_BYTE * directory


def test_what_is_said_of_a_missing_handler_is_short_and_printable():
    function = FunctionState("fn", {}, "Zip", 0, runtime="python3.13", handler="index.handler")
    (fault,) = handler_faults(function, [f"{n}\n\x1b<!channel>" + "n" * 60_000 for n in range(10)])
    assert str(fault).isprintable()
    assert len(str(fault)) < 1800
