"""What several share: a shop to deploy to, a hook that never answers, a plain client, threads that
take turns."""

import sys

import pytest

from tests import builders
from tests.builders import unique
from tests.localcloud.codedeploy_shop import plain_client, the_shop, the_silent_hook


@pytest.fixture(scope="module")
def client(cloud):
    return plain_client(cloud)


@pytest.fixture(scope="module")
def shop(aws):
    return the_shop(aws)


@pytest.fixture(scope="module")
def hook(aws):
    return the_silent_hook(aws)


@pytest.fixture(scope="module")
def role(aws):
    return builders.role(aws)


@pytest.fixture(scope="module")
def apps(client):
    found = {platform: unique(platform) for platform in ("Server", "Lambda", "ECS")}
    for platform, name in found.items():
        client.create_application(applicationName=name, computePlatform=platform)
    return found


@pytest.fixture
def restless_threads():
    """Threads take turns far more often than they would, so that what can come between comes."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)
