"""AWS's minutes at the speed of this cloud.

Everything that waits on AWS's time (a canary's interval, a hook's hour, an alarm's period, a
schedule's rate) waits here, so that one number makes all of it faster alike.
"""

import threading
import time
from dataclasses import dataclass, field


@dataclass
class Clock:
    """`speed` AWS seconds pass in one real second. `stop()` ends every wait at once."""

    speed: float = 60.0
    stopped: threading.Event = field(default_factory=threading.Event)

    def now(self) -> float:
        """Real seconds since the epoch: what every timestamp on the wire says."""
        return time.time()

    def real(self, aws_seconds: float) -> float:
        return aws_seconds / self.speed

    def wait(self, aws_seconds: float, until: threading.Event | None = None) -> bool:
        """Wait for AWS seconds. True when the wait was cut short by `until`, or by the stop."""
        return self.wait_real(self.real(aws_seconds), until)

    def wait_real(self, seconds: float, until: threading.Event | None = None) -> bool:
        if until is None:
            return self.stopped.wait(seconds)
        deadline = time.monotonic() + seconds
        while not self.stopped.is_set():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            if until.wait(min(left, 0.25)):
                return True
        return True

    def stop(self) -> None:
        self.stopped.set()
