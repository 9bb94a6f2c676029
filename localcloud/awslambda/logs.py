"""What functions print, into CloudWatch Logs."""

import threading
import time

from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.models import logs_backends

from localcloud.account import ACCOUNT, REGION

# LogType=Tail answers the last 4 KB: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
TAIL_BYTES = 4096

_lock = threading.Lock()


class LogStream:
    """One sandbox's log stream. Lines are written as they come."""

    def __init__(self, group: str, version: str, sandbox: str) -> None:
        self._group = group
        day = time.strftime("%Y/%m/%d", time.gmtime())
        self._stream = f"{day}/[{version}]{sandbox}"
        self._made = False
        self._tail = b""

    @property
    def tail(self) -> bytes:
        """The end of what was written since `begin`."""
        return self._tail

    def begin(self) -> None:
        """What is written from here on belongs to another invocation."""
        self._tail = b""
        self._made = False  # someone may have deleted the group meanwhile

    def write(self, line: str) -> None:
        backend = logs_backends[ACCOUNT][REGION]
        event = {"timestamp": int(time.time() * 1000), "message": line}
        with _lock:
            self._tail = (self._tail + f"{line}\n".encode())[-TAIL_BYTES:]
            if not self._made:
                self._make()
            try:
                backend.put_log_events(self._group, self._stream, [event])
            except ResourceNotFoundException:
                # Deleted under an invocation, as at the end of a stack. What AWS does then is not
                # documented; a group made by a last line would be in the next stack's way.
                return

    def _make(self) -> None:
        backend = logs_backends[ACCOUNT][REGION]
        if self._group not in backend.groups:
            backend.create_log_group(self._group, {})
        if self._stream not in backend.groups[self._group].streams:
            backend.create_log_stream(self._group, self._stream)
        self._made = True
