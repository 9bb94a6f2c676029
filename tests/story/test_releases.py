"""Uploads that travel: watched through the alias, the outcome object and the chat."""

import threading
import time

import pytest

from tests import builders
from tests.builders import BAD, GOOD, part_of_pilotage, wait_for
from tests.story.team import make_team

TWO = GOOD + "# two\n"
CHECKED = "checks:\n  before:\n    - invoke: {path: /a}\n      expect: {statusCode: 200}\n"


def path_of(team, number=0):
    machine = team.outputs["StateMachine"]
    newest = team.aws.stepfunctions.list_executions(stateMachineArn=machine)["executions"]
    newest = sorted(newest, key=lambda e: e["startDate"], reverse=True)[number]
    history = team.aws.stepfunctions.get_execution_history(executionArn=newest["executionArn"])
    return history["events"], [
        e["stateEnteredEventDetails"]["name"]
        for e in history["events"]
        if "stateEnteredEventDetails" in e
    ]


def test_a_first_upload_makes_the_alias_and_is_live(team):
    ending = team.release({"index.py": GOOD, "pilotage.yml": CHECKED}, by="mara", commit="9f3c2ab")
    assert ending.kind == "live"
    assert team.alias() == ("1", {})
    assert "Everyone gets 9f3c2ab (version 1)." in ending.text
    assert "by mara · 9f3c2ab" in ending.text


def test_a_first_upload_whose_check_fails_makes_no_alias(team):
    ending = team.release({"index.py": BAD, "pilotage.yml": CHECKED})
    assert ending.kind == "stopped"
    assert "statusCode is 500, expected 200" in ending.text
    assert team.alias() is None


def test_a_canary_is_seen_at_ten_percent_and_then_everywhere(team):
    assert team.release().kind == "live"
    release = team.upload({"index.py": TWO, "pilotage.yml": CHECKED + "rollout: canary 10% 5m\n"})
    wait_for(lambda: team.alias() == ("1", {"2": 0.1}))
    ending = team.ending(release)
    assert ending.kind == "live"
    assert team.alias() == ("2", {})
    texts = [message["text"] for message in ending.messages]
    assert any("10% of users get version 2, all others version 1: canary 10%" in t for t in texts)
    assert [m["method"] for m in ending.messages].count("chat.postMessage") == 1
    events, names = path_of(team)
    assert names[-1] == "Release Live"
    assert len(names) <= 9
    assert len(events) <= 80


def test_an_own_rollout_makes_its_configuration(team):
    assert team.release().kind == "live"
    release = team.upload({"index.py": TWO, "pilotage.yml": "rollout: linear 40% 1m\n"})
    shares = set()

    def watch():
        alias = team.alias()
        shares.update(alias[1].values())
        return alias == ("2", {})

    wait_for(watch, every=0.02)
    assert team.ending(release).kind == "live"
    assert shares == {0.4, 0.8}
    names = team.aws.codedeploy.list_deployment_configs()["deploymentConfigsList"]
    assert "pilotage-linear-40-percent-every-1-minutes" in names


def test_no_user_sees_a_version_whose_check_fails(team):
    assert team.release().kind == "live"
    seen = set()
    stop = threading.Event()
    watcher = threading.Thread(target=lambda: watch(team, seen, stop))
    watcher.start()
    ending = team.release({"index.py": BAD, "pilotage.yml": CHECKED})
    stop.set()
    watcher.join()
    assert ending.kind == "stopped"
    assert "Users still get version 1. No user saw version 2." in ending.text
    assert seen == {("1", ())}


def watch(team, seen, stop):
    while not stop.is_set():
        version, weights = team.alias()
        seen.add((version, tuple(weights)))
        time.sleep(0.02)


def test_a_check_after_traffic_that_fails_brings_users_back(team):
    assert team.release().kind == "live"
    manifest = "rollout: all at once\nchecks:\n  after:\n    - expect: {statusCode: 201}\n"
    ending = team.release({"index.py": TWO, "pilotage.yml": manifest})
    assert ending.kind == "stopped"
    assert team.alias() == ("1", {})
    assert "Everyone has version 1 again. 100% of users had version 2" in ending.text
    assert "statusCode is 200, expected 201" in ending.text


