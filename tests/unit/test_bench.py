"""Figures that are the same on every machine stay within their targets."""

import pytest

from bench import archives, prices
from bench.archives import Counted, archive, look_into
from bench.row import Row, received, table

USED = prices.Counts(8, 16, 30, 28, 2, 6, 2, 2, 2)


@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_a_manifest_is_read_within_half_again_of_the_floor_and_two_requests(place):
    source = Counted(archive(20, place))
    found = look_into(source)
    floor = archives.END_RECORD + found.directory_size + len(archives.MANIFEST)
    assert source.bytes <= 1.5 * floor
    assert source.reads <= (1 if place == "last" else 2)


def test_of_a_directory_larger_than_the_tail_nothing_is_read_twice():
    source = Counted(archive(20, "first", 10_000))
    found = look_into(source)
    floor = archives.END_RECORD + found.directory_size + len(archives.MANIFEST)
    assert found.directory_size > archives.TAIL
    assert source.reads == 3
    assert source.bytes <= 1.01 * floor


def test_prices_are_those_of_the_cost_page():
    assert prices.of_pipeline(5) == pytest.approx(0.016)
    assert prices.of_pipeline(90) == pytest.approx(0.186)
    assert prices.of_polling(5) == pytest.approx(0.001625)
    assert prices.of_release(USED)["Step Functions"] == pytest.approx(0.0002)


def test_rows_know_whether_they_are_met():
    assert Row("1", "a", 2, "", "b", 4, 0.5).is_met
    assert not Row("1", "a", 3, "", "b", 4, 0.5).is_met
    assert Row("1", "a", 3, "", "b", 4, 0.5, at_least=True).is_met
    assert Row("1", "a", 3, "", "b", 4).is_met is None


def test_rows_come_through_a_pipe_unchanged(capsys):
    from bench.row import hand_over

    row = Row("3", "GETs", 2, "", "one GET", 1, 2, counted=True)
    hand_over([row])
    assert received("noise\n" + capsys.readouterr().out) == [row]
    assert "| 3 | GETs | 2  | one GET: 1 | 2 | ≤ 2 | met |" in table([row])
