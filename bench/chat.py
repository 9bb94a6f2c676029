"""Row 14: a channel that takes one call a second, and answers 429 to more.

Slack's own rule of thumb is one message a second and channel; it says with `Retry-After` how long to
stay away. https://docs.slack.dev/apis/web-api/rate-limits
"""

import json
import sys
from collections import Counter
from typing import Any

from bench.row import Row, hand_over
from bench.targets import client, make_target, outcome_of, upload, wait_until
from localcloud import install
from localcloud.cloud import LocalCloud, Options

RELEASES = 8
SPEED = 60
PER_SECOND = 1.0


def measure(cloud: LocalCloud, outputs: dict[str, str]) -> list[Row]:
    targets = [make_target(outputs["Topic"]) for _ in range(RELEASES)]
    cloud.slack.clear()
    cloud.slack.per_second = PER_SECOND
    releases = [upload(outputs, target, "# two") for target in targets]
    for release in releases:
        wait_until(lambda r=release: outcome_of(outputs, r), 300)  # type: ignore[misc]
    wait_until(lambda: all(told(outputs, r) for r in releases), 300)
    cloud.slack.per_second = 0
    kinds = Counter(kind(call) for call in cloud.slack.inbox)
    taken = [call["at"] for call in cloud.slack.inbox]
    rate = (len(taken) - 1) / (taken[-1] - taken[0])
    lost = client("sqs").get_queue_attributes(
        QueueUrl=outputs["LostNotices"], AttributeNames=["ApproximateNumberOfMessages"]
    )["Attributes"]
    return [
        Row("14", "calls delivered a second, 429 injected", rate, "/s", "what the channel takes", PER_SECOND, 0.95, at_least=True),
        Row("14", "calls turned away with 429", cloud.slack.turned_away, "", "calls taken", len(taken)),
        Row("14", "releases whose end was told", sum(told(outputs, r) for r in releases), "", "releases", RELEASES, 1, counted=True, at_least=True),
        Row("14", "new messages", kinds["message"], "", "releases", RELEASES, 1, counted=True),
        Row("14", "changes of a message", kinds["change"], "", "releases", RELEASES),
        Row("14", "silent replies in threads", kinds["reply"], "", "releases", RELEASES),
        Row("14", "notices given up", float(lost["ApproximateNumberOfMessages"]), "", "releases", RELEASES, counted=True),
    ]  # fmt: skip


def kind(call: dict[str, Any]) -> str:
    if call["method"] == "chat.update":
        return "change"
    return "reply" if "thread_ts" in call else "message"


def told(outputs: dict[str, str], release: str) -> bool:
    """Whether the release's message tells its end."""
    item: dict[str, Any] = (
        client("dynamodb")
        .get_item(
            TableName=outputs["Table"],
            Key={"pk": {"S": f"release#{release}"}, "sk": {"S": "message"}},
        )
        .get("Item", {})
    )
    kept = json.loads(item.get("message", {}).get("S", "{}"))
    return bool(kept.get("told", {}).get("ended") and not kept.get("until"))


def main() -> int:
    cloud = LocalCloud(Options(port=0, speed=SPEED))
    cloud.start()
    try:
        outputs = install.install_pilotage(cloud.endpoint, cloud.environment())
        rows = measure(cloud, outputs)
    finally:
        cloud.stop()
    hand_over(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
