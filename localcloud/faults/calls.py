"""Faults that happen to calls."""

import contextlib
import socket
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from werkzeug import Request

from localcloud import refusals
from localcloud.clock import Clock
from localcloud.faults.plan import Call, Fault, Plan

WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Unanswered(ConnectionAbortedError):
    """The request got no answer: its connection is closed. werkzeug takes this for a client that
    has gone, and says nothing."""


class Faults:
    """The plan in force, and what it injected so far."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._plan = Plan()
        self.injected: list[tuple[Fault, Call]] = []

    @property
    def plan(self) -> tuple[Fault, ...]:
        return self._plan.faults

    def set(self, plan: Sequence[Fault]) -> None:
        """Put a plan in force. Its counts begin anew, and what was injected is forgotten."""
        self._plan = Plan(plan)
        self.injected = []

    def clear(self) -> None:
        self.set(())

    def next(self, call: Call) -> Fault | None:
        """The fault that this call meets; it counts as injected."""
        fault = self._plan.next(call)
        if fault:
            self.injected.append((fault, call))
        return fault

    def inject(
        self, fault: Fault, call: Call, app: WsgiApp, kill: Callable[[str], None]
    ) -> WsgiApp:
        """What answers this call instead of `app`. It raises Unanswered where nothing does."""

        def faulty(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            if refusal := refusals.BY_KIND.get(fault.kind):
                response = refusal(call.service, call.operation, call.caller)
                answer = refusals.response(call.service, Request(environ), response)
                return answer(environ, start_response)
            if fault.kind in ("cut", "killed-after"):
                _run_unheard(app, environ)
            if fault.kind == "slow":
                self._clock.wait_real(fault.seconds)
                return app(environ, start_response)
            if fault.kind.startswith("killed"):
                kill(call.process)
            _hang_up(environ)
            raise Unanswered

        return faulty


def _hang_up(environ: dict[str, Any]) -> None:
    """The client sees the connection end before a response; werkzeug would keep it alive."""
    with contextlib.suppress(OSError):
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)


def _run_unheard(app: WsgiApp, environ: dict[str, Any]) -> None:
    answer = app(environ, lambda *_: lambda _: None)
    try:
        for _ in answer:
            pass
    finally:
        if hasattr(answer, "close"):
            answer.close()
