"""One warm process that runs one version of one function, driven by AWS's own runtime client."""

import contextlib
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import uuid
from dataclasses import dataclass, field
from pathlib import Path

from localcloud.awslambda.logs import LogStream

# Lambda gives the init phase ten seconds of its own.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
INIT_SECONDS = 10
MAX_FIRST_WORDS = 20_000

# `[ERROR] Runtime.ImportModuleError: Unable to import module …`, or the same as JSON.
_ERROR_LINE = re.compile(
    r'(?:\[ERROR\] |"errorType": "|)([A-Z][\w.]*(?:Error|Exception))(?:: |", "errorMessage": ")([^"\n]*)'
)


@dataclass
class Work:
    """One invocation on its way through a sandbox."""

    request_id: str
    payload: bytes
    deadline_ms: int
    arn: str
    done: threading.Event = field(default_factory=threading.Event)
    answer: bytes = b""
    error: str = ""  # the Lambda-Runtime-Function-Error-Type; empty when the function returned


@dataclass(frozen=True)
class Launch:
    """What a sandbox is started with."""

    handler: str
    folder: Path
    environment: dict[str, str]
    runtime_api: str


class Sandbox:
    """A process of `awslambdaric`. It takes one invocation at a time."""

    def __init__(self, launch: Launch, log: LogStream) -> None:
        self.id = uuid.uuid4().hex
        self.access_key_id = launch.environment.get("AWS_ACCESS_KEY_ID", "")
        self.function = launch.environment.get("AWS_LAMBDA_FUNCTION_NAME", "")
        self.log = log
        self._ready = threading.Event()
        self._inbox: queue.Queue[Work | None] = queue.Queue()
        self._current: Work | None = None
        self._polled = False
        self._first_words = ""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "awslambdaric", launch.handler],
            cwd=launch.folder,
            env=_environment(launch, self.id),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        threading.Thread(target=self._read_output, daemon=True).start()

    def run(self, work: Work, seconds: float) -> str:
        """Run one invocation. Gives back "" or how it ended badly: `timeout` or `exit`."""
        self._current = work
        self._ready.wait(INIT_SECONDS)
        self._inbox.put(work)
        ended = work.done.wait(seconds)
        self._current = None
        if ended:
            return "" if work.answer or work.error else "exit"
        self.kill()
        return "timeout"

    def next_work(self) -> Work | None:
        """The runtime's long poll for its next invocation. None when the sandbox ends."""
        self._polled = True
        self._ready.set()
        return self._inbox.get()

    def finish(self, request_id: str, answer: bytes, error: str = "") -> None:
        work = self._current
        if work and work.request_id == request_id:
            work.answer, work.error = answer, error
            work.done.set()

    @property
    def init_error(self) -> dict[str, str]:
        """Why the process never asked for work; empty when it did. awslambdaric cannot post init
        errors to an address with a path, so they are taken from what it prints."""
        if self._polled:
            return {}
        found = _ERROR_LINE.search(self._first_words)
        kind, message = found.groups() if found else ("Runtime.ExitError", "Runtime exited")
        return {"errorType": kind, "errorMessage": message}

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        return self._process.poll()

    def cpu_seconds(self) -> float:
        """CPU that the process has used; 0 where the system does not tell, or it is gone."""
        try:
            stat = Path(f"/proc/{self._process.pid}/stat").read_text()
        except OSError:
            return 0.0
        user, system = stat.rsplit(") ", 1)[1].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def kill(self) -> None:
        self._inbox.put(None)
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _read_output(self) -> None:
        output = self._process.stdout
        if output is None:
            return
        for line in output:
            if not self._polled and len(self._first_words) < MAX_FIRST_WORDS:
                self._first_words += line
            self.log.write(line.rstrip("\n"))
        self._process.wait()
        self._ready.set()
        if work := self._current:
            work.done.set()


def _environment(launch: Launch, sandbox_id: str) -> dict[str, str]:
    """A clean environment: nothing of the machine's reaches a function but what it needs to start."""
    base = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH") if key in os.environ}
    return {
        **base,
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PYTHONPATH": str(launch.folder),
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LAMBDA_TASK_ROOT": str(launch.folder),
        "_HANDLER": launch.handler,
        "AWS_LAMBDA_RUNTIME_API": f"{launch.runtime_api}/env/{sandbox_id}",
        **launch.environment,
    }
