"""What was lost, dropped or done by hand, and is made good."""

from localcloud.faults.plan import Fault
from tests import builders
from tests.chaos.stories import green_alarm
from tests.permissions.stage import SLOW
from tests.permissions.story import Story


def a_deployment_that_was_stopped_without_a_rollback(stage):
    release = stage.upload("left between", SLOW)
    stage.shifting(release)
    stage.stops_without_rollback()
    stage.ends(release, "stopped")
    assert stage.team.alias() == ("1", {})


def an_execution_that_was_stopped_by_hand(stage):
    release = stage.upload("aborted", "rollout: canary 10% 30m\n")
    stage.shifting(release)
    execution = stage.team.record(release)["execution"]
    stage.aws.stepfunctions.stop_execution(executionArn=execution)
    stage.ends(release, "live")


def an_upload_whose_event_was_lost(stage):
    stage.faults(Fault("dropped", "aws.s3", "Object Created"))
    stage.ends(stage.upload("lost"), "live")


def a_deployment_whose_end_was_not_heard(stage):
    stage.faults(Fault("dropped", "aws.codedeploy", times=0))
    stage.ends(stage.upload("unheard"), "live")


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
    stage.instruct("Stop Release", reason="rights")
    stage.ends(release, "stopped", "stopped by mara")


def a_release_that_sweep_finishes_after_a_bad_end(stage):
    """Its execution is gone and its deployment is stopped without a rollback."""
    stage.team.tag(max_errors="5")
    release = stage.upload("aborted", SLOW)
    stage.shifting(release)
    execution = stage.team.record(release)["execution"]
    stage.aws.stepfunctions.stop_execution(executionArn=execution)
    stage.stops_without_rollback()
    stage.ends(release, "stopped")
    assert stage.team.alias() == ("1", {})
    prefix = f"pilotage-{stage.team.application}"
    described = stage.aws.cloudwatch.describe_alarms
    stage.until(lambda: not described(AlarmNamePrefix=prefix)["MetricAlarms"])


STORIES = (
    Story(a_deployment_that_was_stopped_without_a_rollback),
    Story(an_execution_that_was_stopped_by_hand, sweeps=True),
    Story(an_upload_whose_event_was_lost, sweeps=True),
    Story(a_deployment_whose_end_was_not_heard, sweeps=True),
    Story(an_alarm_whose_event_was_lost, alarm=True, sweeps=True),
    Story(a_stop_that_was_written_but_not_done, sweeps=True),
    Story(a_release_that_sweep_finishes_after_a_bad_end, sweeps=True),
)
