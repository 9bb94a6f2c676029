"""What a release costs when it shifts, or waits, for 48 hours, against one of a minute.

`python -m bench.long_releases`: 48 hours pass in three minutes. Step Functions bills state
transitions and ends an execution after 25,000 history events.
"""

import json
import sys
import time
from typing import Any

from bench.targets import Target, client, make_target, outcome_of, upload, wait_until
from localcloud import install
from localcloud.cloud import LocalCloud, Options

SPEED = 960
HOURS_48 = 48 * 3600
SHORT = "rollout: canary 10% 1m\n"
LONG = "rollout: canary 10% 2880m\n"


def counts(outputs: dict[str, str], release: str) -> dict[str, int]:
    """State transitions and history events of the release's execution."""
    item = client("dynamodb").get_item(
        TableName=outputs["Table"],
        Key={"pk": {"S": f"release#{release}"}, "sk": {"S": "release"}},
    )["Item"]
    execution = json.loads(item["execution"]["S"])
    pages = client("stepfunctions").get_paginator("get_execution_history")
    events = [e for page in pages.paginate(executionArn=execution) for e in page["events"]]
    entered = [e for e in events if "stateEnteredEventDetails" in e]
    return {"transitions": len(entered), "history_events": len(events)}


def operate(outputs: dict[str, str], what: str, target: Target) -> None:
    detail = {"target": f"{target.application}/prod", "by": "bench", "reason": "48 hours"}
    client("events").put_events(
        Entries=[
            {
                "EventBusName": outputs["OperatorBus"],
                "Source": "pilotage.operator",
                "DetailType": what,
                "Detail": json.dumps(detail),
            }
        ]
    )


def measure(outputs: dict[str, str]) -> dict[str, Any]:
    minute, shifting, waiting = (make_target(outputs["Topic"]) for _ in range(3))
    operate(outputs, "Freeze", waiting)
    time.sleep(3)
    releases = {
        "a minute": upload(outputs, minute, "# two", SHORT),
        "shifts 48 h": upload(outputs, shifting, "# two", LONG),
        "waits 48 h": upload(outputs, waiting, "# two", SHORT),
    }
    time.sleep(HOURS_48 / SPEED)
    operate(outputs, "Thaw", waiting)
    for release in releases.values():
        found = wait_until(lambda r=release: outcome_of(outputs, r), 120)  # type: ignore[misc]
        assert found["outcome"]["kind"] == "live", found
    return {name: counts(outputs, release) for name, release in releases.items()}


def main() -> int:
    cloud = LocalCloud(Options(port=0, speed=SPEED))
    cloud.start()
    try:
        outputs = install.install_pilotage(cloud.endpoint, cloud.environment())
        found = measure(outputs)
    finally:
        cloud.stop()
    print(json.dumps(found, indent=2))
    return 0 if len({json.dumps(counted) for counted in found.values()}) == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
