"""A plan of faults: what goes wrong, and at which call. Nothing here does anything."""

import random
import threading
from collections.abc import Sequence
from dataclasses import dataclass

OWNER = "owner"

CALL_KINDS = {
    "throttled": "the service's own throttling error",
    "unavailable": "the service's own internal error",
    "denied": "AccessDenied in the service's own form",
    "unreached": "the connection is closed before anything happened",
    "cut": "the call takes effect, and the connection is closed without an answer",
    "slow": "the call waits `seconds` real seconds, then goes on",
    "killed": "the calling function's process is killed before the call takes effect",
    "killed-after": "the call takes effect, then the calling function's process is killed",
}
EVENT_KINDS = {
    "dropped": "the event is never delivered",
    "doubled": "the event is delivered twice",
    "delayed": "the event is delivered `seconds` real seconds later",
    "swapped": "the event is delivered after the next one of the same filter, or after 2 s",
}
KINDS = (*CALL_KINDS, *EVENT_KINDS)
TIMED = ("slow", "delayed")


@dataclass(frozen=True)
class Call:
    """A request at the door, or an event: its source is the service, its detail-type the operation.

    `caller` is "owner", "anonymous", or the role's name without its stack; events have none.
    `process` is the access key id of the function's process that calls, "" for all others.
    """

    caller: str
    service: str
    operation: str
    process: str = ""


@dataclass(frozen=True)
class Fault:
    """Hits the `call`th matching call and those after it, `times` in all; 0 means all from there.

    "" matches everything. `caller` is the beginning of a caller's name; the owner's own requests
    match only when it is "owner".
    """

    kind: str
    service: str = ""
    operation: str = ""
    caller: str = ""
    call: int = 1
    times: int = 1
    seconds: float = 0.0

    def matches(self, call: Call) -> bool:
        return (
            (self.kind in EVENT_KINDS) == (not call.caller)
            and (bool(call.process) or not self.kind.startswith("killed"))
            and (self.caller == OWNER or call.caller != OWNER)
            and call.caller.startswith(self.caller)
            and self.service in ("", call.service)
            and self.operation in ("", call.operation)
        )

    def hits(self, number: int) -> bool:
        """Whether the `number`th matching call, from 1, is among those that go wrong."""
        return number >= self.call and (not self.times or number < self.call + self.times)


class Plan:
    """Faults, and how many calls each has matched. Where several hit one call, the first acts."""

    def __init__(self, faults: Sequence[Fault] = ()) -> None:
        self.faults = tuple(faults)
        self._matched = [0] * len(self.faults)
        self._lock = threading.Lock()

    def next(self, call: Call) -> Fault | None:
        """Count this call, and give the fault that it meets."""
        matching = [i for i, fault in enumerate(self.faults) if fault.matches(call)]
        if not matching:
            return None
        with self._lock:
            for i in matching:
                self._matched[i] += 1
            hit = [self.faults[i] for i in matching if self.faults[i].hits(self._matched[i])]
        return hit[0] if hit else None


def random_plan(
    seed: int, calls: Sequence[Call], count: int, kinds: Sequence[str] = KINDS
) -> list[Fault]:
    """`count` faults at calls that were observed; the same arguments give the same plan."""
    dice = random.Random(seed)
    seen: dict[tuple[str, str, str], int] = {}
    sites: list[tuple[Call, int]] = []
    for call in calls:
        if call.caller != OWNER:
            name = (call.caller, call.service, call.operation)
            seen[name] = seen.get(name, 0) + 1
            sites.append((call, seen[name]))
    usable = [(call, number, possible(call, kinds)) for call, number in sites]
    usable = [site for site in usable if site[2]]
    plan = []
    for _ in range(count if usable else 0):
        call, number, choice = dice.choice(usable)
        kind = dice.choice(choice)
        seconds = round(dice.uniform(0.1, 1.0), 2) if kind in TIMED else 0.0
        plan.append(Fault(kind, call.service, call.operation, call.caller, number, seconds=seconds))
    return plan


def possible(call: Call, kinds: Sequence[str]) -> list[str]:
    """Those of the kinds that can happen to this call."""
    return [
        kind
        for kind in kinds
        if Fault(kind, caller=OWNER if call.caller == OWNER else "").matches(call)
    ]
