"""Retry intervals and Wait states pass on the cloud's clock, and end with the cloud.

moto 5.2.5 sleeps real seconds for both (moto/stepfunctions/parser/asl/component/common/retry/
retrier_decl.py and state/wait/wait_function/wait_function.py), and goes on sleeping after the cloud
has stopped. BackoffRate, MaxDelaySeconds and jitter it applies before it sleeps. A Wait until a
Timestamp is left alone: timestamps on the wire are real time. So are TimeoutSeconds and
HeartbeatSeconds: the functions they are about run in real time.
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

import time
from types import SimpleNamespace
from typing import Any

from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.timestamp import Timestamp
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import (
    WaitFunction,
)

from localcloud.clock import Clock

LOOK_SECONDS = 0.25


def apply(clock: Clock) -> None:
    def sleep(aws_seconds: float) -> None:
        if clock.wait(aws_seconds):
            raise SystemExit  # ends this execution's thread; nothing catches it, nothing is printed

    def wait_interval(function: WaitFunction, env: Any, wait_seconds: float) -> None:
        real = wait_seconds if isinstance(function, Timestamp) else clock.real(wait_seconds)
        until = time.monotonic() + real
        while env.is_running() and not clock.stopped.is_set():
            left = until - time.monotonic()
            if left <= 0:
                return
            env.program_state_event.wait(min(left, LOOK_SECONDS))

    retrier_decl.time = SimpleNamespace(sleep=sleep)
    WaitFunction._wait_interval = wait_interval
