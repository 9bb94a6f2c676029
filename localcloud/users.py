"""Light traffic through the alias: what users of the example would send."""

import threading
import time
from collections import Counter, deque
from typing import Any

ORDERS = ("1", "2", "3", "4")
PER_SECOND = 24
THREADS = 3
LONGEST_SECONDS = 600.0


class Users:
    """They call a function by its alias, evenly, for so many seconds at most. `recent` holds (when, version, went well) of the last calls."""

    def __init__(
        self, lambda_client: Any, function: str, alias: str, seconds: float = LONGEST_SECONDS
    ) -> None:
        self._until = time.monotonic() + seconds
        self._lambda = lambda_client
        self._where = {"FunctionName": function, "Qualifier": alias}
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.recent: deque[tuple[float, str, bool]] = deque(maxlen=PER_SECOND * 3)
        self.all: Counter[tuple[str, bool]] = Counter()
        self._threads = [
            threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(THREADS)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(5)

    def shares(self) -> dict[str, float]:
        """The share of each version in the answers of the last seconds."""
        since = time.monotonic() - 3
        with self._lock:
            versions = Counter(version for at, version, _ in self.recent if at > since)
        total = sum(versions.values())
        return {version: n / total for version, n in sorted(versions.items())} if total else {}

    def failed(self) -> float:
        """The share of answers that were errors in the last seconds."""
        since = time.monotonic() - 3
        with self._lock:
            found = [good for at, _, good in self.recent if at > since]
        return 1 - sum(found) / len(found) if found else 0.0

    def _run(self, number: int) -> None:
        pause = THREADS / PER_SECOND
        turn = number
        while not self._stop.wait(pause) and time.monotonic() < self._until:
            turn += 1
            self._call(ORDERS[turn % len(ORDERS)])

    def _call(self, order: str) -> None:
        payload = f'{{"path": "/orders/{order}"}}'.encode()
        try:
            answer = self._lambda.invoke(**self._where, Payload=payload)
        except Exception:
            return  # no alias yet
        answer["Payload"].read()
        good = "FunctionError" not in answer
        with self._lock:
            self.recent.append((time.monotonic(), answer["ExecutedVersion"], good))
            self.all[(answer["ExecutedVersion"], good)] += 1
