"""The five stories: what is uploaded, and how each should end."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Story:
    """`kind` and `reason` are what the outcome must say; `share` whether users had the version."""

    folder: str
    title: str
    told: str
    kind: str
    reason: str = ""
    exposed: bool = False
    moves: bool = False

    def differs(self, outcome: dict[str, Any], faults: list[Any]) -> str:
        """How the ending differs from what was told; "" when it does not."""
        if outcome["kind"] != self.kind:
            return f"ended as {outcome['kind']}: {outcome['reason']}"
        text = outcome["reason"] + " ".join(fault["reason"] for fault in faults)
        if self.reason not in text:
            return f"the reason says: {text}"
        if bool(outcome["share"]) != self.exposed:
            return f"{outcome['share']:.0%} of users had it"
        return ""


STORIES = (
    Story("1-first", "the first upload", "live: version 1, alias made", "live"),
    Story(
        "2-good", "a good version, by canary", "live: seen at 10%, then 100%", "live", moves=True
    ),
    Story(
        "3-failing-check",
        "a version whose check fails",
        "stopped: no user ever saw it",
        "stopped",
        "statusCode is 500",
    ),
    Story(
        "4-failing-under-traffic",
        "a version that fails under traffic",
        "stopped: alarm, rolled back",
        "stopped",
        "alarms have been activated",
        exposed=True,
        moves=True,
    ),
    Story(
        "5-broken",
        "a broken artifact",
        "rejected: all faults at once",
        "rejected",
        "climbs out",
    ),
)
