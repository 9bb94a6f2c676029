"""Warm sandboxes, keyed by what they run: a new version or new settings get new processes."""

import threading
import time
from collections import defaultdict

from localcloud import clients
from localcloud.account import REGION
from localcloud.awslambda.limits import Slots
from localcloud.awslambda.logs import LogStream
from localcloud.awslambda.model import Function, Version
from localcloud.awslambda.runtime_api import RuntimeApi
from localcloud.awslambda.sandbox import Launch, Sandbox

IDLE_SECONDS = 120
MOST_IDLE = 24

# Counted for each function by itself, so that a function may wait for another that it invokes: only
# one that waits for itself, eight deep, stands still until its time-out.
CONCURRENCY = 8


class Pool:
    """Sandboxes waiting for work. Lambda gives a concurrent invocation a sandbox of its own; here
    an invocation waits when its function has `concurrency` of them at work."""

    def __init__(self, runtime_api: RuntimeApi, port: int, concurrency: int = CONCURRENCY) -> None:
        self._runtime_api = runtime_api
        self._port = port
        self._idle: dict[tuple[str, ...], list[tuple[float, Sandbox]]] = defaultdict(list)
        self._all: dict[str, Sandbox] = {}  # by access key id: each has keys of its own
        self._slots = Slots(concurrency)
        self.most_idle = MOST_IDLE
        self._ended_cpu: dict[str, float] = defaultdict(float)
        self._lock = threading.Lock()

    def take(self, function: Function, version: Version) -> Sandbox:
        """An idle sandbox of this version, or a new one. Waits while the function has too many at
        work; who came first goes first."""
        self._slots.take(function.name)
        try:
            return self._idle_or_new(function, version)
        except BaseException:
            self._slots.give_back(function.name)
            raise

    def _idle_or_new(self, function: Function, version: Version) -> Sandbox:
        while sandbox := self._pop_idle(_key(function, version)):
            if sandbox.alive:
                return sandbox
            self.end(sandbox)
        return self._start(function, version)

    def _pop_idle(self, key: tuple[str, ...]) -> Sandbox | None:
        with self._lock:
            idle = self._idle[key]
            return idle.pop()[1] if idle else None

    def give_back(self, function: Function, version: Version, sandbox: Sandbox) -> None:
        if sandbox.alive:
            with self._lock:
                self._idle[_key(function, version)].append((time.monotonic(), sandbox))
        else:
            self.end(sandbox)
        self._slots.give_back(function.name)
        self._end_the_long_idle()

    def runs(self, access_key_id: str) -> bool:
        return access_key_id in self._all

    def kill(self, access_key_id: str) -> None:
        """Kill the process that has these keys, whatever it is doing."""
        if sandbox := self._all.get(access_key_id):
            sandbox.kill()

    def cpu_seconds(self) -> dict[str, float]:
        """CPU that the processes of each function have used, those that ended included."""
        with self._lock:
            used = defaultdict(float, self._ended_cpu)
            for sandbox in self._all.values():
                used[sandbox.function] += sandbox.cpu_seconds()
        return used

    def end(self, sandbox: Sandbox) -> None:
        with self._lock:
            if sandbox.access_key_id in self._all:
                self._ended_cpu[sandbox.function] += sandbox.cpu_seconds()
        sandbox.kill()
        self._runtime_api.remove(sandbox)
        with self._lock:
            self._all.pop(sandbox.access_key_id, None)

    def stop(self) -> None:
        self._slots.stop()
        self.clear()

    def clear(self) -> None:
        """End every process: the next invocation of anything starts anew."""
        with self._lock:
            sandboxes = list(self._all.values())
            self._idle.clear()
        for sandbox in sandboxes:
            self.end(sandbox)

    def _end_the_long_idle(self) -> None:
        with self._lock:
            newest = sorted((at for idle in self._idle.values() for at, _ in idle), reverse=True)
            before = max(
                [time.monotonic() - IDLE_SECONDS, *newest[self.most_idle - 1 : self.most_idle]]
            )
            old = [s for idle in self._idle.values() for at, s in idle if at < before]
            for idle in self._idle.values():
                idle[:] = [(at, s) for at, s in idle if at >= before]
        for sandbox in old:
            self.end(sandbox)

    def _start(self, function: Function, version: Version) -> Sandbox:
        settings = version.settings
        group = (settings["LoggingConfig"] or {}).get("LogGroup") or f"/aws/lambda/{function.name}"
        stream = LogStream(group, version.number, f"{time.monotonic_ns():x}")
        launch = Launch(
            settings["Runtime"],
            settings["Handler"],
            version.code.folder,
            self._environment(function, version, group),
            f"127.0.0.1:{self._port}",
            settings["MemorySize"],
        )
        sandbox = Sandbox(launch, stream)
        self._runtime_api.add(sandbox)
        with self._lock:
            self._all[sandbox.access_key_id] = sandbox
        return sandbox

    def _environment(self, function: Function, version: Version, group: str) -> dict[str, str]:
        settings = version.settings
        logging = settings["LoggingConfig"] or {}
        return {
            **clients.credentials_of(settings["Role"], function.name),
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": f"http://localhost:{self._port}",
            "AWS_LAMBDA_FUNCTION_NAME": function.name,
            "AWS_LAMBDA_FUNCTION_VERSION": version.number,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(settings["MemorySize"]),
            "AWS_LAMBDA_LOG_GROUP_NAME": group,
            "AWS_LAMBDA_LOG_FORMAT": logging.get("LogFormat", "Text"),
            "AWS_LAMBDA_LOG_LEVEL": logging.get("ApplicationLogLevel", "INFO"),
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{settings['Runtime']}",
            **((settings["Environment"] or {}).get("Variables") or {}),
        }


def _key(function: Function, version: Version) -> tuple[str, ...]:
    return (function.name, version.number, version.code.sha256, version.revision_ids[0])
