"""What roles need their permissions for: everything that Pilotage does, told from outside.

A story raises AssertionError when something is not as told, so that a missing permission shows."""

import json
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from localcloud.faults.plan import Fault
from localcloud.slack import Trouble
from localcloud.slack_clicks import PEOPLE, Clicks
from tests import builders
from tests.builders import BAD, GOOD, wait_for
from tests.chaos.stories import CHECKED, green_alarm, operate
from tests.story.conftest import Team, make_team
from tests.story.test_clicks import shows
from tests.story.test_waiting import held_by, record

# Real seconds in which each part of a story has come true, when nothing is missing; and after which
# it is given up where something is.
PATIENCE, SHORT_PATIENCE = 40, 8
CANARY = "rollout: canary 10% 5m\n"
SLOW = "rollout: canary 10% 240m\n"
ALL_AT_ONCE = "rollout: all at once\n"


@dataclass
class Stage:
    """A cloud with Pilotage, and a target of its own whose version 1 users get."""

    aws: object
    cloud: object
    outputs: dict
    team: Team = None
    alarm: str = ""
    patience: float = PATIENCE
    undo: list = field(default_factory=list)

    @property
    def target(self):
        return f"{self.team.application}/prod"

    def upload(self, word, manifest=ALL_AT_ONCE, **metadata):
        files = {"index.py": f"{GOOD}# {word}\n", "pilotage.yml": manifest}
        return self.team.upload(files, **metadata)

    def until(self, look):
        return wait_for(look, self.patience)

    def ends(self, release, kind, words=""):
        """The release has this outcome, everyone gets one version, and chat says so."""
        outcome = self.until(lambda: self.team.outcome_now(release))["outcome"]
        assert outcome["kind"] == kind, outcome
        assert kind not in ("live", "stopped") or not (self.team.alias() or ("", {}))[1]
        word = "rolled back" if outcome["exposed"] and kind == "stopped" else kind
        message = self.until(lambda: self._ended(release, word))
        assert words in json.dumps(message, ensure_ascii=False), (words, message)
        return outcome

    def shifting(self, release):
        self.until(lambda: self.team.alias()[1] or self.team.is_over(release))
        assert not self.team.is_over(release)

    def waits(self, release, kind):
        self.until(lambda: held_by(self.team, release) == kind)
        self.until(lambda: self.said(release, "This one waits"))

    def said(self, release, words):
        """Whether the release's message ever had these words."""
        ts = self._ts(release)
        return ts and any(
            words in json.dumps(m, ensure_ascii=False)
            for m in self.team.messages()
            if m["ts"] == ts
        )

    def notices_left(self):
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.aws.sqs.get_queue_attributes(
            QueueUrl=self.outputs["NoticeQueue"], AttributeNames=names
        )["Attributes"]
        return sum(int(count) for count in found.values())

    def errors(self):
        """How many invocations of Pilotage's functions failed, ever."""
        return sum(
            ran.failed
            for ran in list(self.cloud.invocations.ran)
            if ran.function.startswith(("pilotage-", "CodeDeployHook_"))
        )

    def faults(self, *faults):
        self.cloud.faults.set(list(faults))
        self.undo.append(self.cloud.faults.clear)

    def _ts(self, release):
        item = self.aws.dynamodb.get_item(
            TableName=self.outputs["Table"],
            Key={"pk": {"S": f"release#{release}"}, "sk": {"S": "message"}},
        ).get("Item")
        return json.loads(item["message"]["S"])["told"]["ts"] if item else ""

    def _ended(self, release, word):
        ts = self._ts(release)
        found = [m for m in self.team.messages() if ts and m["ts"] == ts]
        return found[-1] if found and f": {word}" in found[-1]["text"] else None


def set_up(aws, cloud, outputs, *, alarm=False, first=False):
    stage = Stage(aws, cloud, outputs)
    application = builders.unique("rights")
    if alarm:
        stage.alarm = green_alarm(aws, f"{application}-alarm")
    alarms = [stage.alarm] if alarm else []
    stage.team = make_team(aws, cloud, outputs, alarms=alarms, application=application)
    if not first:
        version = builders.publish(aws, stage.team.function, GOOD)
        aws.lambda_.create_alias(
            FunctionName=stage.team.function, Name="live", FunctionVersion=version
        )
    return stage


