"""`make demo`: start the local cloud, play the stories, tell whether each came out as told."""

import argparse
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import boto3

from demo.display import Display, table
from demo.play import Ending, Stage
from demo.proof.facts import Watch, facts_of
from demo.stories import STORIES


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make demo")
    parser.add_argument("--exit", action="store_true", help="end after the stories")
    parser.add_argument("--speed", type=float, default=60)
    parser.add_argument("--port", type=int, default=4566)
    parser.add_argument("--facts", type=Path, help="write what AWS's API says of each story here")
    options = parser.parse_args(argv)
    display = Display()
    display.say("Starting the local cloud; building and deploying Pilotage with sam …")
    started = time.monotonic()
    cloud = _start_cloud(options.port, options.speed)
    try:
        line = _first_line(cloud)
        display.say(f"Ready after {time.monotonic() - started:.0f} s at {line['endpoint']}.")
        display.say(f"{options.speed:.0f} of AWS's seconds pass in one.\n")
        good = _play_all(line, display, options.facts)
        if not options.exit:
            _stay(line, display)
        return 0 if good else 1
    except KeyboardInterrupt:
        return 130
    finally:
        cloud.send_signal(signal.SIGTERM)
        cloud.wait(20)


def _start_cloud(port: int, speed: float) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "localcloud", "up", "--port", str(port)]
    command += ["--console-port", str(port + 1), "--speed", str(speed)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)


def _first_line(cloud: "subprocess.Popen[str]") -> dict[str, Any]:
    assert cloud.stdout is not None
    text = cloud.stdout.readline()
    if not text:
        raise SystemExit("The local cloud did not start; it says why above.")
    line: dict[str, Any] = json.loads(text)
    return line


def _play_all(line: dict[str, Any], display: Display, facts: Path | None) -> bool:
    session = boto3.session.Session(
        aws_access_key_id=line["aws_access_key_id"],
        aws_secret_access_key=line["aws_secret_access_key"],
        region_name=line["region"],
    )
    clients = {
        name: session.client(name, endpoint_url=line["endpoint"])
        for name in ("s3", "lambda", "codedeploy")
    }
    stage = Stage(line["artifact_bucket"], line["slack_inbox"], clients, display)
    stage.users.start()
    endings, found = [], {}
    for number, story in enumerate(STORIES, 1):
        display.say(f"Story {number} of {len(STORIES)}: {story.title}")
        watch = Watch()
        ending = stage.play(story, watch.note)
        endings.append(ending)
        found[story.title] = facts_of(clients, ending.told, watch) if ending.told else {}
        display.say()
    stage.users.stop()
    _print_table(endings, display)
    if facts:
        facts.write_text(json.dumps(found, indent=1) + "\n")
    return not any(ending.differs for ending in endings)


def _print_table(endings: list[Ending], display: Display) -> None:
    rows = [("story", "should be", "was", "")]
    for ending in endings:
        mark = "✅" if not ending.differs else f"❌ {ending.differs}"
        rows.append((ending.story.title, ending.story.told, ending.did, mark))
    display.say(table(rows))
    right = sum(not ending.differs for ending in endings)
    display.say(f"\n  {right} of {len(endings)} stories came out as told.")


def _stay(line: dict[str, Any], display: Display) -> None:
    display.say(f"\nThe cloud stays up at {line['endpoint']}; the channel is at {line['console']}.")
    display.say("Ctrl-C ends it.")
    while True:
        time.sleep(3600)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
