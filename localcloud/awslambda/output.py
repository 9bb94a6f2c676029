"""What a process prints, line by line, in step with its invocations."""

import os
import select
import threading
from collections.abc import Callable
from typing import IO

# A line without an end is cut here: CloudWatch Logs takes no longer event.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
LONGEST_LINE = 256 * 1024
_CHUNK = 64 * 1024
# Who prints without pause is not waited for longer than this many chunks.
_CHUNKS_OF_A_DRAIN = 64


class Output:
    """Reads a pipe until its end and gives each line to `write`."""

    def __init__(self, pipe: IO[bytes], write: Callable[[str], None]) -> None:
        self._pipe = pipe
        self._write = write
        self._rest = b""
        self._over = False
        self._lock = threading.Lock()
        threading.Thread(target=self._follow, daemon=True).start()

    def drain(self) -> None:
        """Returns when all that was printed before has been written, an unfinished line too."""
        for _ in range(_CHUNKS_OF_A_DRAIN):
            if not self._take():
                break
        with self._lock:
            self._end_line()

    def _follow(self) -> None:
        with self._pipe:
            while not self._over:
                self._wait(None)
                self._take()

    def _wait(self, milliseconds: int | None) -> bool:
        poll = select.poll()
        poll.register(self._pipe, select.POLLIN)
        return bool(poll.poll(milliseconds))

    def _take(self) -> bool:
        """Write what has come. False when there was nothing."""
        with self._lock:
            if self._over or not self._wait(0):
                return False
            data = os.read(self._pipe.fileno(), _CHUNK)
            self._over = not data
            *lines, self._rest = (self._rest + data).split(b"\n")
            for line in lines:
                self._write(line.decode(errors="replace"))
            if self._over or len(self._rest) >= LONGEST_LINE:
                self._end_line()
            return not self._over

    def _end_line(self) -> None:
        if self._rest:
            self._write(self._rest.decode(errors="replace"))
            self._rest = b""
