"""The shipped state machine, run by a real interpreter with functions that do as they are told.

One test a path, called by the path. Only the waits before retries are shortened, in memory.
"""

import json
import time
from pathlib import Path

import pytest

from tests.builders import function, role, unique, wait_for

SHIPPED = Path(__file__).parents[2] / "statemachine" / "release.asl.json"

# Each state's function does what the script says for it: an answer, or an error to raise. The
# script travels as the release's id.
CODE = """
import json, os, boto3
def handler(event, context):
    me = os.environ["STATE"]
    if "event" in event:
        script = event["event"]["script"]
    else:
        script = json.loads(event["release"])
    todo = script.get(me, {})
    if "raise" in todo:
        raise type(todo["raise"], (Exception,), {})("told to")
    token = event.get("token")
    states = boto3.client("stepfunctions")
    if token and "fail" in todo:
        states.send_task_failure(taskToken=token, error=todo["fail"], cause="told to")
    elif token:
        states.send_task_success(taskToken=token, output=json.dumps({"release": event["release"]}))
    if me == "FinishRelease":
        error = (event.get("error") or {}).get("Error", "")
        return {"outcome": script.get("outcomes", {}).get(error, todo.get("outcome", "live"))}
    return {"release": json.dumps(script), **todo}
"""


@pytest.fixture(scope="module")
def machine(aws):
    """The machine with its functions; the shipped file with shorter pauses between tries."""
    definition = json.loads(SHIPPED.read_text())
    acting = role(aws)
    for state in definition["States"].values():
        for retry in state.get("Retry", []):
            retry.update(IntervalSeconds=1, MaxAttempts=1, BackoffRate=1.0)
            retry.pop("MaxDelaySeconds", None)
    text = json.dumps(definition)
    for name in (
        "InspectArtifact",
        "TakeTurn",
        "PublishRevision",
        "StartDeployment",
        "FinishRelease",
    ):
        made = function(
            aws, unique("state"), CODE, Role=acting, Environment={"Variables": {"STATE": name}}
        )
        arn = aws.lambda_.get_function(FunctionName=made)["Configuration"]["FunctionArn"]
        text = text.replace("${" + name + "Arn}", arn)
    return aws.stepfunctions.create_state_machine(
        name=unique("release"), definition=text, roleArn=acting
    )["stateMachineArn"]


@pytest.fixture
def path(aws, machine):
    """Run a script; gives the status and the names of the states that were entered."""

    def run(**script):
        script.setdefault("PublishRevision", {"way": "deploy"})
        execution = aws.stepfunctions.start_execution(
            stateMachineArn=machine,
            name=f"run-{time.time_ns()}",
            input=json.dumps({"script": script}),
        )["executionArn"]

        def ended():
            found = aws.stepfunctions.describe_execution(executionArn=execution)
            return found if found["status"] != "RUNNING" else None

        status = wait_for(ended)["status"]
        events = aws.stepfunctions.get_execution_history(executionArn=execution)["events"]
        names = [
            e["stateEnteredEventDetails"]["name"] for e in events if "stateEnteredEventDetails" in e
        ]
        return status, names

    return run


FINISH = ["Finish Release", "Which End?"]
STOPPED = {"FinishRelease": {"outcome": "stopped"}}
FOUR = ["Inspect Artifact", "Take Turn", "Publish Revision", "Anything To Move?"]


def test_a_good_release_goes_live_in_eight_states(path):
    status, names = path()
    assert (status, names) == ("SUCCEEDED", [*FOUR, "Start Deployment", *FINISH, "Release Live"])
    assert len(names) <= 9


@pytest.mark.parametrize("way", ["first", "unchanged"])
def test_without_traffic_to_move_nothing_is_deployed(path, way):
    _, names = path(PublishRevision={"way": way})
    assert names == [*FOUR, *FINISH, "Release Live"]


def test_a_known_object_version_ends_at_once(path):
    status, names = path(InspectArtifact={"raise": "ReleaseAlreadyKnown"})
    assert (status, names) == ("SUCCEEDED", ["Inspect Artifact", "Release Already Known"])


def test_a_rejected_artifact_is_finished_as_stopped(path):
    status, names = path(
        InspectArtifact={"raise": "ArtifactRejected"}, outcomes={"ArtifactRejected": "rejected"}
    )
    assert (status, names) == ("SUCCEEDED", ["Inspect Artifact", *FINISH, "Release Stopped"])


def test_a_superseded_release_is_finished_as_stopped(path):
    _, names = path(
        TakeTurn={"fail": "ReleaseSuperseded"}, outcomes={"ReleaseSuperseded": "superseded"}
    )
    assert names == ["Inspect Artifact", "Take Turn", *FINISH, "Release Stopped"]


@pytest.mark.parametrize("error", ["AlarmIsRed", "AliasIsShared", "CheckFailed", "RevisionRefused"])
def test_what_stops_publishing_is_finished_as_stopped(path, error):
    _, names = path(PublishRevision={"raise": error}, outcomes={error: "stopped"})
    assert names == [*FOUR[:3], *FINISH, "Release Stopped"]


@pytest.mark.parametrize("error", ["RevisionNotReady", "TargetBusy", "AwsUnavailable"])
def test_what_comes_back_is_tried_again(path, error):
    _, names = path(PublishRevision={"raise": error}, outcomes={error: "stopped"})
    assert names[-3:] == [*FINISH, "Release Stopped"]


def test_a_deployment_that_failed_is_finished_as_stopped(path):
    status, names = path(**STOPPED)
    assert (status, names[-1]) == ("SUCCEEDED", "Release Stopped")


def test_what_nobody_foresaw_is_finished_too(path):
    _, names = path(StartDeployment={"raise": "ZeroDivisionError"}, **STOPPED)
    assert names == [*FOUR, "Start Deployment", *FINISH, "Release Stopped"]


def test_an_unknown_state_of_users_rings(path):
    status, names = path(FinishRelease={"outcome": "needs a person"})
    assert (status, names[-1]) == ("FAILED", "Release Needs A Person")


def test_an_outcome_that_cannot_be_recorded_rings(path):
    status, names = path(FinishRelease={"raise": "KeyError"})
    assert (status, names[-1]) == ("FAILED", "Release Needs A Person")
