"""`make aws-proof`: play the demo's stories in a sandbox account, and tell what was otherwise than in
the local cloud.

It asks first, tags everything `pilotage-proof=<run>`, and removes everything at the end, also when
something goes wrong. A canary takes its real five minutes: all of it lasts about half an hour.
"""

import argparse
import json
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import boto3

from demo.display import Display
from demo.play import Ending, Stage
from demo.proof.facts import Facts, Watch, differences, facts_of
from demo.proof.sandbox import ROOT, NotEmpty, Sandbox
from demo.stories import STORIES

# A canary of five minutes, its alarm, and everything around them.
AWS_PATIENCE_SECONDS = 1200
PLAN = """\
This deploys into account {account}, region {region}:
  three stacks (Pilotage, the example target, and a chat that only keeps what it is told),
  with functions, roles, a bucket, a table, queues, a CodeDeploy application; all tagged pilotage-proof={run}.
It plays {stories} stories, which takes about half an hour and costs some cents, and removes everything but the
stack and bucket that sam keeps for code (aws-sam-cli-managed-default).
"""


def main(argv: list[str]) -> int:
    options = _options(argv)
    session = boto3.session.Session(profile_name=options.profile, region_name=options.region)
    run, display = secrets.token_hex(4), Display()
    account = session.client("sts").get_caller_identity()["Account"]
    display.say(
        PLAN.format(account=account, region=session.region_name, run=run, stories=len(STORIES))
    )
    if not _agreed(account, options.account):
        display.say("Nothing was done.")
        return 2
    folder = ROOT / "aws-proof" / time.strftime(f"%Y%m%d-%H%M%S-{run}", time.gmtime())
    folder.mkdir(parents=True)
    display.say("First the same stories in the local cloud …")
    here = _locally(folder)
    sandbox = Sandbox(session, run, folder / "sam.log", options.profile or "")
    there, good, left = _in_the_sandbox(sandbox, folder, display)
    return _tell(here, there, folder, display, good=good, left=left)


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make aws-proof")
    parser.add_argument("--profile", help="of your AWS configuration")
    parser.add_argument("--region")
    parser.add_argument("--account", default="", help="agrees to this account without being asked")
    return parser.parse_args(argv)


def _agreed(account: str, given: str) -> bool:
    """Only the account's own number agrees: a yes is typed too soon."""
    if given:
        return given == account
    if not sys.stdin.isatty():
        return False
    return input("Type the account's number to go on: ").strip() == account


def _locally(folder: Path) -> dict[str, Facts]:
    """In a process of its own, which has the local cloud's credentials and no others."""
    target = folder / "local.json"
    command = [sys.executable, "-m", "demo", "--exit", "--port", "4766", "--facts", str(target)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    with (folder / "local.txt").open("w") as out:
        subprocess.run(command, cwd=ROOT, env=environment, stdout=out, stderr=out, check=True)
    found: dict[str, Facts] = json.loads(target.read_text())
    return found


def _in_the_sandbox(
    sandbox: Sandbox, folder: Path, display: Display
) -> tuple[dict[str, Facts], bool, list[str]]:
    """The facts by story, whether each came out as told, and what could not be removed."""
    try:
        sandbox.see_that_it_is_free()
    except NotEmpty as reason:
        display.say(f"{reason} Nothing was done.")
        return {}, False, []
    outputs: dict[str, str] = {}
    endings: list[tuple[Ending, Facts]] = []
    try:
        display.say("Building and deploying with sam …")
        outputs = sandbox.deploy()
        endings = _play(sandbox, outputs, display)
        (folder / "chat.json").write_text(json.dumps(sandbox.told(), indent=1) + "\n")
    finally:
        display.say("Removing everything …")
        left = sandbox.clean_up(outputs)
    good = len(endings) == len(STORIES) and not any(ending.differs for ending, _ in endings)
    return {ending.story.title: facts for ending, facts in endings}, good, left


def _play(
    sandbox: Sandbox, outputs: dict[str, str], display: Display
) -> list[tuple[Ending, Facts]]:
    clients: dict[str, Any] = {n: sandbox.client(n) for n in ("s3", "lambda", "codedeploy")}
    stage = Stage(
        outputs["ArtifactBucket"], "", clients, display, patience_seconds=AWS_PATIENCE_SECONDS
    )
    stage.users.start()
    endings = []
    try:
        for number, story in enumerate(STORIES, 1):
            display.say(f"Story {number} of {len(STORIES)}: {story.title}")
            watch = Watch()
            ending = stage.play(story, watch.note)
            facts = facts_of(clients, ending.told, watch) if ending.told else {}
            display.say(
                f"  {ending.did}" + (f"  ❌ {ending.differs}" if ending.differs else "  ✅")
            )
            endings.append((ending, facts))
    finally:
        stage.users.stop()
    return endings


def _tell(
    here: dict[str, Facts],
    there: dict[str, Facts],
    folder: Path,
    display: Display,
    *,
    good: bool,
    left: list[str],
) -> int:
    (folder / "aws.json").write_text(json.dumps(there, indent=1) + "\n")
    lines = differences(here, there)
    (folder / "differences.txt").write_text("".join(f"{line}\n" for line in lines))
    for line in lines:
        display.say(f"  otherwise  {line}")
    for what in left:
        display.say(f"  ⚠ left behind: {what}")
    display.say(
        f"{'All stories came out as told' if good else 'Not every story came out as told'}; "
        f"{len(lines)} facts differ from the local cloud. The transcript is in {folder}."
    )
    return 0 if good and not left else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
