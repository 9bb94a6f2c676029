"""What an operator asks for, by instruction or by a click in chat."""

import json

from localcloud.faults.plan import Fault
from tests.permissions.stage import SLOW
from tests.permissions.story import Story


def an_operator_stops(stage):
    release = stage.upload("bad", SLOW)
    stage.shifting(release)
    stage.instruct("Stop Release", reason="rights")
    stage.ends(release, "stopped", "stopped by mara")
    assert stage.team.alias() == ("1", {})


def an_operator_stops_what_waits(stage):
    first = stage.upload("one", "rollout: canary 10% 60m\n")
    stage.shifting(first)
    second = stage.upload("two")
    stage.waits(second, "turn")
    stage.instruct("Stop Release", reason="no", release=second)
    stage.until(lambda: stage.team.is_over(second))
    stage.ends(first, "live")
    stage.ends(second, "stopped", "stopped by mara")


def an_operator_stops_while_publishing(stage):
    stage.faults(Fault("slow", "lambda", "PublishVersion", "PublishRevision", seconds=2))
    release = stage.upload("bad", SLOW)
    stage.until(lambda: stage.cloud.faults.injected)
    stage.instruct("Stop Release", reason="rights")
    stage.ends(release, "stopped", "stopped by mara")
    assert stage.team.alias() == ("1", {})


def an_operator_stops_while_the_deployment_is_made(stage):
    stage.faults(Fault("slow", "codedeploy", "CreateDeployment", "StartDeployment", seconds=2))
    release = stage.upload("bad", SLOW)
    stage.until(lambda: stage.cloud.faults.injected)
    stage.instruct("Stop Release", reason="rights")
    stage.ends(release, "stopped", "stopped by mara")


def an_instruction_that_cannot_be_obeyed_is_kept(stage):
    stage.faults(Fault("denied", "dynamodb", "", "AnswerOperator", times=0))
    asked = stage.instruct("Stop Release", reason="rights")
    queue = stage.resource("LostEvents")
    stage.until(lambda: [m for m in stage.lying_in(queue) if asked in m["Body"]])


def an_operator_rolls_back(stage):
    stage.ends(stage.upload("two"), "live")
    asked = stage.instruct("Roll Back", reason="rights")
    stage.ends(f"{stage.target}/roll-back-{asked}", "live")
    assert stage.team.alias() == ("1", {})


def an_operator_rolls_back_from_a_shared_alias(stage):
    stage.ends(stage.upload("two"), "live")
    stage.aws.lambda_.update_alias(
        FunctionName=stage.team.function,
        Name="live",
        RoutingConfig={"AdditionalVersionWeights": {"1": 0.5}},
    )
    asked = stage.instruct("Roll Back", reason="half", version="1")
    stage.ends(f"{stage.target}/roll-back-{asked}", "live")
    assert stage.team.alias() == ("1", {})


def an_operator_releases_again(stage):
    release = stage.upload("again", SLOW)
    stage.shifting(release)
    stage.instruct("Stop Release", reason="rights")
    stage.ends(release, "stopped")
    stage.instruct("Release Again", release=release)
    stage.until(lambda: stage.team.alias()[1])


def what_is_gone_is_not_released_again(stage):
    release = stage.upload("again", SLOW)
    stage.shifting(release)
    stage.instruct("Stop Release", reason="rights")
    stage.ends(release, "stopped")
    stage.delete(release)
    stage.instruct("Release Again", release=release)
    stage.until(lambda: any("not in the bucket" in json.dumps(m) for m in stage.team.messages()))


def an_operator_freezes_and_thaws(stage):
    stage.instruct("Freeze", reason="moving")
    stage.until(lambda: any(f"Freeze: {stage.target}" in m["text"] for m in stage.team.messages()))
    release = stage.upload("frozen")
    stage.waits(release, "freeze")
    stage.instruct("Thaw")
    stage.ends(release, "live")


def a_click_stops(stage):
    release = stage.upload("clicked", SLOW)
    stage.shifting(release)
    message = stage.until(lambda: stage.team.shows(release, "stop"))
    assert stage.click(message, "stop") == 200
    stage.ends(release, "stopped", "asked for in chat")


def a_click_that_cannot_be_handed_on_may_be_made_again(stage):
    release = stage.upload("clicked", SLOW)
    stage.shifting(release)
    message = stage.until(lambda: stage.team.shows(release, "stop"))
    stage.faults(Fault("denied", "events", "PutEvents", "AnswerClick"))
    assert stage.click(message, "stop") == 200
    assert stage.click(message, "stop") == 200
    stage.ends(release, "stopped", "asked for in chat")


STORIES = (
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
)