def test_errors_of_the_new_version_bring_users_back(aws, cloud, pilotage):
    team = make_team(aws, cloud, pilotage)
    team.tag(max_errors="5")
    assert team.release().kind == "live"
    broken = 'def handler(event, context):\n    raise KeyError("price")\n'
    release = team.upload({"index.py": broken, "pilotage.yml": "rollout: canary 50% 200m\n"})
    wait_for(lambda: team.alias()[1])
    stop = threading.Event()
    users = [threading.Thread(target=call, args=(team, stop)) for _ in range(3)]
    for user in users:
        user.start()
    ending = team.ending(release)
    stop.set()
    for user in users:
        user.join()
    assert ending.kind == "stopped"
    assert team.alias() == ("1", {})
    assert "50% of users had version 2" in ending.text
    assert f"pilotage-{team.application}-prod-version-2" in ending.text
    assert "errors of version 2" in ending.text
    left = aws.cloudwatch.describe_alarms(AlarmNamePrefix=f"pilotage-{team.application}")
    assert left["MetricAlarms"] == []


def call(team, stop):
    while not stop.is_set():
        team.aws.lambda_.invoke(FunctionName=team.function, Qualifier="live", Payload=b"{}")


def stop_running(team, rollback):
    """What a person does in CodeDeploy's console."""
    (deployment,) = team.aws.codedeploy.list_deployments(
        applicationName=team.application,
        deploymentGroupName="prod",
        includeOnlyStatuses=["InProgress"],
    )["deployments"]
    team.aws.codedeploy.stop_deployment(deploymentId=deployment, autoRollbackEnabled=rollback)


def test_a_stop_by_a_person_brings_users_back(team):
    assert team.release().kind == "live"
    release = team.upload({"index.py": TWO, "pilotage.yml": "rollout: canary 10% 60m\n"})
    wait_for(lambda: team.alias()[1])
    stop_running(team, rollback=True)
    ending = team.ending(release)
    assert ending.kind == "stopped"
    assert team.alias() == ("1", {})


@pytest.mark.long
def test_users_left_between_two_versions_by_a_stop_are_brought_back(team):
    """CodeDeploy leaves the alias weighted, and refuses every later deployment."""
    team.aws.codedeploy.update_deployment_group(
        applicationName=team.application,
        currentDeploymentGroupName="prod",
        autoRollbackConfiguration={"enabled": True, "events": ["DEPLOYMENT_FAILURE"]},
    )
    assert team.release().kind == "live"
    release = team.upload({"index.py": TWO, "pilotage.yml": "rollout: canary 10% 60m\n"})
    wait_for(lambda: team.alias()[1])
    stop_running(team, rollback=False)
    ending = team.ending(release)
    assert ending.kind == "stopped"
    assert "Everyone has version 1 again. 10% of users had version 2" in ending.text
    assert team.alias() == ("1", {})
    assert (
        f"aws lambda update-alias --function-name {team.function} --name live --function-version 1"
        in ending.text
    )
    assert team.release({"index.py": GOOD + "# mended\n"}).kind == "live"


@pytest.mark.long
def test_only_the_newest_waits_and_it_goes_live(team):
    assert team.release().kind == "live"
    first = team.upload({"index.py": TWO, "pilotage.yml": "rollout: canary 10% 60m\n"})
    wait_for(lambda: team.alias()[1])
    second = team.upload(
        {"index.py": GOOD + "# three\n", "pilotage.yml": "release: {version: three}"}
    )
    wait_for(
        lambda: any(
            "three → prod — Users get what the release before it gives them" in m["text"]
            for m in team.messages()
        )
    )
    third = team.upload({"index.py": GOOD + "# four\n", "pilotage.yml": "release: {version: four}"})
    ending = team.ending(second)
    assert ending.kind == "superseded"
    assert "four (" in ending.text
    assert "was uploaded later and goes first." in ending.text
    assert team.ending(first).kind == "live"
    assert team.ending(third).kind == "live"
    assert team.alias()[1] == {}


