"""One warm process that runs one version of one function, driven by its language's runtime."""

import contextlib
import os
import queue
import signal
import subprocess
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from localcloud.awslambda import languages, memory
from localcloud.awslambda.logs import LogStream
from localcloud.awslambda.output import Output

# Lambda gives the init phase ten seconds of its own.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
INIT_SECONDS = 10
# How often a process at work is looked at: whether it lives, and how much memory it has.
LOOK_SECONDS = 0.02


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

    runtime: str
    handler: str
    folder: Path
    environment: dict[str, str]
    runtime_api: str
    memory_mb: int


class Sandbox:
    """A process of a runtime. It takes one invocation at a time, and no more memory than it may."""

    def __init__(self, launch: Launch, log: LogStream) -> None:
        self.id = uuid.uuid4().hex
        self.access_key_id = launch.environment.get("AWS_ACCESS_KEY_ID", "")
        self.function = launch.environment.get("AWS_LAMBDA_FUNCTION_NAME", "")
        self.log = log
        self.init_error: dict[str, Any] = {}
        self._limit = launch.memory_mb * memory.MEGABYTE
        self._peak = 0
        self._ready = threading.Event()
        self._started_up = False
        self._inbox: queue.Queue[Work | None] = queue.Queue()
        self._current: Work | None = None
        self._launched = time.monotonic()
        self._process = _start(launch, self.id)
        assert self._process.stdout
        self._output = Output(self._process.stdout, log.write)

    def start_up(self) -> float | None:
        """Wait until the runtime asks for work, or has ended. The seconds that this took since the
        launch; None when it had been done before."""
        if self._started_up:
            return None
        self._wait(self._ready, INIT_SECONDS)
        self._output.drain()
        self._started_up = True
        return time.monotonic() - self._launched

    def run(self, work: Work, seconds: float) -> str:
        """Run one invocation. Gives back "" or how it ended badly: `timeout` or `exit`."""
        self._current = work
        self._inbox.put(work)
        self._wait(work.done, seconds)
        self._look()
        self._output.drain()
        self._current = None
        if self._peak > self._limit:
            return "exit"
        if work.answer or work.error:
            return ""
        if not self.alive:
            return "exit"
        self.kill()
        return "timeout"

    def next_work(self) -> Work | None:
        """The runtime's long poll for its next invocation. None when the sandbox ends."""
        self._ready.set()
        return self._inbox.get()

    def finish(self, request_id: str, answer: bytes, error: str = "") -> None:
        work = self._current
        if work and work.request_id == request_id:
            work.answer, work.error = answer, error
            work.done.set()

    def memory_mb(self) -> int:
        """The most that the process has had, as far as it may."""
        return -(-min(self._peak, self._limit) // memory.MEGABYTE)

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

    def _wait(self, event: threading.Event, seconds: float) -> None:
        """Until the event, the end of the process or of the time."""
        until = time.monotonic() + seconds
        while self.alive and (left := until - time.monotonic()) > 0:
            if event.wait(min(left, LOOK_SECONDS)):
                return
            self._look()

    def _look(self) -> None:
        """Kill the process when it has taken more memory than it may: even when it gave it back
        since, the kernel of Lambda's sandbox would not have let it."""
        self._peak = max(self._peak, memory.peak(self._process.pid))
        if self._peak > self._limit:
            self.kill()


def _start(launch: Launch, sandbox_id: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        languages.command(launch.runtime, launch.handler, launch.memory_mb),
        cwd=launch.folder,
        env=_environment(launch, sandbox_id),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        bufsize=0,
        start_new_session=True,
    )


def _environment(launch: Launch, sandbox_id: str) -> dict[str, str]:
    """A clean environment: nothing of the machine's reaches a function but what it needs to start."""
    base = {key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH") if key in os.environ}
    return {
        **base,
        **languages.environment(launch.runtime, launch.folder),
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "LAMBDA_TASK_ROOT": str(launch.folder),
        "_HANDLER": launch.handler,
        "AWS_LAMBDA_RUNTIME_API": f"{launch.runtime_api}/env/{sandbox_id}",
        **launch.environment,
    }
