"""Each function, as it is deployed and with its own role, given its event of `events/`."""

import json
from pathlib import Path

import pytest

from tests.builders import part_of_pilotage

EVENTS = Path(__file__).parents[2] / "events"

# What each makes of an event about things that this cloud does not have: an answer, or an error.
EXPECTED = {
    "inspect_artifact": "ArtifactRejected",
    "take_turn": "LookupError",
    "publish_revision": "LookupError",
    "start_deployment": "LookupError",
    "settle_deployment": {"settled": ""},
    "resume_waiting": {"resumed": []},
    "answer_operator": {"done": []},
    "answer_click": {"statusCode": 401},
    "finish_release": {"outcome": "rejected"},
    "sweep": {"answered": "d-A1B2C3D4E"},
    "before_allow_traffic": None,
    "after_allow_traffic": None,
    "notify": {"batchItemFailures": []},
}
ORDER = ["take_turn", "publish_revision", "start_deployment", "inspect_artifact", "finish_release"]
NAMES = ORDER + sorted(set(EXPECTED) - set(ORDER))


def resource_of(name):
    return "".join(part.title() for part in name.split("_")) + "Function"


@pytest.fixture(scope="module")
def call(aws, pilotage):
    """Invoke a function of the stack by its folder's name."""

    # The artifact's bucket is this stack's own: the events name one of the documentation.
    def run(name):
        event = (EVENTS / f"{name}.json").read_text()
        event = event.replace("pilotage-artifactbucket", pilotage["ArtifactBucket"])
        event = event.replace('"target": "orders/prod"', '"target": "nowhere/prod"')
        function = part_of_pilotage(aws, resource_of(name))
        answer = aws.lambda_.invoke(FunctionName=function, Payload=event.encode())
        return answer.get("FunctionError"), json.load(answer["Payload"])

    return run


def test_there_is_an_expectation_for_each_event():
    assert sorted(path.stem for path in EVENTS.glob("*.json")) == sorted(EXPECTED)


def test_each_function_answers_its_event(call):
    for name in NAMES:
        failed, answer = call(name)
        expected = EXPECTED[name]
        if isinstance(expected, str):
            assert (name, failed, answer["errorType"]) == (name, "Unhandled", expected)
        elif expected is None:
            assert (name, failed, answer) == (name, None, None)
        else:
            assert (name, failed) == (name, None), answer
            assert expected.items() <= answer.items()
