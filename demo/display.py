"""What the demo prints: one line that moves, on a terminal; lines of changes elsewhere."""

import sys
import time

CELLS = 20


class Display:
    def __init__(self) -> None:
        self._moving = sys.stdout.isatty()
        self._open = False
        self._last = ""

    def say(self, text: str = "") -> None:
        self._close()
        print(text, flush=True)

    def moves(self, bar: str, details: str) -> None:
        """The state of the shift. Off a terminal it is printed only when the bar changes."""
        if self._moving:
            print(f"\r\033[K  {bar}  {details}", end="", flush=True)
            self._open = True
        elif bar != self._last:
            print(f"  {bar}  {details}", flush=True)
        self._last = bar

    def _close(self) -> None:
        if self._open:
            print(flush=True)
            self._open = False


def bar(share: float) -> str:
    full = round(share * CELLS)
    return "▰" * full + "▱" * (CELLS - full)


def clock(started: float) -> str:
    return f"{time.monotonic() - started:5.1f} s"


def table(rows: list[tuple[str, str, str, str]]) -> str:
    """Columns as wide as their widest cell."""
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join(f"  {line}" for line in lines)
