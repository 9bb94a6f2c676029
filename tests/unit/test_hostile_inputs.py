"""The fixed part of the fuzzer: the same inputs each time. `make fuzz` tries more."""

import pytest

from tests.hostile.fuzz import KINDS, Tally, batch


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_inputs_get_a_reason_and_break_nothing(kind):
    tally = Tally()
    batch(kind, 0, 150, tally)
    assert tally.tried[kind] >= 150
