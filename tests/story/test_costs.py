"""What a release costs, in what AWS bills: the same on every machine."""

import pytest

from bench.history import of_release
from bench.releases import WRITES
from tests.builders import GOOD


def lambda_writes(cloud):
    return sum(
        1
        for entry in cloud.front.journal.entries
        if entry.service == "lambda"
        and entry.operation in WRITES
        and entry.caller == "PublishRevisionFunctionRole"
    )


@pytest.mark.long
def test_a_release_takes_nine_transitions_and_two_writes_at_most(cloud, settled_team):

    cloud.front.journal.clear()
    release = settled_team.upload({"index.py": GOOD + "# costs"})
    assert settled_team.outcome(release)["outcome"]["kind"] == "live"
    seen = of_release(settled_team.outputs, release)
    assert seen.transitions <= 9
    assert seen.events <= 80
    assert seen.largest_payload <= 0.02 * 262_144
    assert lambda_writes(cloud) == 2