@dataclass(frozen=True)
class Story:
    """`alarm`: the group watches one. `first`: there is no version yet. `sweeps`: sweep runs by its
    schedule meanwhile; else nothing repairs what went wrong."""

    play: Callable[[Stage], None]
    alarm: bool = False
    first: bool = False
    sweeps: bool = False

    @property
    def name(self):
        return self.play.__name__.replace("_", " ")

    def run(self, aws, cloud, outputs, patience=PATIENCE):
        """Raises AssertionError when something is not as told."""
        stage = set_up(aws, cloud, outputs, alarm=self.alarm, first=self.first)
        stage.patience = patience
        rule = schedule_of_sweep(aws)
        (aws.events.enable_rule if self.sweeps else aws.events.disable_rule)(Name=rule)
        try:
            self.play(stage)
        finally:
            for undo in stage.undo:
                undo()
            aws.events.enable_rule(Name=rule)


def schedule_of_sweep(aws):
    return aws.cloudformation.describe_stack_resource(
        StackName="pilotage", LogicalResourceId="SweepFunctionRegularly"
    )["StackResourceDetail"]["PhysicalResourceId"]


def a_first_version(stage):
    release = stage.upload("first", CHECKED)
    stage.ends(release, "live")
    assert stage.team.alias() == ("1", {})


def a_good_version_by_canary_with_checks(stage):
    stage.team.tag(max_errors="5")
    manifest = CHECKED.replace("10% 5m", f"{11 + random.randrange(80)}% 31m")  # not made yet
    release = stage.upload("good", manifest)
    stage.until(lambda: stage.said(release, "▰"))
    stage.until(lambda: stage.said(release, "errors of version 2"))
    stage.ends(release, "live")
    assert stage.team.alias()[0] == "2"
    left = stage.aws.cloudwatch.describe_alarms(
        AlarmNamePrefix=f"pilotage-{stage.team.application}"
    )
    assert not left["MetricAlarms"]


def a_shift_is_told_step_by_step(stage):
    release = stage.upload("steps", "rollout: linear 25% 15m\n")
    stage.until(lambda: stage.said(release, "50% of users get"))
    stage.ends(release, "live")


def a_good_version_breaks_nothing(stage):
    """What one function fails to do another may make good: but none fails."""
    before = stage.errors()
    stage.ends(stage.upload("good", CHECKED), "live")
    stage.until(lambda: not stage.notices_left())
    assert stage.errors() == before


def each_step_is_told_while_it_lasts(stage):
    """Every step takes some seconds, so that none is passed over."""
    lasts = {"seconds": 3}
    stage.faults(
        Fault("slow", "lambda", "PublishVersion", "PublishRevision", **lasts),
        Fault("slow", "lambda", "Invoke", "BeforeAllowTraffic", **lasts),
        Fault("slow", "lambda", "Invoke", "AfterAllowTraffic", **lasts),
    )
    release = stage.upload("slow", CHECKED.replace("5m", "15m"))
    stage.until(lambda: stage.said(release, "its version is being published"))
    stage.until(lambda: stage.said(release, "is being checked before any user gets it"))
    stage.until(lambda: stage.said(release, "10% of users get"))
    stage.until(lambda: stage.said(release, "It is being checked."))
    stage.ends(release, "live")


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


def a_check_afterwards_that_dies_is_answered_for(stage):
    stage.faults(Fault("killed", "lambda", "Invoke", "AfterAllowTraffic"))
    manifest = ALL_AT_ONCE + "checks: {after: [{expect: {statusCode: 200}}]}\n"
    stage.ends(stage.upload("dies", manifest), "stopped", "did not come back")


def a_check_that_dies_is_answered_for(stage):
    stage.faults(Fault("killed", "lambda", "Invoke", "BeforeAllowTraffic"))
    release = stage.upload("dies", CHECKED)
    stage.ends(release, "stopped", "did not come back")


def an_alarm_brings_users_back(stage):
    release = stage.upload("alarmed", SLOW)
    stage.shifting(release)
    builders.red_alarm(stage.aws, stage.alarm)
    stage.ends(release, "stopped", stage.alarm)
    assert stage.team.alias() == ("1", {})


def a_red_alarm_is_waited_for(stage):
    builders.red_alarm(stage.aws, stage.alarm)
    release = stage.upload("patient")
    stage.waits(release, "alarm")
    green_alarm(stage.aws, stage.alarm)
    stage.ends(release, "live")


