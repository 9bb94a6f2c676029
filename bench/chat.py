"""Row 14: a channel that takes one call a second, and answers 429 to more.

Slack's own rule of thumb is one message a second and channel; it says with `Retry-After` how long to
stay away. https://docs.slack.dev/apis/web-api/rate-limits
"""

import sys
import threading
import time
from collections import Counter
from typing import Any

from bench.row import Row, hand_over
from bench.targets import client, make_target, outcome_of, upload, wait_until
from localcloud import install
from localcloud.cloud import LocalCloud, Options
from localcloud.slack import Trouble

RELEASES = 8
SPEED = 60
PER_SECOND = 1.0


class OneASecond(Trouble):
    """Trouble for every call within a second of the last that was taken."""

    def __init__(self) -> None:
        super().__init__("throttled", 1)
        object.__setattr__(self, "_lock", threading.Lock())
        object.__setattr__(self, "taken", [])

    def __bool__(self) -> bool:
        with self._lock:  # type: ignore[attr-defined]
            now, taken = time.monotonic(), self.taken  # type: ignore[attr-defined]
            if taken and now - taken[-1] < 1 / PER_SECOND:
                return True
            taken.append(now)
            return False


def measure(cloud: LocalCloud, outputs: dict[str, str]) -> list[Row]:
    targets = [make_target(outputs["Topic"]) for _ in range(RELEASES)]
    cloud.slack.clear()
    cloud.slack.trouble = limit = OneASecond()
    releases = [upload(outputs, target, "# two") for target in targets]
    for release in releases:
        wait_until(lambda r=release: outcome_of(outputs, r), 300)  # type: ignore[misc]
    wait_until(lambda: all(told(outputs, r) for r in releases), 300)
    cloud.slack.trouble = None
    posts = Counter(call["method"] for call in cloud.slack.inbox)
    taken: list[float] = limit.taken  # type: ignore[attr-defined]
    rate = (len(taken) - 1) / (taken[-1] - taken[0])
    lost = client("sqs").get_queue_attributes(
        QueueUrl=outputs["LostNotices"], AttributeNames=["ApproximateNumberOfMessages"]
    )["Attributes"]
    return [
        Row("14", "calls delivered a second, 429 injected", rate, "/s", "what the channel takes", PER_SECOND, 0.95, at_least=True),
        Row("14", "calls turned away with 429", cloud.slack.turned_away, "", "calls taken", len(taken)),
        Row("14", "releases whose end was told", sum(told(outputs, r) for r in releases), "", "releases", RELEASES, 1, counted=True, at_least=True),
        Row("14", "new messages", posts["chat.postMessage"], "", "releases", RELEASES, 1, counted=True),
        Row("14", "changes of a message", posts["chat.update"], "", "releases", RELEASES),
        Row("14", "notices given up", float(lost["ApproximateNumberOfMessages"]), "", "releases", RELEASES, counted=True),
    ]  # fmt: skip


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
    text = item.get("message", {}).get("S", "")
    return '"ended": true' in text or '"ended":true' in text


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
