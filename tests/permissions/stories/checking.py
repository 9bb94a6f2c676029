"""What checks, hooks and alarms find."""

from localcloud.faults.plan import Fault
from tests import builders
from tests.builders import BAD
from tests.chaos.stories import CHECKED
from tests.permissions.stage import ALL_AT_ONCE, SLOW
from tests.permissions.story import Story


def a_failing_check(stage):
    release = stage.team.upload({"index.py": BAD, "pilotage.yml": CHECKED})
    stage.ends(release, "stopped", "statusCode is 500")
    assert stage.team.alias() == ("1", {})


def a_failing_check_afterwards(stage):
    manifest = ALL_AT_ONCE + "checks: {after: [{expect: {statusCode: 404}}]}\n"
    stage.ends(stage.upload("bad", manifest), "stopped", "expected 404")
    assert stage.team.alias() == ("1", {})


def hooks_of_ones_own(stage):
    code = (
        "import boto3\n"
        "def handler(event, context):\n"
        "    boto3.client('codedeploy').put_lifecycle_event_hook_execution_status(\n"
        "        deploymentId=event['DeploymentId'], status='Succeeded',\n"
        "        lifecycleEventHookExecutionId=event['LifecycleEventHookExecutionId'])\n"
    )
    hook = f"CodeDeployHook_{stage.team.application}"
    tags = {"pilotage:application": stage.team.application}
    builders.function(stage.aws, hook, code, Tags=tags)
    manifest = f"{SLOW.replace('240m', '60m')}checks: {{before: {hook}, after: {hook}}}\n"
    release = stage.upload("hooked", manifest)
    stage.until(lambda: stage.said(release, "10% of users get"))
    stage.ends(release, "live")


def a_check_that_dies_is_answered_for(stage):
    stage.faults(Fault("killed", "lambda", "Invoke", "BeforeAllowTraffic"))
    release = stage.upload("dies", CHECKED)
    stage.ends(release, "stopped", "did not come back")


def a_check_afterwards_that_dies_is_answered_for(stage):
    stage.faults(Fault("killed", "lambda", "Invoke", "AfterAllowTraffic"))
    manifest = ALL_AT_ONCE + "checks: {after: [{expect: {statusCode: 200}}]}\n"
    stage.ends(stage.upload("dies", manifest), "stopped", "did not come back")


def an_alarm_brings_users_back(stage):
    release = stage.upload("alarmed", SLOW)
    stage.shifting(release)
    builders.red_alarm(stage.aws, stage.alarm)
    stage.ends(release, "stopped", stage.alarm)
    assert stage.team.alias() == ("1", {})


STORIES = (
    Story(a_failing_check),
    Story(a_failing_check_afterwards),
    Story(hooks_of_ones_own),
    Story(a_check_that_dies_is_answered_for),
    Story(a_check_afterwards_that_dies_is_answered_for),
    Story(an_alarm_brings_users_back, alarm=True),
)