def of_two_red_alarms_the_other_is_named_then(stage):
    other = green_alarm(stage.aws, f"{stage.alarm}-2")
    stage.aws.codedeploy.update_deployment_group(
        applicationName=stage.team.application,
        currentDeploymentGroupName="prod",
        alarmConfiguration={"enabled": True, "alarms": [{"name": stage.alarm}, {"name": other}]},
    )
    builders.red_alarm(stage.aws, stage.alarm)
    builders.red_alarm(stage.aws, other)
    release = stage.upload("patient")
    stage.until(lambda: stage.said(release, f"alarms are red: {stage.alarm}, {other}"))
    green_alarm(stage.aws, stage.alarm)
    stage.until(lambda: stage.said(release, f"alarm is red: {other}"))
    green_alarm(stage.aws, other)
    stage.ends(release, "live")


def an_alarm_that_turns_red_while_publishing(stage):
    stage.faults(Fault("slow", "lambda", "PublishVersion", "PublishRevision", seconds=3))
    release = stage.upload("patient")
    stage.until(lambda: stage.cloud.faults.injected)
    builders.red_alarm(stage.aws, stage.alarm)
    stage.until(lambda: held_by(stage.team, release) == "alarm")
    green_alarm(stage.aws, stage.alarm)
    stage.ends(release, "live")


def a_newer_upload_supersedes(stage):
    first = stage.upload("one", "rollout: canary 10% 60m\n")
    stage.shifting(first)
    second = stage.upload("two")
    stage.waits(second, "turn")
    time.sleep(1.1)  # event times have whole seconds
    third = stage.upload("three")
    stage.ends(second, "superseded", "was uploaded later")
    stage.ends(first, "live")
    stage.ends(third, "live")


def an_urgent_upload_goes_first(stage):
    stage.team.tag(urgent="allowed")
    first = stage.upload("one", SLOW)
    stage.shifting(first)
    urgent = stage.upload("fix", urgent="prices are wrong")
    stage.ends(first, "stopped", "prices are wrong")
    stage.ends(urgent, "live")


def someone_elses_deployment_is_waited_for(stage):
    theirs = builders.publish(stage.aws, stage.team.function, GOOD + "# by hand\n")
    stage.aws.codedeploy.create_deployment(
        applicationName=stage.team.application,
        deploymentGroupName="prod",
        revision=builders.revision(builders.appspec(stage.team.function, "1", theirs)),
        deploymentConfigName="CodeDeployDefault.LambdaCanary10Percent15Minutes",
    )
    release = stage.upload("after")
    stage.waits(release, "deployment")
    stage.ends(release, "live")
    stage.until(lambda: not stage.notices_left())  # the other one's are of nobody


def someone_elses_deployment_moves_users_before_publishing(stage):
    theirs = builders.publish(stage.aws, stage.team.function, GOOD + "# by hand\n")
    stage.faults(Fault("slow", "dynamodb", "GetItem", "PublishRevision", seconds=3))
    release = stage.upload("after")
    stage.until(lambda: stage.cloud.faults.injected)
    stage.aws.codedeploy.create_deployment(
        applicationName=stage.team.application,
        deploymentGroupName="prod",
        revision=builders.revision(builders.appspec(stage.team.function, "1", theirs)),
        deploymentConfigName="CodeDeployDefault.LambdaLinear10PercentEvery10Minutes",
    )
    stage.until(lambda: stage.team.alias()[1])
    stage.ends(release, "live")


def a_red_alarm_ends_someone_elses_deployment_and_is_waited_for_then(stage):
    theirs = builders.publish(stage.aws, stage.team.function, GOOD + "# by hand\n")
    stage.aws.codedeploy.create_deployment(
        applicationName=stage.team.application,
        deploymentGroupName="prod",
        revision=builders.revision(builders.appspec(stage.team.function, "1", theirs)),
        deploymentConfigName="CodeDeployDefault.LambdaLinear10PercentEvery10Minutes",
    )
    release = stage.upload("after")
    stage.waits(release, "deployment")
    builders.red_alarm(stage.aws, stage.alarm)
    stage.until(lambda: stage.said(release, f"alarm is red: {stage.alarm}"))
    green_alarm(stage.aws, stage.alarm)
    stage.ends(release, "live")


