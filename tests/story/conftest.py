"""Teams with a target: one of a test's own, or one that a file shares."""

import pytest

from tests.story.team import make_team


@pytest.fixture
def team(aws, cloud, pilotage):
    return make_team(aws, cloud, pilotage)


@pytest.fixture(scope="module")
def settled_team(aws, cloud, pilotage):
    """A team whose version 1 is live. Tests that share it must leave it as it was."""
    team = make_team(aws, cloud, pilotage)
    assert team.release().kind == "live"
    return team
