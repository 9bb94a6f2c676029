"""Lambda's quotas: requests of its control plane in a second, and how much runs at a time.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

import threading
import time
from collections import defaultdict, deque

from localcloud.wire import AwsError

GET_FUNCTION_RPS = 100.0
UNLIMITED = ("Invoke", "InvokeAsync", "InvokeWithResponseStream")


class Bucket:
    """A token bucket that holds one second's worth of requests."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._tokens = rate
        self._at = time.monotonic()
        self._lock = threading.Lock()

    def take(self) -> bool:
        with self._lock:
            now = time.monotonic()
            self._tokens = min(self._rate, self._tokens + (now - self._at) * self._rate)
            self._at = now
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True


class RequestLimit:
    """`rate` real requests in a second for all of the control plane; GetPolicy has as many of its
    own, GetFunction its 100."""

    def __init__(self, rate: float) -> None:
        self._own = {"GetFunction": Bucket(GET_FUNCTION_RPS), "GetPolicy": Bucket(rate)}
        self._shared = Bucket(rate)

    def full(self, operation: str) -> bool:
        """Whether this request is one too many."""
        if operation in UNLIMITED:
            return False
        return not self._own.get(operation, self._shared).take()


class Slots:
    """At most `limit` at a time of each name. Who came first gets the next one."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._taken: dict[str, int] = defaultdict(int)
        self._waiting: dict[str, deque[threading.Event]] = defaultdict(deque)
        self._lock = threading.Lock()
        self._stopped = False

    def take(self, name: str) -> None:
        """Waits for a free one. Raises AwsError when there will be none, because all is stopped."""
        turn = threading.Event()
        with self._lock:
            if self._taken[name] < self._limit:
                self._taken[name] += 1
                turn.set()
            else:
                self._waiting[name].append(turn)
        turn.wait()
        if self._stopped:
            raise AwsError("ServiceException", "The local cloud is stopping.", 500)

    def give_back(self, name: str) -> None:
        with self._lock:
            if self._waiting[name]:
                self._waiting[name].popleft().set()
            else:
                self._taken[name] -= 1

    def stop(self) -> None:
        self._stopped = True
        with self._lock:
            for turn in [turn for queue in self._waiting.values() for turn in queue]:
                turn.set()
