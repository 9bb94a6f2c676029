"""One local cloud for the whole run, with Pilotage deployed by the real `sam`."""

import os
from dataclasses import dataclass

import boto3
import pytest
from slack_sdk.models.blocks import Block

from localcloud import install
from localcloud.cloud import LocalCloud, Options

SPEED = 240


@pytest.fixture(scope="session")
def cloud():
    """A cloud in which four minutes of AWS pass in a second."""
    running = LocalCloud(Options(port=0, speed=SPEED))
    running.start()
    yield running
    running.stop()
    for message in running.slack.inbox:  # whatever any story had told
        for block in message.get("blocks") or []:
            Block.parse(block).validate_json()


@dataclass(frozen=True)
class Clients:
    """boto3 clients of the cloud, as anybody would make them."""

    endpoint: str

    def __getattr__(self, service):
        client = boto3.client(
            service.rstrip("_"), endpoint_url=self.endpoint, region_name="us-east-1"
        )
        object.__setattr__(self, service, client)
        return client


@pytest.fixture(scope="session")
def aws(cloud):
    return Clients(cloud.endpoint)


@pytest.fixture(scope="session")
def pilotage(cloud):
    """Outputs of the deployed stack."""
    return install.install_pilotage(cloud.endpoint, cloud.environment())


@pytest.fixture(scope="session", autouse=True)
def quiet_sam():
    os.environ["SAM_CLI_TELEMETRY"] = "0"
