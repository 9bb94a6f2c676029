"""`python -m localcloud up`: the cloud, with Pilotage and the example target deployed."""

import argparse
import json
import logging
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from localcloud.account import REGION
from localcloud.cloud import ACCESS_KEY_ID, SECRET_ACCESS_KEY, LocalCloud, Options
from localcloud.console.server import Console
from localcloud.faults.reading import BadPlan, read_plan
from localcloud.install import InstallFailed, install_orders, install_pilotage


def main(argv: list[str]) -> int:
    options = _options(argv)
    try:
        plan = read_plan(options.faults.read_bytes()) if options.faults else []
    except (BadPlan, OSError) as bad:
        print(bad, file=sys.stderr)
        return 2
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    stop = threading.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, _setter(stop))
    cloud = LocalCloud(Options(options.port, options.speed, not options.no_iam, options.lambda_rps))
    cloud.start()
    console = Console(cloud, options.console_port)
    console.start()
    try:
        line = {**_ready(cloud, console, bare=options.bare), "console": console.url}
        cloud.faults.set(plan)  # what was deployed until here went well
        print(json.dumps(line), flush=True)
        stop.wait()
    except InstallFailed as failed:
        print(failed, file=sys.stderr)
        return 1
    finally:
        console.stop()
        cloud.stop()
    return 0


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m localcloud")
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start the cloud; one JSON line tells when it is ready")
    up.add_argument("--port", type=int, default=4566)
    up.add_argument("--console-port", type=int, default=4567)
    up.add_argument("--speed", type=float, default=60, help="AWS seconds in a second (60)")
    up.add_argument("--faults", type=Path, help="a plan of what goes wrong, as JSON")
    up.add_argument(
        "--lambda-rps", type=float, default=0, help="Lambda's control plane: 15 on AWS (no limit)"
    )
    up.add_argument("--no-iam", action="store_true", help="roles may do everything")
    up.add_argument("--bare", action="store_true", help="the cloud alone, nothing deployed")
    return parser.parse_args(argv)


def _ready(cloud: LocalCloud, console: Console, *, bare: bool) -> dict[str, str]:
    """The one line: everything a client needs."""
    line = {
        "endpoint": cloud.endpoint,
        "region": REGION,
        "aws_access_key_id": ACCESS_KEY_ID,
        "aws_secret_access_key": SECRET_ACCESS_KEY,
        "slack_inbox": f"{cloud.endpoint}/slack/inbox",
    }
    if bare:
        return line
    outputs = install_pilotage(cloud.endpoint, cloud.environment())
    install_orders(outputs["Topic"], cloud.environment())
    console.deployed(outputs)
    return {
        **line,
        "artifact_bucket": outputs["ArtifactBucket"],
        "state_machine_arn": outputs["StateMachine"],
        "topic_arn": outputs["Topic"],
        "table": outputs["Table"],
    }


def _setter(stop: threading.Event) -> Callable[[int, FrameType | None], None]:
    def handle(_signum: int, _frame: FrameType | None) -> None:
        stop.set()

    return handle


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
