"""What must hold after every run, whatever went wrong. Looked at from outside, by AWS's API alone."""

import json
from dataclasses import dataclass, field

OUTCOMES = {"live", "unchanged", "rejected", "superseded", "stopped", "needs a person"}


@dataclass
class Found:
    """What one run left: `violations` in words."""

    violations: list = field(default_factory=list)

    def check(self, holds, words):
        if not holds:
            self.violations.append(words)


def violations(team, releases, answers_may_be_lost=False):
    """Everything that does not hold for the releases of a team, first uploaded first.

    `answers_may_be_lost`: Slack's, so that a message may stand there twice.
    """
    found = Found()
    kept = {release: record(team, release) for release in releases}
    outcomes(team, kept, found)
    users(team, kept, found)
    nothing_is_left(team, releases, found)
    deployments(team, releases, found)
    chat(team, kept, found, answers_may_be_lost)
    return found.violations


def outcomes(team, kept, found):
    """Every uploaded object version has one release with one outcome."""
    uploaded = team.aws.s3.list_object_versions(
        Bucket=team.outputs["ArtifactBucket"], Prefix=f"{team.application}/"
    ).get("Versions", [])
    ids = {f"{team.application}/prod/{version['VersionId']}" for version in uploaded}
    found.check(ids <= set(kept), f"uploads that nobody counted: {ids - set(kept)}")
    for release, known in kept.items():
        found.check(known, f"{release} has no record")
        kind = (known.get("outcome") or {}).get("kind")
        found.check(kind in OUTCOMES, f"{release} has the outcome {kind}")
        told = team.outcome_now(release)
        told_kind = told and told["outcome"]["kind"]
        found.check(told_kind == kind, f"{release} is {kind}, its outcome object says {told_kind}")


def users(team, kept, found):
    """The alias points at one version: the last that went live, or a person was called."""
    version, weights = team.alias()
    found.check(not weights, f"the alias is left between two versions: {version}, {weights}")
    ends = [known["outcome"] for known in kept.values() if known.get("outcome")]
    lives = [end["users_get"] for end in ends if end["kind"] in ("live", "unchanged")]
    people = any(end["kind"] == "needs a person" for end in ends)
    last = lives[-1] if lives else "1"
    found.check(people or version == last, f"users get {version}, the last live one is {last}")
    for end in ends:
        if end["kind"] == "stopped" and not lives:
            found.check(end["users_get"] in ("1", ""), f"stopped, and users get {end['users_get']}")


def nothing_is_left(team, releases, found):
    turn = item(team, f"target#{team.application}/prod", "turn", "turn") or {}
    found.check(not turn.get("holder"), f"the turn is held by {turn.get('holder')}")
    found.check(not turn.get("waiting"), f"the turn is waited for by {turn.get('waiting')}")
    found.check(not still_open(team, releases), f"open: {still_open(team, releases)}")
    holder = team.aws.dynamodb.get_item(
        TableName=team.outputs["Table"],
        Key={"pk": {"S": f"function#{team.function}"}, "sk": {"S": "publishing"}},
    ).get("Item")
    alive = holder and not (record(team, holder["holder"]["S"]).get("outcome"))
    found.check(not alive, f"the function is held by {holder}")
    alarms = team.aws.cloudwatch.describe_alarms(AlarmNamePrefix=f"pilotage-{team.application}")
    found.check(not alarms["MetricAlarms"], "an alarm of a version is left")


def deployments(team, releases, found):
    """At most one deployment a release, and none that runs."""
    codedeploy = team.aws.codedeploy
    where = {"applicationName": team.application, "deploymentGroupName": "prod"}
    ids = codedeploy.list_deployments(**where)["deployments"]
    infos = codedeploy.batch_get_deployments(deploymentIds=ids)["deploymentsInfo"] if ids else []
    own = [
        i for i in infos if not (i.get("rollbackInfo") or {}).get("rollbackTriggeringDeploymentId")
    ]
    for release in releases:
        count = sum(1 for info in own if info.get("description") == release)
        found.check(count <= 1, f"{release} was deployed {count} times")
    running = [i["deploymentId"] for i in infos if i["status"] in ("Created", "InProgress")]
    found.check(not running, f"running: {running}")
    versions = team.versions()
    found.check(
        len(versions) <= 1 + len(releases), f"versions {versions} of {len(releases)} uploads"
    )


def chat(team, kept, found, answers_may_be_lost):
    """Every outcome was told, once; nothing was told that did not happen. A release that was live
    may just be told of again, since users have moved on from it."""
    messages = team.messages()
    for release, known in kept.items():
        ts = message_of(team, release).get("told", {}).get("ts")
        mine = [m for m in messages if ts and m["ts"] == ts]
        found.check(mine, f"{release} was never told")
        kind = (known.get("outcome") or {}).get("kind", "")
        last = mine[-1]["text"] if mine else ""
        exposed = (known.get("outcome") or {}).get("exposed") and kind == "stopped"
        word = "rolled back" if exposed else "was live" if "was live" in last else kind
        found.check(word != "was live" or kind == "live", f"{release} is {kind}, and was live")
        found.check(f": {word}" in last, f"{release} is {kind}, chat says: {last}")
        posts = [m for m in messages if is_a_post_of(team, m)]
        once = answers_may_be_lost or len(posts) <= len(kept)
        found.check(once, f"{len(posts)} messages of {len(kept)} releases")
        lies = [m["text"] for m in mine if ": live" in m["text"] and kind != "live"]
        found.check(not lies, f"told live, but {kind}: {lies}")


def is_a_post_of(team, message):
    """Whether it is the first post of a release: no edit, nothing said below it, no instruction."""
    return (
        message["method"] == "chat.postMessage"
        and team.application in message["text"]
        and not message.get("thread_ts")
        and not any(word in message["text"] for word in ("Stop Release: ", "Roll Back: "))
    )


def is_quiet(team, releases):
    """Whether nothing of these releases is under way any more, and all of it is told."""
    for release in releases:
        known = record(team, release)
        if not known.get("outcome") or known.get("open"):
            return False
        message = message_of(team, release)
        if message.get("until") or not message.get("told", {}).get("ended"):
            return False
        if running(team, known["execution"]):
            return False
    return not still_open(team, releases)


def still_open(team, releases):
    found = team.aws.dynamodb.query(
        TableName=team.outputs["Table"],
        IndexName="open",
        KeyConditionExpression="#open = :yes",
        ExpressionAttributeNames={"#open": "open"},
        ExpressionAttributeValues={":yes": {"S": "yes"}},
    )["Items"]
    ids = {i["pk"]["S"].removeprefix("release#") for i in found}
    return sorted(ids & set(releases))


def running(team, execution):
    found = team.aws.stepfunctions.describe_execution(executionArn=execution)
    return found["status"] == "RUNNING"


def record(team, release):
    found = team.aws.dynamodb.get_item(
        TableName=team.outputs["Table"],
        Key={"pk": {"S": f"release#{release}"}, "sk": {"S": "release"}},
    ).get("Item")
    return {
        n: json.loads(v["S"]) if n not in ("pk", "sk", "open") else v["S"]
        for n, v in (found or {}).items()
    }


def message_of(team, release):
    """What chat was told of a release, and until when a notifier has claimed to tell more."""
    return item(team, f"release#{release}", "message", "message") or {}


def item(team, pk, sk, name):
    found = team.aws.dynamodb.get_item(
        TableName=team.outputs["Table"], Key={"pk": {"S": pk}, "sk": {"S": sk}}
    ).get("Item")
    return json.loads(found[name]["S"]) if found and name in found else None