def someone_elses_deployment_comes_up_while_publishing(stage):
    theirs = builders.publish(stage.aws, stage.team.function, GOOD + "# by hand\n")
    stage.faults(Fault("slow", "lambda", "PublishVersion", "PublishRevision", seconds=3))
    release = stage.upload("after")
    stage.until(lambda: stage.cloud.faults.injected)
    stage.aws.codedeploy.create_deployment(
        applicationName=stage.team.application,
        deploymentGroupName="prod",
        revision=builders.revision(builders.appspec(stage.team.function, "1", theirs)),
        deploymentConfigName="CodeDeployDefault.LambdaCanary10Percent30Minutes",
    )
    stage.until(lambda: held_by(stage.team, release) == "deployment")
    stage.ends(release, "live")


def an_operator_stops(stage):
    release = stage.upload("bad", SLOW)
    stage.shifting(release)
    operate(stage.team, "Stop Release")
    stage.ends(release, "stopped", "stopped by mara")
    assert stage.team.alias() == ("1", {})


def an_operator_stops_what_waits(stage):
    first = stage.upload("one", "rollout: canary 10% 60m\n")
    stage.shifting(first)
    second = stage.upload("two")
    stage.waits(second, "turn")
    detail = {"target": stage.target, "by": "mara", "reason": "no", "release": second}
    put(stage, "Stop Release", detail)
    stage.until(lambda: stage.team.is_over(second))
    stage.ends(first, "live")
    stage.ends(second, "stopped", "stopped by mara")


def an_operator_stops_while_the_deployment_is_made(stage):
    stage.faults(Fault("slow", "codedeploy", "CreateDeployment", "StartDeployment", seconds=2))
    release = stage.upload("bad", SLOW)
    stage.until(lambda: stage.cloud.faults.injected)
    operate(stage.team, "Stop Release")
    stage.ends(release, "stopped", "stopped by mara")


def an_operator_stops_while_publishing(stage):
    stage.faults(Fault("slow", "lambda", "PublishVersion", "PublishRevision", seconds=2))
    release = stage.upload("bad", SLOW)
    stage.until(lambda: stage.cloud.faults.injected)
    operate(stage.team, "Stop Release")
    stage.ends(release, "stopped", "stopped by mara")
    assert stage.team.alias() == ("1", {})


def an_instruction_that_cannot_be_obeyed_is_kept(stage):
    stage.faults(Fault("denied", "dynamodb", "", "AnswerOperator", times=0))
    asked = operate(stage.team, "Stop Release")
    resource = stage.aws.cloudformation.describe_stack_resource(
        StackName="pilotage", LogicalResourceId="LostEvents"
    )
    url = resource["StackResourceDetail"]["PhysicalResourceId"]
    stage.until(lambda: [m for m in peek(stage.aws, url) if asked in m["Body"]])


def an_operator_rolls_back(stage):
    stage.ends(stage.upload("two"), "live")
    asked = operate(stage.team, "Roll Back")
    stage.ends(f"{stage.target}/roll-back-{asked}", "live")
    assert stage.team.alias() == ("1", {})


def an_operator_rolls_back_from_a_shared_alias(stage):
    stage.ends(stage.upload("two"), "live")
    stage.aws.lambda_.update_alias(
        FunctionName=stage.team.function,
        Name="live",
        RoutingConfig={"AdditionalVersionWeights": {"1": 0.5}},
    )
    detail = {"target": stage.target, "by": "mara", "reason": "half", "version": "1"}
    asked = put(stage, "Roll Back", detail)
    stage.ends(f"{stage.target}/roll-back-{asked}", "live")
    assert stage.team.alias() == ("1", {})


def an_operator_releases_again(stage):
    release = stage.upload("again", SLOW)
    stage.shifting(release)
    operate(stage.team, "Stop Release")
    stage.ends(release, "stopped")
    put(stage, "Release Again", {"target": stage.target, "by": "mara", "release": release})
    stage.until(lambda: stage.team.alias()[1])


def what_is_gone_is_not_released_again(stage):
    release = stage.upload("again", SLOW)
    stage.shifting(release)
    operate(stage.team, "Stop Release")
    stage.ends(release, "stopped")
    bucket, version = stage.outputs["ArtifactBucket"], release.rsplit("/", 1)[1]
    stage.aws.s3.delete_object(Bucket=bucket, Key=f"{stage.target}/app.zip", VersionId=version)
    put(stage, "Release Again", {"target": stage.target, "by": "mara", "release": release})
    stage.until(lambda: any("not in the bucket" in json.dumps(m) for m in stage.team.messages()))


