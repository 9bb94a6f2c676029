"""An alarm as CloudWatch shows it: its name, whether it is red, and its value against its limit."""

from typing import NamedTuple

from pilotage.fault import shown

_BEYOND = {
    "GreaterThanThreshold": "limit",
    "GreaterThanOrEqualToThreshold": "must stay below",
    "LessThanThreshold": "must be at least",
    "LessThanOrEqualToThreshold": "must be more than",
}


class AlarmSeen(NamedTuple):
    """`value` is the datapoint furthest beyond the limit, None when CloudWatch shows none. `what`
    names it for people where its own name does not."""

    name: str
    red: bool
    value: float | None = None
    limit: float | None = None
    comparison: str = ""
    unit: str = ""
    what: str = ""

    def __str__(self) -> str:
        mark, name = "🔴" if self.red else "🟢", shown(self.what or self.name, 120)
        if self.value is None or self.limit is None:
            return f"{mark} {name}"
        limit = f"{_BEYOND.get(self.comparison, 'limit')} {_number(self.limit)}{self.unit}"
        return f"{mark} {name}: {_number(self.value)}{self.unit} ({limit})"


def furthest(values: list[float], comparison: str) -> float | None:
    """Of some datapoints the one that lies furthest beyond a limit."""
    if not values:
        return None
    return min(values) if comparison.startswith("Less") else max(values)


def _number(value: float) -> str:
    """At most three figures behind the point, and no more than there are."""
    return f"{value:.3f}".rstrip("0").rstrip(".")
