"""Row 16: the local cloud beside plain moto: memory, CPU when nothing is asked, time of a call.

Both in a process of their own, each asked in turn, so that what else the machine does hits both.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3

from bench.row import Row, hand_over

CALLS, WARM_UP = 200, 20
IDLE_SECONDS = 10
PLAIN = (
    "from moto.server import ThreadedMotoServer as S; import json, logging, time\n"
    "logging.getLogger('werkzeug').setLevel(logging.ERROR)\n"
    "s = S(ip_address='127.0.0.1', port=0); s.start()\n"
    "print(json.dumps({'endpoint': 'http://%s:%s' % s.get_host_and_port()}), flush=True)\n"
    "time.sleep(3600)"
)
BARE = ("-m", "localcloud", "up", "--bare", "--port", "0", "--console-port", "0")
Ask = Callable[[Any], object]


class Server:
    """A server in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]", endpoint: str) -> None:
        self._process = process
        self._session = boto3.session.Session(
            "AKIALOCALCLOUD000000", "local-cloud-secret-access-key"
        )
        self._endpoint = endpoint

    def client(self, service: str) -> Any:
        return self._session.client(service, region_name="us-east-1", endpoint_url=self._endpoint)

    def megabytes(self) -> float:
        """Resident memory."""
        pages = int(self._read("statm").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def cpu_seconds(self) -> float:
        fields = self._read("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _read(self, name: str) -> str:
        return Path(f"/proc/{self._process.pid}/{name}").read_text()


@contextmanager
def server(*command: str) -> Iterator[Server]:
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        ready = next(line for line in process.stdout if line.startswith("{"))
        yield Server(process, json.loads(ready)["endpoint"])
    finally:
        process.terminate()
        process.wait(20)


def asked() -> dict[str, tuple[str, Ask, Ask]]:
    """By name: the service, what is made before, and the call."""
    table = {
        "TableName": "t",
        "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    return {
        "sts GetCallerIdentity": ("sts", lambda c: None, lambda c: c.get_caller_identity()),
        "s3 PutObject": (
            "s3",
            lambda c: c.create_bucket(Bucket="bench"),
            lambda c: c.put_object(Bucket="bench", Key="k", Body=b"x" * 1000),
        ),
        "dynamodb PutItem": (
            "dynamodb",
            lambda c: c.create_table(**table),
            lambda c: c.put_item(TableName="t", Item={"k": {"S": "1"}}),
        ),
        "codedeploy GetApplication": (
            "codedeploy",
            lambda c: c.create_application(applicationName="a", computePlatform="Lambda"),
            lambda c: c.get_application(applicationName="a"),
        ),
    }


def times(servers: list[Server], service: str, prepare: Ask, call: Ask) -> list[float]:
    """Median milliseconds of a call, of each server; asked one after the other."""
    clients = [each.client(service) for each in servers]
    for client in clients:
        prepare(client)
    taken: list[list[float]] = [[] for _ in servers]
    for _ in range(CALLS):
        for client, seconds in zip(clients, taken, strict=True):
            started = time.perf_counter()
            call(client)
            seconds.append(time.perf_counter() - started)
    return [statistics.median(seconds[WARM_UP:]) * 1000 for seconds in taken]


def measure(ours: Server, plain: Server) -> list[Row]:
    both = [ours, plain]
    started = [each.megabytes() for each in both]
    before = [each.cpu_seconds() for each in both]
    time.sleep(IDLE_SECONDS)
    idle = [
        (each.cpu_seconds() - b) / IDLE_SECONDS * 100 for each, b in zip(both, before, strict=True)
    ]
    rows = [
        Row("16", "memory at start, nothing deployed", started[0], "MB", "plain moto", started[1]),
        Row("16", "CPU when nothing is asked, of one core", idle[0], "%", "plain moto", idle[1]),
    ]
    for name, (service, prepare, call) in asked().items():
        one, other = times(both, service, prepare, call)
        rows.append(Row("16", f"a call, {name}", one, "ms", "plain moto", other))
    used = [each.megabytes() for each in both]
    calls = CALLS * len(asked())
    return [*rows, Row("16", f"memory after {calls} calls", used[0], "MB", "plain moto", used[1])]


def main() -> int:
    with server("-c", PLAIN) as plain, server(*BARE) as ours:
        hand_over(measure(ours, plain))
    return 0


if __name__ == "__main__":
    sys.exit(main())
