"""Warm sandboxes, keyed by what they run: a new version or new settings get new processes."""

import threading
import time
from collections import defaultdict

from localcloud import clients
from localcloud.account import REGION
from localcloud.awslambda.logs import LogStream
from localcloud.awslambda.model import Function, Version
from localcloud.awslambda.runtime_api import RuntimeApi
from localcloud.awslambda.sandbox import Launch, Sandbox

IDLE_SECONDS = 120


class Pool:
    """Sandboxes waiting for work. Lambda gives a concurrent invocation a sandbox of its own."""

    def __init__(self, runtime_api: RuntimeApi, port: int) -> None:
        self._runtime_api = runtime_api
        self._port = port
        self._idle: dict[tuple[str, ...], list[tuple[float, Sandbox]]] = defaultdict(list)
        self._all: set[Sandbox] = set()
        self._lock = threading.Lock()

    def take(self, function: Function, version: Version) -> Sandbox:
        """An idle sandbox of this version, or a new one."""
        with self._lock:
            idle = self._idle[_key(function, version)]
            while idle:
                sandbox = idle.pop()[1]
                if sandbox.alive:
                    return sandbox
        return self._start(function, version)

    def give_back(self, function: Function, version: Version, sandbox: Sandbox) -> None:
        if not sandbox.alive:
            self.end(sandbox)
            return
        with self._lock:
            self._idle[_key(function, version)].append((time.monotonic(), sandbox))
        self._end_the_long_idle()

    def end(self, sandbox: Sandbox) -> None:
        sandbox.kill()
        self._runtime_api.remove(sandbox)
        with self._lock:
            self._all.discard(sandbox)

    def stop(self) -> None:
        with self._lock:
            sandboxes = list(self._all)
            self._idle.clear()
        for sandbox in sandboxes:
            self.end(sandbox)

    def _end_the_long_idle(self) -> None:
        before = time.monotonic() - IDLE_SECONDS
        with self._lock:
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
            settings["Handler"],
            version.code.folder,
            self._environment(function, version, group),
            f"127.0.0.1:{self._port}",
        )
        sandbox = Sandbox(launch, stream)
        self._runtime_api.add(sandbox)
        with self._lock:
            self._all.add(sandbox)
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
