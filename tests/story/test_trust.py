"""What an upload may never reach."""

from tests import builders
from tests.builders import GOOD

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
