"""Lint a state machine file: AWS's language as the interpreter reads it, and every Next reached.

cfn-lint passes broken definitions inside AWS::Serverless::StateMachine, so the file is read here.
"""

import json
import sys
from pathlib import Path
from typing import Any

from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser


def faults(definition: dict[str, Any]) -> list[str]:
    """What is wrong with the graph: names that lead nowhere, states that nothing leads to."""
    states = definition["States"]
    reached = {definition["StartAt"]}
    for state in states.values():
        reached |= set(_nexts(state))
    nowhere = [f"there is no state {name!r}" for name in sorted(reached - set(states))]
    unreached = [f"nothing leads to {name!r}" for name in sorted(set(states) - reached)]
    endless = [
        f"{name!r} has no Next"
        for name, state in states.items()
        if state["Type"] not in ("Choice", "Succeed", "Fail") and not {"Next", "End"} & set(state)
    ]
    return nowhere + unreached + endless


def _nexts(state: dict[str, Any]) -> list[str]:
    clauses = [*state.get("Catch", []), *state.get("Choices", []), state]
    named = [clause.get("Next") for clause in clauses] + [state.get("Default")]
    return [name for name in named if name]


def main(paths: list[str]) -> int:
    bad = 0
    for path in paths:
        text = Path(path).read_text()
        AmazonStateLanguageParser.parse(text)
        for fault in faults(json.loads(text)):
            print(f"{path}: {fault}")
            bad += 1
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
