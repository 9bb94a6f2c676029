"""What a release waits for besides its turn: red alarms, and what others deploy."""

from localcloud.faults.plan import Fault
from tests import builders
from tests.chaos.stories import green_alarm
from tests.permissions.story import Story


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
    stage.until(lambda: stage.team.held_by(release) == "alarm")
    green_alarm(stage.aws, stage.alarm)
    stage.ends(release, "live")


def an_alarm_that_ends_the_deployment_before_anyone_got_it(stage):
    stage.faults(Fault("slow", "codedeploy", "CreateDeployment", "StartDeployment", seconds=3))
    release = stage.upload("patient")
    stage.until(lambda: stage.cloud.faults.injected)
    builders.red_alarm(stage.aws, stage.alarm)
    stage.until(lambda: stage.team.held_by(release) == "alarm")
    green_alarm(stage.aws, stage.alarm)
    stage.ends(release, "live")


def someone_elses_deployment_is_waited_for(stage):
    theirs = stage.published_by_hand()
    stage.deploys_by_hand(theirs, "LambdaCanary10Percent15Minutes")
    release = stage.upload("after")
    stage.waits(release, "deployment")
    stage.ends(release, "live")
    stage.until(lambda: not stage.notices_left())  # the other one's are of nobody


def someone_elses_deployment_moves_users_before_publishing(stage):
    theirs = stage.published_by_hand()
    stage.faults(Fault("slow", "dynamodb", "GetItem", "PublishRevision", seconds=3))
    release = stage.upload("after")
    stage.until(lambda: stage.cloud.faults.injected)
    stage.deploys_by_hand(theirs, "LambdaLinear10PercentEvery10Minutes")
    stage.until(lambda: stage.team.alias()[1])
    stage.ends(release, "live")


def someone_elses_deployment_comes_up_while_publishing(stage):
    theirs = stage.published_by_hand()
    stage.faults(Fault("slow", "lambda", "PublishVersion", "PublishRevision", seconds=3))
    release = stage.upload("after")
    stage.until(lambda: stage.cloud.faults.injected)
    stage.deploys_by_hand(theirs, "LambdaCanary10Percent30Minutes")
    stage.until(lambda: stage.team.held_by(release) == "deployment")
    stage.ends(release, "live")


def a_red_alarm_ends_someone_elses_deployment_and_is_waited_for_then(stage):
    theirs = stage.published_by_hand()
    stage.deploys_by_hand(theirs, "LambdaLinear10PercentEvery10Minutes")
    release = stage.upload("after")
    stage.waits(release, "deployment")
    builders.red_alarm(stage.aws, stage.alarm)
    stage.until(lambda: stage.said(release, f"alarm is red: {stage.alarm}"))
    green_alarm(stage.aws, stage.alarm)
    stage.ends(release, "live")


STORIES = (
    Story(a_red_alarm_is_waited_for, alarm=True),
    Story(of_two_red_alarms_the_other_is_named_then, alarm=True),
    Story(an_alarm_that_turns_red_while_publishing, alarm=True),
    Story(an_alarm_that_ends_the_deployment_before_anyone_got_it, alarm=True),
    Story(someone_elses_deployment_is_waited_for),
    Story(someone_elses_deployment_moves_users_before_publishing),
    Story(someone_elses_deployment_comes_up_while_publishing),
    Story(a_red_alarm_ends_someone_elses_deployment_and_is_waited_for_then, alarm=True),
)
