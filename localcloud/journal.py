"""The journal: which calls came in at the door, and how they were answered."""

from collections import deque
from dataclasses import dataclass

from localcloud.faults.plan import Call

KEPT = 50_000


@dataclass(frozen=True)
class Entry(Call):
    """A call that was made at `at` (seconds since the epoch). `status` is 0 where nothing was
    answered."""

    status: int = 0
    at: float = 0.0


class Journal:
    """The last 50,000 calls, in the order in which they were answered."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)

    @property
    def entries(self) -> list[Entry]:
        return list(self._entries)

    def note(self, call: Call, status: int, at: float) -> None:
        self._entries.append(
            Entry(call.caller, call.service, call.operation, call.process, status, at)
        )

    def clear(self) -> None:
        self._entries.clear()
