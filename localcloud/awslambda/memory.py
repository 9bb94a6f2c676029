"""How much memory a process and its children take: what MemorySize limits.

Lambda counts all that is resident in the execution environment. Here it is what Linux tells in
/proc; on a system without it no function is ever found to take too much.
"""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

MEGABYTE = 1024 * 1024
_PROC = Path("/proc")
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)
_SHARE = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


def peak(pid: int) -> int:
    """The most bytes that the process has had; with children, also what all of them have now.

    A child shares pages with its parent, so each counts for its share alone."""
    most = _kilobytes(pid, "status", _PEAK)
    if children := list(_children(pid)):
        together = sum(_kilobytes(one, "smaps_rollup", _SHARE) for one in (pid, *children))
        most = max(most, together)
    return most * 1024


def _children(pid: int) -> Iterator[int]:
    for path in (_PROC / str(pid) / "task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in path.read_text().split():
                yield int(child)
                yield from _children(int(child))


def _kilobytes(pid: int, file: str, pattern: re.Pattern[str]) -> int:
    """0 when the process is gone."""
    try:
        found = pattern.search((_PROC / str(pid) / file).read_text())
    except OSError:
        return 0
    return int(found.group(1)) if found else 0
