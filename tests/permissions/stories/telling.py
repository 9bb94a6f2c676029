"""Slack throttles and refuses."""

from localcloud.slack import Trouble
from tests.permissions.story import Story


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
    queue = stage.outputs["LostNotices"]
    stage.upload("refused")
    found = stage.until(
        lambda: [m for m in stage.lying_in(queue) if stage.team.application in m["Body"]]
    )
    assert found[0]["MessageAttributes"]["reason"]["StringValue"] == "channel_not_found"


STORIES = (
    Story(slack_throttles),
    Story(slack_refuses),
)
