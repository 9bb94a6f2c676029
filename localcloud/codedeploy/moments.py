"""Times as CodeDeploy shows them."""

from datetime import UTC, datetime


def moment(timestamp: float | None) -> datetime | None:
    return datetime.fromtimestamp(timestamp, UTC) if timestamp else None