def an_operator_freezes_and_thaws(stage):
    put(stage, "Freeze", {"target": stage.target, "by": "mara", "reason": "moving"})
    stage.until(lambda: any(f"Freeze: {stage.target}" in m["text"] for m in stage.team.messages()))
    release = stage.upload("frozen")
    stage.waits(release, "freeze")
    put(stage, "Thaw", {"target": stage.target, "by": "mara"})
    stage.ends(release, "live")


def a_click_stops(stage):
    release = stage.upload("clicked", SLOW)
    stage.shifting(release)
    message = stage.until(lambda: shows(stage.team, release, "stop"))
    clicks = Clicks(
        stage.cloud.slack,
        lambda: stage.outputs["ClickUrl"],
        f"{stage.cloud.endpoint}/slack/actions/",
    )
    assert clicks.click(message["ts"], "stop", PEOPLE[0]) == 200
    stage.ends(release, "stopped", "asked for in chat")


def a_click_that_cannot_be_handed_on_may_be_made_again(stage):
    release = stage.upload("clicked", SLOW)
    stage.shifting(release)
    message = stage.until(lambda: shows(stage.team, release, "stop"))
    clicks = Clicks(
        stage.cloud.slack,
        lambda: stage.outputs["ClickUrl"],
        f"{stage.cloud.endpoint}/slack/actions/",
    )
    stage.faults(Fault("denied", "events", "PutEvents", "AnswerClick"))
    assert clicks.click(message["ts"], "stop", PEOPLE[0]) == 200
    assert clicks.click(message["ts"], "stop", PEOPLE[0]) == 200
    stage.ends(release, "stopped", "asked for in chat")


def an_upload_whose_event_was_lost(stage):
    stage.faults(Fault("dropped", "aws.s3", "Object Created"))
    stage.ends(stage.upload("lost"), "live")


def a_deployment_whose_end_was_not_heard(stage):
    stage.faults(Fault("dropped", "aws.codedeploy", times=0))
    stage.ends(stage.upload("unheard"), "live")


def an_execution_that_was_stopped_by_hand(stage):
    release = stage.upload("aborted", "rollout: canary 10% 30m\n")
    stage.shifting(release)
    execution = record(stage.team, release)["execution"]
    stage.aws.stepfunctions.stop_execution(executionArn=execution)
    stage.ends(release, "live")


def a_release_that_sweep_finishes_after_a_bad_end(stage):
    """Its execution is gone and its deployment is stopped without a rollback."""
    stage.team.tag(max_errors="5")
    release = stage.upload("aborted", SLOW)
    stage.shifting(release)
    execution = record(stage.team, release)["execution"]
    stage.aws.stepfunctions.stop_execution(executionArn=execution)
    stop_without_rollback(stage)
    stage.ends(release, "stopped")
    assert stage.team.alias() == ("1", {})
    prefix = f"pilotage-{stage.team.application}"
    alarms = lambda: stage.aws.cloudwatch.describe_alarms(AlarmNamePrefix=prefix)["MetricAlarms"]
    stage.until(lambda: not alarms())


def a_deployment_that_was_stopped_without_a_rollback(stage):
    release = stage.upload("left between", SLOW)
    stage.shifting(release)
    stop_without_rollback(stage)
    stage.ends(release, "stopped")
    assert stage.team.alias() == ("1", {})


def an_alarm_whose_event_was_lost(stage):
    builders.red_alarm(stage.aws, stage.alarm)
    release = stage.upload("patient")
    stage.waits(release, "alarm")
    stage.faults(Fault("dropped", "aws.cloudwatch", times=0))
    green_alarm(stage.aws, stage.alarm)
    stage.ends(release, "live")


def a_stop_that_was_written_but_not_done(stage):
    """The operator's function dies between the two; sweep does it."""
    release = stage.upload("bad", SLOW)
    stage.shifting(release)
    stage.faults(Fault("denied", "codedeploy", "StopDeployment", "AnswerOperator", times=0))
    operate(stage.team, "Stop Release")
    stage.ends(release, "stopped", "stopped by mara")


def an_upload_that_was_deleted_at_once(stage):
    stage.faults(Fault("slow", "s3", "", "InspectArtifact", seconds=1))
    release = stage.upload("gone")
    bucket, version = stage.outputs["ArtifactBucket"], release.rsplit("/", 1)[1]
    stage.aws.s3.delete_object(Bucket=bucket, Key=f"{stage.target}/app.zip", VersionId=version)
    stage.ends(release, "rejected")


