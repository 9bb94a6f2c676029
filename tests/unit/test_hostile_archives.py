"""Archives that were made to harm: each gets a reason, and little is read."""

import pytest

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
