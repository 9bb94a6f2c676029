"""Someone clicks a button of the release's message: real signed requests in, traffic and words out."""

import json
import time
import urllib.error
import urllib.request
from contextlib import suppress
from urllib.parse import urlencode

import pytest
from slack_sdk.signature import SignatureVerifier

from localcloud.slack import SIGNING_SECRET
from localcloud.slack_clicks import PEOPLE, Clicks
from tests.builders import wait_for
from tests.story.team import buttons_of, code

MARA, JONAS, VISITOR = PEOPLE
SLOW = "rollout: canary 10% 60m\n"


@pytest.fixture
def clicks(cloud, pilotage):
    """With the function warm: on a busy machine a cold start may take longer than Slack waits."""
    with suppress(urllib.error.HTTPError):
        urllib.request.urlopen(urllib.request.Request(pilotage["ClickUrl"], b"junk"))
    actions = f"{cloud.endpoint}/slack/actions/"
    return Clicks(cloud.slack, lambda: pilotage["ClickUrl"], actions)


def whispers(team, person, below):
    return [
        m["text"]
        for m in team.messages()
        if m["method"] == "response_url" and (m["user"], m["below"]) == (person.id, below)
    ]


def shifting(team):
    """A release that 10% of users have, and its message."""
    release = team.upload(code("slow", SLOW), by="mara")
    wait_for(lambda: team.alias()[1])
    wait_for(lambda: "▰▰" in json.dumps(team.message_of(release), ensure_ascii=False))
    return release, team.shows(release, "stop")


def test_stop_and_roll_back_brings_users_back_and_says_who_did_it(team, clicks):
    assert team.release().kind == "live"
    release, message = shifting(team)
    button = buttons_of(message)["stop"]
    assert button["text"]["text"] == "Stop and roll back"
    assert "goes to version 1" in button["confirm"]["text"]["text"]
    assert clicks.click(message["ts"], "stop", VISITOR) == 200
    (refused,) = whispers(team, VISITOR, message["ts"])
    assert refused == "You are not among those who may do this. Nothing was done."
    assert clicks.click(message["ts"], "stop", MARA) == 200
    assert clicks.click(message["ts"], "stop", JONAS) == 200
    ending = team.ending(release)
    assert (ending.kind, team.alias()) == ("stopped", ("1", {}))
    assert "stopped by mara (U0LOCAL0001): asked for in chat" in ending.text
    assert "10% of users had version 2" in ending.text
    assert whispers(team, MARA, message["ts"]) == [
        "It is being stopped. The message shows how it ends."
    ]
    (repeated,) = whispers(team, JONAS, message["ts"])
    assert "already" in repeated
    texts = [m["text"] for m in ending.messages]
    assert any("being stopped" in text for text in texts), "the click is seen at once"
    assert not [m for m in team.messages() if "Stop Release: " + team.application in m["text"]]


def test_roll_back_after_live_and_a_click_that_comes_too_late(team, clicks):
    assert team.release().kind == "live"
    release = team.upload(code("two"))
    assert team.ending(release).kind == "live"
    message = wait_for(lambda: team.shows(release, "roll-back"))
    assert "version 2 back to version 1" in json.dumps(message)
    assert clicks.click(message["ts"], "roll-back", MARA) == 200
    wait_for(lambda: team.alias() == ("1", {}))
    wait_for(lambda: [m for m in team.messages() if "roll back → prod: live" in m["text"]])
    wait_for(lambda: "roll-back" not in buttons_of(team.message_of(release)))
    wait_for(lambda: "no more" in team.message_of(release)["text"])
    assert clicks.click(message["ts"], "roll-back", JONAS, screen=message) == 200
    (words,) = whispers(team, JONAS, message["ts"])
    assert words.startswith(f"That was asked for already: {team.application}/prod/roll-back-")
    assert words.endswith("Nothing was done.")
    assert team.alias() == ("1", {})


@pytest.mark.long
def test_release_again_uploads_the_same_artifact_as_a_new_release(team, clicks):
    assert team.release().kind == "live"
    release, message = shifting(team)
    clicks.click(message["ts"], "stop", MARA)
    assert team.ending(release).kind == "stopped"
    message = wait_for(lambda: team.shows(release, "release-again"))
    before = keys(team)
    assert clicks.click(message["ts"], "release-again", JONAS) == 200
    (version,) = wait_for(lambda: keys(team) - before)
    again = f"{team.application}/prod/{version}"
    wait_for(lambda: team.alias()[1])
    assert team.outcome_now(release)["outcome"]["kind"] == "stopped"
    wait_for(lambda: "released again by jonas" in json.dumps(team.message_of(again)))
    wait_for(lambda: "release-again" not in buttons_of(team.message_of(release)))
    assert clicks.click(message["ts"], "release-again", MARA, screen=message) == 200
    assert "That was asked for already" in whispers(team, MARA, message["ts"])[-1]
    assert keys(team) - before == {version}
    assert team.ending(again).kind == "live"
    assert team.alias() == ("2", {})
    asked = aws_metadata(team, again)["again-asked"]
    for claimed in ("nothing", asked):
        forged = team.upload(code("three" + claimed), **{"again": "mara", "again-asked": claimed})
        assert "released again" not in team.ending(forged).text, "anyone can write metadata"


def aws_metadata(team, release):
    """What S3 has of a release's object."""
    where = {"Bucket": team.outputs["ArtifactBucket"], "Key": f"{team.application}/prod/app.zip"}
    return team.aws.s3.head_object(**where, VersionId=release.rsplit("/", 1)[1])["Metadata"]


def keys(team):
    found = team.aws.s3.list_object_versions(
        Bucket=team.outputs["ArtifactBucket"], Prefix=f"{team.application}/"
    )
    return {version["VersionId"] for version in found["Versions"]}


def signed(body, timestamp, secret=SIGNING_SECRET):
    return {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": SignatureVerifier(secret).generate_signature(
            timestamp=timestamp, body=body
        ),
    }


BODY = urlencode({"payload": json.dumps({"type": "block_actions", "actions": []})}).encode()


def ago(seconds):
    return str(int(time.time()) - seconds)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (lambda: signed(BODY, ago(0)), 200),
        (dict, 401),
        (lambda: signed(BODY, ago(0), "another-secret"), 401),
        (lambda: signed(b"another body", ago(0)), 401),
        (lambda: signed(BODY, ago(301)), 401),
        (lambda: {**signed(BODY, ago(0)), "X-Slack-Request-Timestamp": "yesterday"}, 401),
        (lambda: {**signed(BODY, ago(0)), "X-Slack-Signature": "v0=\xe9"}, 401),
    ],
    ids=["signed", "unsigned", "forged", "another body", "old", "junk time", "junk signature"],
)
def test_only_what_slack_signed_lately_is_read(pilotage, headers, status):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    request = urllib.request.Request(pilotage["ClickUrl"], BODY, {**form, **headers()})
    try:
        answered = urllib.request.urlopen(request, timeout=10).status
    except urllib.error.HTTPError as refused:
        answered = refused.code
    assert answered == status
