"""Executions of the state machines: the tasks as a strip that fills, and where each ended."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from localcloud import clients
from localcloud.console.chart import chart
from localcloud.console.html import element, folded, moment, words
from localcloud.console.traffic import Shift

MOST = 20


@dataclass(frozen=True)
class Execution:
    """`entered` and `left` name states in the order of the history; `failed` those whose task
    failed the last time. `outcome` is what its output calls so."""

    arn: str
    status: str
    started: float
    input: dict[str, Any]
    tasks: tuple[str, ...]
    entered: tuple[str, ...]
    left: tuple[str, ...]
    failed: frozenset[str]
    outcome: str = ""

    @cached_property
    def about(self) -> str:
        """What it is about: the key of its object, where it has one."""
        kept = self.input.get("detail", {}).get("object", {})
        return str(kept.get("key") or self.arn.rsplit(":", 1)[-1])

    @property
    def version(self) -> str:
        return str(self.input.get("detail", {}).get("object", {}).get("version-id", ""))

    @property
    def end(self) -> str:
        """The state it ended in, or its status; "" while it runs."""
        if self.status == "RUNNING":
            return ""
        return self.entered[-1] if self.status in ("SUCCEEDED", "FAILED") and self.entered else ""


class Executions:
    """Reads them through the cloud's own API; what is over is read once."""

    def __init__(self) -> None:
        self._over: dict[str, Execution] = {}
        self._tasks: dict[str, tuple[str, ...]] = {}

    def latest(self) -> list[Execution]:
        """Newest first."""
        api = clients.client("stepfunctions")
        found: list[Execution] = []
        for machine in api.list_state_machines()["stateMachines"]:
            arn = machine["stateMachineArn"]
            known = api.list_executions(stateMachineArn=arn, maxResults=MOST)["executions"]
            found += [self._execution(arn, execution) for execution in known]
        return sorted(found, key=lambda execution: -execution.started)[:MOST]

    def _execution(self, machine: str, known: dict[str, Any]) -> Execution:
        arn = known["executionArn"]
        if arn in self._over:
            return self._over[arn]
        api = clients.client("stepfunctions")
        described = api.describe_execution(executionArn=arn)
        events = api.get_execution_history(executionArn=arn, maxResults=1000)["events"]
        execution = Execution(
            arn=arn,
            status=known["status"],
            started=known["startDate"].timestamp(),
            input=json.loads(described.get("input") or "{}"),
            tasks=self._tasks_of(machine),
            entered=tuple(_names(events, "stateEnteredEventDetails")),
            left=tuple(_names(events, "stateExitedEventDetails")),
            failed=_failed(events),
            outcome=_outcome(described.get("output")),
        )
        if execution.status != "RUNNING":
            self._over[arn] = execution
        return execution

    def _tasks_of(self, machine: str) -> tuple[str, ...]:
        if machine not in self._tasks:
            api = clients.client("stepfunctions")
            text = api.describe_state_machine(stateMachineArn=machine)["definition"]
            states = json.loads(text)["States"]
            self._tasks[machine] = tuple(name for name, s in states.items() if _is_shown(s))
        return self._tasks[machine]


def _outcome(output: str | None) -> str:
    found = json.loads(output or "null")
    return str(found.get("outcome", "")) if isinstance(found, dict) else ""


def _is_shown(state: dict[str, Any]) -> bool:
    return state["Type"] in ("Task", "Wait")


def cards(executions: Sequence[Execution], shifts: Sequence[Shift]) -> dict[str, str]:
    """By key, newest first: each with the traffic of its deployment."""
    return {f"x{e.arn.rsplit(':', 1)[-1]}": _card(e, _shift_of(e, shifts)) for e in executions}


def _shift_of(execution: Execution, shifts: Sequence[Shift]) -> Shift | None:
    """The deployment whose description names the object version."""
    version = execution.version
    return next((s for s in shifts if version and version in s.deployment.description), None)


def _card(execution: Execution, shift: Shift | None) -> str:
    title = element("b", words(execution.about)) + element("small", moment(execution.started))
    word = execution.outcome or execution.end or execution.status.lower()
    badge = element("span", words(word), class_=f"badge {_kind(execution)}")
    return (
        element("p", title + badge, class_="meta")
        + element("ol", "".join(_step(name, execution) for name in execution.tasks), class_="strip")
        + (_traffic(shift) if shift else "")
    )


def _step(name: str, execution: Execution) -> str:
    state = "open"
    if name in execution.failed:
        state = "bad"
    elif name in execution.left:
        state = "done"
    elif name in execution.entered:
        state = "now" if execution.status == "RUNNING" else "bad"
    return element("li", words(name), class_=state, title=state)


def _traffic(shift: Shift) -> str:
    deployment = shift.deployment
    about = element("small", words(f"{deployment.id} · {deployment.configuration.name}"))
    status = (shift.rollback or deployment).status
    ended = f" · rolled back: {status}" if shift.rollback else f" · {deployment.status}"
    why = f" · {deployment.error.get('code', '')}" if deployment.error else ""
    table = folded("as numbers", element("pre", words(_numbers(shift))), "numbers")
    return chart(shift) + element("p", about + words(ended + why), class_="context") + table


def _numbers(shift: Shift) -> str:
    """Whenever the share changed: for whoever does not see the picture."""
    lines, last = [], None
    for point in shift.points:
        if point.planned != last:
            real = "nobody asked" if point.real is None else f"{point.real:.0%} of answers"
            lines.append(f"{point.at - shift.points[0].at:6.1f} s  {point.planned:.0%}  {real}")
        last = point.planned
    return "\n".join(lines)


def _kind(execution: Execution) -> str:
    if execution.status == "RUNNING":
        return "now"
    good = execution.status == "SUCCEEDED" and "Stopped" not in execution.end
    return "good" if good else "bad"


def _names(events: list[dict[str, Any]], details: str) -> list[str]:
    return [event[details]["name"] for event in events if details in event]


def _failed(events: list[dict[str, Any]]) -> frozenset[str]:
    """Tasks whose last try failed."""
    failed: set[str] = set()
    current = ""
    for event in events:
        current = event.get("stateEnteredEventDetails", {}).get("name", current)
        if event["type"] in ("TaskFailed", "TaskTimedOut", "LambdaFunctionFailed"):
            failed.add(current)
        elif event["type"] in ("TaskSucceeded", "LambdaFunctionSucceeded"):
            failed.discard(current)
    return frozenset(failed)
