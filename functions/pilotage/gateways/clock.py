"""The one clock of the steps."""

from datetime import UTC, datetime


def moment(seconds: float) -> str:
    """Seconds since the epoch in ISO 8601, UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def now(precision: str = "seconds") -> str:
    """ISO 8601 in UTC; `precision` is seconds or milliseconds."""
    return datetime.now(UTC).isoformat(timespec=precision)
