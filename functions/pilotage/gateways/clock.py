"""The one clock of the steps."""

from datetime import UTC, datetime


def now(precision: str = "seconds") -> str:
    """ISO 8601 in UTC; `precision` is seconds or milliseconds."""
    return datetime.now(UTC).isoformat(timespec=precision)
