"""What one process does: a cloud of its own, every second story, then every second statement."""

import json
import logging
import os
import time
from pathlib import Path

from localcloud import install
from localcloud.cloud import LocalCloud, Options
from tests.conftest import Clients
from tests.permissions.stage import PATIENCE, SHORT_PATIENCE
from tests.permissions.statements import of_stack, without
from tests.permissions.stories import STORIES

PROCESSES = 2
SPEED = 480
# A statement that this many stories do without is taken for one that the others do without too.
TRIES = 8
# Who comes first to a repair, a step or sweep, is a race: where nothing was refused in one round,
# there is another.
ROUNDS = 2
KNOWN = Path(__file__).parent / "known.json"

_running = []


def cloud_here():
    """The process's own cloud, with Pilotage deployed: (aws, cloud, outputs)."""
    if not _running:
        os.environ["SAM_CLI_TELEMETRY"] = "0"
        logging.disable(logging.WARNING)
        cloud = LocalCloud(Options(port=0, speed=SPEED))
        cloud.start()
        outputs = install.install_pilotage(cloud.endpoint, cloud.environment())
        aws = Clients(cloud.endpoint)
        _running.append((aws, cloud, outputs))
    return _running[0]


def learn_share(share):
    """({statement: [(seconds, story)]}, [what failed]) of every second story."""
    options, number = share
    aws, cloud, outputs = cloud_here()
    names = {s.name: s.role for s in of_stack(aws)}
    relied, broken = {}, []
    for story in [s for s in STORIES if options.story in s.name][number::PROCESSES]:
        cloud.front.guard.relied_on.clear()
        cloud.front.guard.denied.clear()
        started = time.monotonic()
        problem = failure(story, aws, cloud, outputs)
        took = time.monotonic() - started
        if problem:
            broken.append(f"{story.name}: {problem} {cloud.front.guard.denied[:3]}")
        if options.verbose:
            print(
                f"{took:6.1f} s  {'FAILS' if problem else 'ok':6} {story.name} {problem}",
                flush=True,
            )
        for role, place, _ in cloud.front.guard.relied_on.copy():
            logical = names.get(role.rsplit("/", 1)[-1])
            if logical:
                key = (logical, place.policy, place.number)
                relied.setdefault(key, []).append((took, story.name))
    return {key: sorted(set(found)) for key, found in relied.items()}, broken


def miss_share(share):
    options, number, relied = share
    aws, cloud, outputs = cloud_here()
    stories, known = {story.name: story for story in STORIES}, known_stories()
    results = []
    wanted = [s for s in of_stack(aws) if s.role.startswith(options.only)]
    if options.new:
        wanted = [s for s in wanted if known.get(str(s), "?").startswith("?")]
    mine = wanted[number::PROCESSES]
    for statement in mine:
        started = time.monotonic()
        by, why, refused = "", "no story relies on it", False
        candidates = relied.get(
            (statement.role, statement.place.policy, statement.place.number), []
        )
        # The story that missed it the last time comes first.
        first = known.get(str(statement), "").removeprefix("?")
        candidates.sort(key=lambda found: (found[1] != first, found))
        tries = [name for _, name in candidates[:TRIES]]
        for turn, name in enumerate(tries * ROUNDS):
            if turn >= len(tries) and refused:
                break
            problem = missed(stories[name], statement, aws, cloud, outputs)
            if problem:
                by = f"{name}: {problem}"
                known[str(statement)] = name
                break
            why = "its calls are refused, and sweep or a later notice makes up for it"
            refused = refused or bool(cloud.front.guard.denied)
        found = {"statement": str(statement), "id": statement.id, "by": by, "why": why}
        found["made_good"] = refused and not by
        results.append({**found, "story": known.get(str(statement), "") if by else ""})
        if options.verbose:
            print(f"{time.monotonic() - started:6.1f} s  {statement}  ← {by or why}", flush=True)
    return results


def known_stories():
    """{statement: the story that failed without it}, as `--write-known` kept them; a guess, to be tried
    first, begins with a question mark."""
    return json.loads(KNOWN.read_text())


def missed(story, statement, aws, cloud, outputs):
    """How the story fails without the statement; "" when it does not, or for another reason."""
    cloud.front.guard.denied.clear()
    with without(aws, statement):
        if "ssm:GetParameter" in statement.actions:  # a secret is remembered for some minutes
            cloud.pool.clear()
        problem = failure(story, aws, cloud, outputs, SHORT_PATIENCE)
    denied = [role for role, _ in cloud.front.guard.denied if role.endswith(statement.name)]
    return problem if denied else ""


def failure(story, aws, cloud, outputs, patience=PATIENCE):
    try:
        story.run(aws, cloud, outputs, patience)
    except Exception as error:  # a story that breaks is a story that fails
        return " ".join(repr(error).split())[:160]
    return ""
