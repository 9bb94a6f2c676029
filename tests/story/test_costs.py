"""What a release costs, in what AWS bills: the same on every machine."""

import re

import pytest

from bench.history import of_release
from bench.init_cost import CLIENTS
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


def looks_at_deployments(cloud):
    """Who asked CodeDeploy about a deployment, once for each time."""
    return [e.caller for e in cloud.front.journal.entries if e.operation == "GetDeployment"]


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
    # In this cloud a hook may run before it is written down whose the deployment is.
    asked = [caller for caller in looks_at_deployments(cloud) if "Traffic" not in caller]
    # Sweep looks after whatever else there is in this cloud, and Settle may be told of its end.
    others = ("Notify", "Sweep")
    assert {caller for caller in asked if not caller.startswith(others)} == {
        "SettleDeploymentFunctionRole"
    }


SIGNED_AS = {"monitoring": "cloudwatch", "states": "stepfunctions"}


@pytest.mark.long
def test_the_benchmark_of_cold_starts_counts_every_client_that_a_release_makes(cloud, settled_team):
    """Else what is put off would hide: bench/init_cost.py."""
    cloud.front.journal.clear()
    manifest = "rollout: canary 10% 5m\nchecks: {before: [{expect: {statusCode: 200}}]}\n"
    files = {"index.py": GOOD + "# clients", "pilotage.yml": manifest}
    assert settled_team.ending(settled_team.upload(files)).kind == "live"
    used = {}
    for entry in cloud.front.journal.entries:
        name = snake(entry.caller.removesuffix("FunctionRole"))
        if entry.caller.endswith("FunctionRole") and name in CLIENTS:
            used.setdefault(name, set()).add(SIGNED_AS.get(entry.service, entry.service))
    counted = {name: set(CLIENTS[name]) for name in used if name != "sweep"}
    hidden = {name: used[name] - counted[name] - {"sqs"} for name in counted}
    assert {name: more for name, more in hidden.items() if more} == {}


def snake(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
