"""Rows 7 and 8 over time: a release that shifts, or waits, for 48 hours, beside one of a minute.

`python -m bench --only long_releases`: 48 hours pass in three minutes. Step Functions bills state
transitions and ends an execution after 25,000 history events.
"""

import json
import sys
import time

from bench.history import Seen, of_release
from bench.row import Row, hand_over
from bench.targets import Target, client, make_target, outcome_of, upload, wait_until
from localcloud import install
from localcloud.cloud import LocalCloud, Options

SPEED = 960
HOURS_48 = 48 * 3600
SHORT = "rollout: canary 10% 1m\n"
LONG = "rollout: canary 10% 2880m\n"


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


def measure(outputs: dict[str, str]) -> dict[str, Seen]:
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
    return {name: of_release(outputs, release) for name, release in releases.items()}


def main() -> int:
    cloud = LocalCloud(Options(port=0, speed=SPEED))
    cloud.start()
    try:
        outputs = install.install_pilotage(cloud.endpoint, cloud.environment())
        found = measure(outputs)
    finally:
        cloud.stop()
    short = found.pop("a minute")
    hand_over(row for name, seen in found.items() for row in rows(name, seen, short))
    return 0


def rows(name: str, seen: Seen, short: Seen) -> list[Row]:
    one = "a release of a minute"
    return [
        Row(
            "7",
            f"transitions, {name}",
            seen.transitions,
            "",
            one,
            short.transitions,
            1,
            counted=True,
        ),
        Row("8", f"history events, {name}", seen.events, "", one, short.events, 1, counted=True),
    ]


if __name__ == "__main__":
    sys.exit(main())
