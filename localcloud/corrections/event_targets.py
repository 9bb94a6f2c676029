"""Rules deliver to Step Functions, Lambda, SNS and SQS, with inputs, retries and dead letters.

moto 5.2.5 raises NotImplementedError for Step Functions, Lambda and SNS targets and knows neither
InputPath nor retries (moto/events/models.py, Rule.send_to_targets).
"""

from datetime import UTC, datetime
from typing import Any

from moto.events.models import Rule

from localcloud.events import Bus


def apply(bus: Bus) -> None:
    def send_to_targets(rule: Rule, event: dict[str, Any], transform_input: bool = True) -> None:
        event.pop("ingestion-time", None)
        time = event.get("time")
        if isinstance(time, int | float):
            event["time"] = datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        bus.match(rule, event)

    Rule.send_to_targets = send_to_targets
