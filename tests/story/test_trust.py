"""What an upload may never reach, and turns that were written but not told."""

import json

import pytest

from tests import builders
from tests.builders import GOOD, wait_for


TWO = GOOD + "# two\n"


def appspec_with_hook(team, hook):
    return builders.appspec(team.function, "1", "2", hooks={"BeforeAllowTraffic": hook})


def test_an_appspec_cannot_name_a_hook_that_the_group_does_not_grant(settled_team):
    team = settled_team
    hook = "CodeDeployHook_" + builders.unique("mine")
    builders.function(team.aws, hook, Tags={"pilotage:application": team.application})
    team.tag(may_ask="rollout")
    ending = team.release({"index.py": TWO, "appspec.yml": appspec_with_hook(team, hook)})
    team.tag(may_ask="rollout checks")
    assert "asks for its own checks" in " ".join(ending.faults)


def test_a_hook_of_another_application_is_refused_wherever_it_is_named(settled_team):
    team = settled_team
    hook = "CodeDeployHook_" + builders.unique("theirs")
    builders.function(team.aws, hook, Tags={"pilotage:application": "billing"})
    by_appspec = team.release({"index.py": TWO, "appspec.yml": appspec_with_hook(team, hook)})
    by_manifest = team.release({"index.py": TWO, "pilotage.yml": f"checks: {{before: {hook}}}"})
    for ending in (by_appspec, by_manifest):
        assert ending.kind == "rejected"
        assert f"does not exist or is not of {team.application}" in " ".join(ending.faults)


def test_a_hook_that_is_no_hook_is_refused(settled_team):
    ending = settled_team.release(
        {"index.py": TWO, "appspec.yml": appspec_with_hook(settled_team, "payments-refund")}
    )
    assert "which CodeDeploy may not call" in " ".join(ending.faults)


def test_two_files_that_say_the_same_thing_are_refused(settled_team):
    hook = "CodeDeployHook_" + builders.unique("twice")
    builders.function(
        settled_team.aws, hook, Tags={"pilotage:application": settled_team.application}
    )
    ending = settled_team.release(
        {
            "index.py": TWO,
            "appspec.yml": appspec_with_hook(settled_team, hook),
            "pilotage.yml": "checks: {before: [{invoke: {}}]}",
        }
    )
    assert "Keep one" in " ".join(ending.faults)


def test_nothing_of_a_function_of_others_is_told(team):
    other = builders.function(team.aws, Tags={"pilotage:application": "billing"})
    version = builders.publish(team.aws, other)
    team.aws.lambda_.create_alias(FunctionName=other, Name="live", FunctionVersion=version)
    team.tag(function=f"{other}:live")
    ending = team.release()
    assert ending.kind == "rejected"
    assert "Users get what they had." in ending.text
    assert ending.users_get == ""


@pytest.mark.long
def test_a_turn_that_was_written_but_not_told_is_handed_over_by_sweep(team):
    """Finish Release dies between writing the turn and handing the token back: here, because its
    role may not hand it back."""
    role = team.aws.cloudformation.describe_stack_resource(
        StackName="pilotage", LogicalResourceId="FinishReleaseFunctionRole"
    )["StackResourceDetail"]["PhysicalResourceId"]
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
    wait_for(lambda: step_of(team, second) == "waiting")
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


def step_of(team, release):
    item = team.aws.dynamodb.get_item(
        TableName=team.outputs["Table"],
        Key={"pk": {"S": f"release#{release}"}, "sk": {"S": "release"}},
    )["Item"]
    return json.loads(item["step"]["S"])
