"""When things were, and how long they took."""

from datetime import datetime

from pilotage.release import Release
from pilotage.rollout import minutes_in_words


def took(release: Release) -> str:
    """How long its parts took, once it is over: `traffic 5 min · in all 6 min 40 s`."""
    if release.outcome is None or not release.outcome.at:
        return ""
    ends = {**release.times, "in all": release.outcome.at}
    parts = [
        (
            "" if release.roll_back else "published after",
            release.claimed_at,
            ends.get("checking", ""),
        ),
        ("traffic", ends.get("shifting", ""), ends.get("verifying", "")),
        ("in all", release.claimed_at, release.outcome.at),
    ]
    told = [
        f"{name} {in_words(_seconds(start, end))}"
        for name, start, end in parts
        if name and start and end
    ]
    return " · ".join(told)


def in_words(seconds: float) -> str:
    """`1 min 52 s`, in words as short as they can be."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s" if whole else "less than a second"
    if whole % 3600 == 0:
        return minutes_in_words(whole // 60)
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def epoch(iso: str) -> int:
    """ISO 8601 in seconds since the epoch; 0 when it is none."""
    try:
        return round(datetime.fromisoformat(iso).timestamp())
    except (ValueError, TypeError):
        return 0


def _seconds(start: str, end: str) -> float:
    try:
        return max(
            0.0, (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()
        )
    except (ValueError, TypeError):
        return 0.0
