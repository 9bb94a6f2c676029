"""Figures of a finished release, in CloudWatch's embedded metric format: a log line, no call.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import os
import time
from datetime import datetime

from pilotage import outcome as outcomes
from pilotage.release import Release

NAMESPACE = "Pilotage"
# One set alone: each figure under each set is a metric that is billed.
DIMENSIONS = [["Stack", "Outcome"]]


def measured(release: Release) -> None:
    """Print the figures: Releases by outcome, and seconds to live or to roll back."""
    stack = os.environ.get("STACK", "")
    print(json.dumps(line(release, stack, int(time.time() * 1000))), flush=True)


def line(release: Release, stack: str, now_ms: int) -> dict[str, object]:
    outcome = release.outcome
    assert outcome is not None
    values: dict[str, float] = {"Releases": 1}
    took = _seconds_between(release.artifact.uploaded_at, outcome.at)
    if outcome.kind == outcomes.LIVE and took is not None:
        values["SecondsToLive"] = took
    if outcome.kind == outcomes.STOPPED and outcome.share:
        values["SecondsToRollBack"] = outcome.seconds
    units = {name: "Count" if name == "Releases" else "Seconds" for name in values}
    metrics = [{"Name": name, "Unit": unit} for name, unit in units.items()]
    described = {"Namespace": NAMESPACE, "Dimensions": DIMENSIONS, "Metrics": metrics}
    return {
        "_aws": {"Timestamp": now_ms, "CloudWatchMetrics": [described]},
        "Outcome": outcome.kind,
        "Stack": stack,
        "Target": release.target_name,
        "Release": release.id,
        **values,
    }


def _seconds_between(start: str, end: str) -> float | None:
    try:
        return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
    except (ValueError, TypeError):
        return None
