"""What comes twice, comes from elsewhere, or does not come at all: each thing is done once."""

import json

import pytest

from localcloud.faults.plan import Fault
from tests import builders
from tests.builders import GOOD, part_of_pilotage, wait_for
from tests.chaos.stories import operate
from tests.story.team import CANARY, code, states_entered

TWO = GOOD + "# two\n"


def test_the_same_upload_told_twice_is_one_release(team):
    """EventBridge delivers at least once."""
    release = team.upload()
    event = wait_for(
        lambda: next(
            (
                e
                for e in reversed(team.cloud.bus.sent)
                if e["detail"].get("object", {}).get("version-id") == release.rsplit("/", 1)[1]
            ),
            None,
        )
    )
    wait_for(lambda: team.record(release))
    machine = team.outputs["StateMachine"]
    again = team.aws.stepfunctions.start_execution(
        stateMachineArn=machine, name=builders.unique("again"), input=json.dumps(event)
    )["executionArn"]
    assert team.ending(release).kind == "live"
    describe = team.aws.stepfunctions.describe_execution
    wait_for(lambda: describe(executionArn=again)["status"] == "SUCCEEDED")
    assert states_entered(team.aws, again) == ["Inspect Artifact", "Release Already Known"]
    assert team.versions() == ["1"]


def test_an_event_of_another_bucket_touches_nothing(team):
    other = team.aws.s3.create_bucket(Bucket=builders.unique("others-bucket"))["Location"].strip(
        "/"
    )
    event = {
        "time": "2026-11-23T10:00:00Z",
        "detail": {
            "bucket": {"name": other},
            "object": {"key": f"{team.application}/prod/a.zip", "version-id": "v", "size": 1},
        },
    }
    execution = team.aws.stepfunctions.start_execution(
        stateMachineArn=team.outputs["StateMachine"], input=json.dumps(event)
    )["executionArn"]
    describe = team.aws.stepfunctions.describe_execution
    wait_for(lambda: describe(executionArn=execution)["status"] == "SUCCEEDED")
    assert team.record(f"{team.application}/prod/v") == {}


@pytest.mark.long
def test_a_forged_end_of_a_deployment_changes_nothing(team):
    assert team.release().kind == "live"
    release = team.upload(code("two", CANARY))
    wait_for(lambda: team.alias()[1])

    def looked():
        calls = team.cloud.front.journal.entries
        return sum(e.caller.startswith("SettleDeployment") and "Get" in e.operation for e in calls)

    before = looked()
    for deployment_id in (team.running_deployment(), "d-FORGED123", "../x"):
        team.cloud.bus.send(
            {
                "source": "aws.codedeploy",
                "detail-type": "CodeDeploy Deployment State-change Notification",
                "detail": {
                    "deploymentId": deployment_id,
                    "application": team.application,
                    "deploymentGroup": "prod",
                    "state": "SUCCESS",
                },
            }
        )
    wait_for(lambda: looked() >= before + 2)  # it has asked CodeDeploy about the ids that may exist
    assert "Finish Release" not in team.states_entered(release)
    team.aws.codedeploy.stop_deployment(deploymentId=team.running_deployment())
    assert team.ending(release).kind == "stopped"


@pytest.mark.long
def test_a_deployment_whose_answer_was_lost_is_made_once(team):
    """One without checks is over before anybody could ask again: a second one would be made."""
    assert team.release().kind == "live"
    assert team.release(code("two")).kind == "live"
    team.cloud.faults.set([Fault("cut", "codedeploy", "CreateDeployment", "StartDeployment")])
    try:
        asked = operate(team, "Roll Back")
        release = f"{team.application}/prod/roll-back-{asked}"
        assert team.ending(release).kind == "live"
    finally:
        team.cloud.faults.clear()
    where = {"applicationName": team.application, "deploymentGroupName": "prod"}
    ids = team.aws.codedeploy.list_deployments(**where)["deployments"]
    infos = team.aws.codedeploy.batch_get_deployments(deploymentIds=ids)["deploymentsInfo"]
    assert [info["description"] for info in infos].count(release) == 1


@pytest.mark.long
@pytest.mark.parametrize("state", ["TakeTurn", "StartDeployment"])
def test_a_try_that_was_given_up_takes_nobodys_token(team, state):
    """Step Functions tries a state again when the answer of its function was lost; the first try
    may still run, and write after the second."""
    assert team.release().kind == "live"
    waits = team.upload(code("two", "rollout: canary 10% 15m\n"))
    wait_for(lambda: team.alias()[1])
    if state == "TakeTurn":
        waits = team.upload(code("three"))
        wait_for(lambda: team.held_by(waits) == "turn")
    given_up = {"release": waits, "token": "given up", "entered": "2026-01-01T00:00:00.000Z"}
    answer = team.aws.lambda_.invoke(
        FunctionName=part_of_pilotage(team.aws, f"{state}Function"),
        Payload=json.dumps({**given_up, "retries": 0}),
    )
    assert "FunctionError" not in answer
    assert team.ending(waits).kind == "live"


@pytest.mark.long
def test_a_turn_that_was_written_but_not_told_is_handed_over_by_sweep(team):
    """Finish Release dies between writing the turn and handing the token back: here, because its
    role may not hand it back."""
    role = part_of_pilotage(team.aws, "FinishReleaseFunctionRole")
    policy = team.aws.iam.get_role_policy(RoleName=role, PolicyName="hand-tokens-back")
    assert team.release().kind == "live"
    first = team.upload({"index.py": TWO, "pilotage.yml": "rollout: canary 10% 15m\n"})
    wait_for(lambda: team.alias()[1])
    second = team.upload({"index.py": GOOD + "# three\n", "pilotage.yml": "rollout: all at once\n"})
    wait_for(lambda: read_turn(team)["waiting"])
    team.aws.iam.delete_role_policy(RoleName=role, PolicyName="hand-tokens-back")
    try:
        wait_for(lambda: read_turn(team)["holder"]["release"] == second)
        assert team.ending(first).kind == "live"
        assert team.ending(second).kind == "live"
    finally:
        team.aws.iam.put_role_policy(
            RoleName=role,
            PolicyName="hand-tokens-back",
            PolicyDocument=json.dumps(policy["PolicyDocument"]),
        )
    wait_for(lambda: read_turn(team)["holder"] is None)


@pytest.mark.long
def test_a_release_that_lost_its_place_unheard_is_superseded_by_sweep(team):
    assert team.release().kind == "live"
    first = team.upload({"index.py": TWO, "pilotage.yml": "rollout: canary 10% 15m\n"})
    wait_for(lambda: team.alias()[1])
    second = team.upload({"index.py": GOOD + "# three\n"})
    turn = wait_for(lambda: t if (t := read_turn(team))["waiting"] else None)
    wait_for(lambda: team.record(second).get("step") == "waiting")
    write_turn(team, {**turn, "waiting": []})
    assert team.ending(second).kind == "superseded"
    assert team.ending(first).kind == "live"


def key(team):
    return {"pk": {"S": f"target#{team.application}/prod"}, "sk": {"S": "turn"}}


def read_turn(team):
    item = team.aws.dynamodb.get_item(TableName=team.outputs["Table"], Key=key(team))["Item"]
    return json.loads(item["turn"]["S"])


def write_turn(team, turn):
    turn["number"] += 1
    team.aws.dynamodb.put_item(
        TableName=team.outputs["Table"],
        Item={**key(team), "turn": {"S": json.dumps(turn)}, "number": {"N": str(turn["number"])}},
    )
