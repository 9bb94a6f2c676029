"""One row of the table: a figure, always as a ratio to an anchor that was measured in the same run."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Row:
    """`counted` rows are the same on every machine, and tests hold some of them; others are CPU or
    time and are only reported. `most` is the target of `ratio`, 0 for none."""

    row: str
    what: str
    value: float
    unit: str
    anchor: str
    anchor_value: float
    most: float = 0.0
    counted: bool = False
    note: str = ""
    at_least: bool = False

    @property
    def ratio(self) -> float:
        return self.value / self.anchor_value if self.anchor_value else 0.0

    @property
    def is_met(self) -> bool | None:
        """None where there is no target."""
        if not self.most:
            return None
        return self.ratio >= self.most if self.at_least else self.ratio <= self.most


def hand_over(rows: Iterable[Row]) -> None:
    """For the process that makes the table: one line of JSON for each row."""
    for row in rows:
        print("ROW " + json.dumps(asdict(row)), flush=True)


def received(printed: str) -> list[Row]:
    lines = [line for line in printed.splitlines() if line.startswith("ROW ")]
    return [Row(**json.loads(line.removeprefix("ROW "))) for line in lines]


def table(rows: Iterable[Row]) -> str:
    """As markdown, so that it can stand in a document as it is."""
    lines = [
        "| row | what | measured | anchor | ratio | target | |",
        "|---|---|--:|---|--:|--:|---|",
    ]
    lines += [_line(row) for row in rows]
    return "\n".join(lines)


def _line(row: Row) -> str:
    sign = "≥" if row.at_least else "≤"
    target = f"{sign} {row.most:g}" if row.most else "—"
    mark = {None: "", True: "met", False: "**not met**"}[row.is_met]
    what = f"{row.what} ({row.note})" if row.note else row.what
    anchor = f"{row.anchor}: {_number(row.anchor_value)}"
    measured = f"{_number(row.value)} {row.unit}"
    return (
        f"| {row.row} | {what} | {measured} | {anchor} | {_number(row.ratio)} | {target} | {mark} |"
    )


def _number(value: float) -> str:
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"
