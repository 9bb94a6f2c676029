"""Faults that happen to events, between who sends them and the rules."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any

from localcloud.clock import Clock
from localcloud.faults.calls import Faults
from localcloud.faults.plan import Call, Fault

# A swapped event that nothing follows is delivered after all.
HELD_SECONDS = 2.0

Deliver = Callable[[], list[Future[None]]]


class EventFaults:
    """Stands before the rules: an event's fault is decided once, whatever rules it matches."""

    def __init__(self, faults: Faults, clock: Clock) -> None:
        self._faults = faults
        self._clock = clock
        self._held: list[tuple[Fault, threading.Event]] = []
        self._lock = threading.Lock()

    def pass_on(self, event: dict[str, Any], deliver: Deliver) -> None:
        call = Call("", event["source"], event["detail-type"])
        with self._lock:
            followed = [mark for fault, mark in self._held if fault.matches(call)]
        fault = self._faults.next(call)
        if fault is None:
            self._deliver(deliver, followed)
        elif fault.kind == "doubled":
            self._deliver(lambda: [*deliver(), *deliver()], followed)
        elif fault.kind == "delayed":
            self._later(lambda: self._clock.wait_real(fault.seconds), deliver, followed)
        elif fault.kind == "swapped":
            self._later(self._hold(fault), deliver, followed)

    def _deliver(self, deliver: Deliver, followed: list[threading.Event]) -> None:
        """Deliver, and let those go that were held back for this one."""
        done = deliver()
        if followed:
            threading.Thread(target=_release, args=(done, followed), daemon=True).start()

    def _later(
        self, pause: Callable[[], object], deliver: Deliver, followed: list[threading.Event]
    ) -> None:
        def run() -> None:
            pause()
            if not self._clock.stopped.is_set():
                self._deliver(deliver, followed)

        threading.Thread(target=run, daemon=True).start()

    def _hold(self, fault: Fault) -> Callable[[], object]:
        mark = threading.Event()
        held = (fault, mark)
        with self._lock:
            self._held.append(held)

        def pause() -> None:
            self._clock.wait_real(HELD_SECONDS, until=mark)
            with self._lock:
                self._held.remove(held)

        return pause


def _release(done: list[Future[None]], marks: list[threading.Event]) -> None:
    wait(done, timeout=HELD_SECONDS)
    for mark in marks:
        mark.set()
