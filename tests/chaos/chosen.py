"""Which runs are played: the fixed part, the whole matrix, or random combinations."""

import json
import random
import re
from collections import Counter
from pathlib import Path

from localcloud.faults.plan import random_plan
from localcloud.faults.reading import as_json, read_plan
from tests.chaos.run import Run, matrix, observed
from tests.chaos.stories import STORIES

# So many runs end within five minutes on two cores.
FIXED = 40
HERE = Path(__file__).parent
# Chosen by `--write-fixed`, and kept by hand: what once broke something, with what it broke.
CHOSEN, KEPT = HERE / "fixed.json", HERE / "kept.json"


def fixed():
    """What CI plays: a fault at every second call and event or so that releases make, the kinds in
    turn; and everything that was once found."""
    stories = {story.name: story for story in STORIES}
    found = json.loads(KEPT.read_text()) + json.loads(CHOSEN.read_text())
    return [Run(stories[run["story"]], tuple(read_plan(json.dumps(run["plan"])))) for run in found]


def write_fixed(observations):
    """One run for each call and event of all stories, each time of another kind."""
    runs = {}
    for story, calls, events in observations:
        for run in matrix(story, sorted(calls, key=str), sorted(events, key=str)):
            fault = run.plan[0]
            site = (fault.caller, fault.service, fault.operation)
            runs.setdefault(site, {}).setdefault(fault.kind, []).append(run)
    sites = sorted(runs.items(), key=lambda site: (not is_no_functions(site[0]), site[0]))
    always = sum(is_no_functions(site) for site, _ in sites)
    every = max(1, -(-(len(sites) - always) // FIXED))
    picked = []
    for number, (_, by_kind) in enumerate(sites[:always] + sites[always::every]):
        alike = by_kind[sorted(by_kind)[number % len(by_kind)]]
        picked.append(alike[number * 7 % len(alike)])
    data = [{"story": run.story.name, "plan": as_json(run.plan)} for run in picked]
    CHOSEN.write_text(json.dumps(data, indent=1) + "\n")
    return len(data)


def is_no_functions(site):
    """Calls of the rule and of the workflow, and events: there are few, and all hangs on them."""
    return not site[0].endswith("FunctionRole")


def chosen(options, aws, cloud, outputs):
    """The runs of both processes, in the same order for both."""
    if not (options.all or options.only or options.random or options.write_fixed):
        return fixed()
    observations = [(story, *observed(aws, cloud, outputs, story)) for story in STORIES]
    if options.write_fixed:
        print(write_fixed(observations), "runs written")
        return []
    dice, runs = random.Random(options.seed), []
    for story, calls, events in observations:
        if options.random:
            for _ in range(options.random // len(STORIES)):
                plan = random_plan(dice.getrandbits(32), [*calls, *events], dice.choice([2, 3]))
                runs.append(Run(story, tuple(plan)))
        else:
            runs += matrix(story, sorted(calls, key=str), sorted(events, key=str))
    runs = [run for run in runs if options.only in str(run)]
    dice.shuffle(runs)
    met = sites_met(Path(options.after).read_text()) if options.after else set()
    return broadest_first(run for run in runs if site_in_words(str(run)) not in met)


def broadest_first(runs):
    """Every kind of fault at every call once, then in every story, then at its other calls: a
    matrix that has too little time has met as much as it could."""
    sites, in_stories = Counter(), Counter()

    def turn(run):
        site = site_of(run.plan)
        sites[site] += 1
        in_stories[run.story.name, site] += 1
        return (sites[site] > 1, in_stories[run.story.name, site])

    return sorted(runs, key=turn)


def sites_met(log):
    """What an earlier run met without a violation, by what it printed with `--verbose`."""
    return {
        site_in_words(line.split("  ok  ")[1].split("  →")[0])
        for line in log.splitlines()
        if "  ok  " in line
    }


def site_in_words(run):
    """`cut Notify dynamodb:GetItem`, whichever story and call it is."""
    return re.sub(r" #\d+", "", run.partition(": ")[2])


def site_of(plan):
    """What goes wrong at which calls, whichever of them it is."""
    return tuple((f.kind, f.caller, f.service, f.operation) for f in plan)