def slack_throttles(stage):
    slack = stage.cloud.slack
    stage.undo.append(lambda: setattr(slack, "trouble", None))
    slack.trouble, before = Trouble("throttled", 3), slack.turned_away
    release = stage.upload("throttled")
    stage.until(lambda: slack.turned_away > before + 1)
    slack.trouble = None
    stage.ends(release, "live")


def slack_refuses(stage):
    slack = stage.cloud.slack
    stage.undo.append(lambda: setattr(slack, "trouble", None))
    slack.trouble = Trouble("channel_not_found")
    url = stage.outputs["LostNotices"]

    stage.upload("refused")
    found = stage.until(
        lambda: [m for m in peek(stage.aws, url) if stage.team.application in m["Body"]]
    )
    assert found[0]["MessageAttributes"]["reason"]["StringValue"] == "channel_not_found"


def peek(aws, url):
    """What lies in a queue, left where it is."""
    return aws.sqs.receive_message(
        QueueUrl=url, VisibilityTimeout=0, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
    ).get("Messages", [])


def put(stage, kind, detail):
    entry = {
        "EventBusName": stage.outputs["OperatorBus"],
        "Source": "pilotage.operator",
        "DetailType": kind,
        "Detail": json.dumps(detail),
    }
    return stage.aws.events.put_events(Entries=[entry])["Entries"][0]["EventId"]


def stop_without_rollback(stage):
    codedeploy = stage.aws.codedeploy
    where = {"applicationName": stage.team.application, "deploymentGroupName": "prod"}
    codedeploy.update_deployment_group(
        applicationName=stage.team.application,
        currentDeploymentGroupName="prod",
        autoRollbackConfiguration={"enabled": False, "events": []},
    )
    (running,) = codedeploy.list_deployments(**where, includeOnlyStatuses=["InProgress"])[
        "deployments"
    ]
    codedeploy.stop_deployment(deploymentId=running, autoRollbackEnabled=False)


STORIES = (
    Story(a_first_version, first=True),
    Story(a_good_version_by_canary_with_checks, alarm=True),
    Story(a_shift_is_told_step_by_step),
    Story(each_step_is_told_while_it_lasts),
    Story(a_good_version_breaks_nothing),
    Story(a_failing_check),
    Story(a_failing_check_afterwards),
    Story(hooks_of_ones_own),
    Story(a_check_that_dies_is_answered_for),
    Story(a_check_afterwards_that_dies_is_answered_for),
    Story(an_alarm_brings_users_back, alarm=True),
    Story(a_red_alarm_is_waited_for, alarm=True),
    Story(of_two_red_alarms_the_other_is_named_then, alarm=True),
    Story(an_alarm_that_turns_red_while_publishing, alarm=True),
    Story(a_newer_upload_supersedes, alarm=True),
    Story(an_urgent_upload_goes_first),
    Story(someone_elses_deployment_is_waited_for),
    Story(someone_elses_deployment_moves_users_before_publishing),
    Story(someone_elses_deployment_comes_up_while_publishing),
    Story(a_red_alarm_ends_someone_elses_deployment_and_is_waited_for_then, alarm=True),
    Story(an_operator_stops),
    Story(an_operator_stops_what_waits),
    Story(an_operator_stops_while_publishing),
    Story(an_operator_stops_while_the_deployment_is_made),
    Story(an_instruction_that_cannot_be_obeyed_is_kept),
    Story(an_operator_rolls_back),
    Story(an_operator_rolls_back_from_a_shared_alias),
    Story(an_operator_releases_again),
    Story(what_is_gone_is_not_released_again),
    Story(an_operator_freezes_and_thaws, alarm=True),
    Story(a_click_stops),
    Story(a_click_that_cannot_be_handed_on_may_be_made_again),
    Story(an_upload_that_was_deleted_at_once),
    Story(a_deployment_that_was_stopped_without_a_rollback),
    Story(an_execution_that_was_stopped_by_hand, sweeps=True),
    Story(an_upload_whose_event_was_lost, sweeps=True),
    Story(a_deployment_whose_end_was_not_heard, sweeps=True),
    Story(an_alarm_whose_event_was_lost, alarm=True, sweeps=True),
    Story(a_stop_that_was_written_but_not_done, sweeps=True),
    Story(a_release_that_sweep_finishes_after_a_bad_end, sweeps=True),
    Story(slack_throttles),
    Story(slack_refuses),
)
