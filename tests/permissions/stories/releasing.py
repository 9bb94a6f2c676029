"""An upload, and what becomes of it."""

import random
import time

from localcloud.faults.plan import Fault
from tests.chaos.stories import CHECKED
from tests.permissions.stage import SLOW
from tests.permissions.story import Story


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


def a_good_version_breaks_nothing(stage):
    """What one function fails to do another may make good: but none fails."""
    before = stage.errors()
    stage.ends(stage.upload("good", CHECKED), "live")
    stage.until(lambda: not stage.notices_left())
    assert stage.errors() == before


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


def an_upload_that_was_deleted_at_once(stage):
    stage.faults(Fault("slow", "s3", "", "InspectArtifact", seconds=1))
    release = stage.upload("gone")
    stage.delete(release)
    stage.ends(release, "rejected")


STORIES = (
    Story(a_first_version, first=True),
    Story(a_good_version_by_canary_with_checks, alarm=True),
    Story(a_shift_is_told_step_by_step),
    Story(each_step_is_told_while_it_lasts),
    Story(a_good_version_breaks_nothing),
    Story(a_newer_upload_supersedes, alarm=True),
    Story(an_urgent_upload_goes_first),
    Story(an_upload_that_was_deleted_at_once),
)
