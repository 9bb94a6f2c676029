"""Many uploads at once, as `python -m bench.crowd` plays two hundred of them."""

import pytest

from bench.crowd import one_target


@pytest.mark.long
def test_of_many_uploads_the_last_is_live_and_none_is_lost(cloud, pilotage):
    found = one_target(cloud, pilotage, 24)
    assert found["lost"] == 0
    assert found["last_upload"] == "live"
    assert found["users_get_the_last"]
    assert found["most_deployments_at_once"] == 1
    assert found["deployments_of_one_release_at_most"] == 1
    assert set(found["outcomes"]) <= {"live", "superseded"}