@pytest.mark.long
def test_a_users_own_hook_is_forwarded_to_and_answers_itself(team):
    assert team.release().kind == "live"
    hook = "CodeDeployHook_" + builders.unique("own")
    builders.function(
        team.aws,
        hook,
        "import boto3\n"
        "def handler(event, context):\n"
        "    boto3.client('codedeploy').put_lifecycle_event_hook_execution_status(\n"
        "        deploymentId=event['DeploymentId'],\n"
        "        lifecycleEventHookExecutionId=event['LifecycleEventHookExecutionId'],\n"
        "        status='Failed' if len(event) == 2 else 'Succeeded')\n",
        Tags={"pilotage:application": team.application},
    )
    ending = team.release({"index.py": TWO, "pilotage.yml": f"checks: {{before: {hook}}}\n"})
    assert ending.kind == "stopped"
    assert team.alias() == ("1", {})


@pytest.mark.long
def test_chat_says_who_gets_what_though_a_hook_of_ones_own_answers_by_itself(team):
    assert team.release().kind == "live"
    hook = "CodeDeployHook_" + builders.unique("own")
    code = (
        "import boto3\n"
        "def handler(event, context):\n"
        "    boto3.client('codedeploy').put_lifecycle_event_hook_execution_status(\n"
        "        deploymentId=event['DeploymentId'], status='Succeeded',\n"
        "        lifecycleEventHookExecutionId=event['LifecycleEventHookExecutionId'])\n"
    )
    builders.function(team.aws, hook, code, Tags={"pilotage:application": team.application})
    manifest = f"rollout: canary 10% 30m\nchecks: {{before: {hook}}}\n"
    ending = team.release({"index.py": TWO, "pilotage.yml": manifest})
    assert ending.kind == "live"
    texts = [message["text"] for message in ending.messages]
    assert any("10% of users get version 2, all others version 1" in text for text in texts)


@pytest.mark.long
def test_once_users_have_moved_on_the_older_message_says_so(team):
    first = team.upload()
    assert team.ending(first).kind == "live"
    assert team.release({"index.py": TWO}).kind == "live"

    def says():
        return [
            m for m in team.messages() if team.application in m["text"] and "no more" in m["text"]
        ]

    (message,) = wait_for(says)
    assert "Users get version 2 now, and version 1 no more." in message["text"]
    assert message["method"] == "chat.update"
    assert not any(block["type"] == "actions" for block in message["blocks"])


@pytest.mark.long
def test_a_hook_that_times_out_is_answered_for_by_sweep(team):
    assert team.release().kind == "live"
    before = part_of_pilotage(team.aws, "BeforeAllowTrafficFunction")
    slow = "import time\ndef handler(event, context):\n    time.sleep(20)\n    return {}\n"
    team.aws.lambda_.update_function_configuration(FunctionName=before, Timeout=1)
    builders.settle(team.aws, before)
    try:
        ending = team.release({"index.py": slow, "pilotage.yml": CHECKED})
    finally:
        team.aws.lambda_.update_function_configuration(FunctionName=before, Timeout=600)
        builders.settle(team.aws, before)
    assert ending.kind == "stopped"
    assert "the hook did not come back" in ending.text
    assert team.alias() == ("1", {})


@pytest.mark.long
def test_an_execution_stopped_by_hand_is_finished_by_sweep(team):
    assert team.release().kind == "live"
    release = team.upload({"index.py": TWO, "pilotage.yml": "rollout: canary 10% 5m\n"})
    wait_for(lambda: team.alias()[1])
    running = team.aws.stepfunctions.list_executions(
        stateMachineArn=team.outputs["StateMachine"], statusFilter="RUNNING"
    )["executions"]
    team.aws.stepfunctions.stop_execution(executionArn=running[0]["executionArn"])
    ending = team.ending(release)
    assert ending.kind == "live"
    assert team.alias() == ("2", {})
    assert team.release({"index.py": GOOD + "# five\n"}).kind == "live"
