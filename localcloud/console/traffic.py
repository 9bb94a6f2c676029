"""How users move: for each deployment the planned share of its version, and what they really got."""

import threading
from dataclasses import dataclass, field

from localcloud.awslambda.invocations import Invocations
from localcloud.awslambda.model import Functions
from localcloud.clock import Clock
from localcloud.codedeploy.model import Deployment, Store

EVERY_SECONDS = 0.25
# Users of so many seconds are counted for one point.
WINDOW_SECONDS = 1.5
# Where there are more, every second one is left out, and from then on half as many are noted.
MOST_POINTS = 400
KEPT = 12


@dataclass(frozen=True)
class Point:
    """`planned` is the alias's share of the new version, `real` that of the last answers, None when
    nobody asked; `failed` the share of its answers that were errors."""

    at: float
    planned: float
    real: float | None
    failed: float


@dataclass
class Shift:
    """A deployment, and the rollback that followed it."""

    deployment: Deployment
    rollback: Deployment | None = None
    points: list[Point] = field(default_factory=list)
    every: float = EVERY_SECONDS

    def add(self, point: Point) -> None:
        self.points.append(point)
        if len(self.points) >= MOST_POINTS:
            self.points[:] = self.points[::2]
            self.every *= 2

    @property
    def over(self) -> bool:
        last = self.rollback or self.deployment
        return last.over


class Recorder:
    """Looks at the aliases of running deployments, until the clock stops."""

    def __init__(
        self, store: Store, functions: Functions, invocations: Invocations, clock: Clock
    ) -> None:
        self._store = store
        self._functions = functions
        self._invocations = invocations
        self._clock = clock
        self._shifts: dict[str, Shift] = {}

    def start(self) -> None:
        threading.Thread(target=self._run, name="traffic", daemon=True).start()

    def shifts(self) -> list[Shift]:
        """The latest ones, newest first."""
        return list(self._shifts.values())[: -KEPT - 1 : -1]

    def _run(self) -> None:
        while not self._clock.wait_real(EVERY_SECONDS):
            self.look(self._clock.now())

    def look(self, now: float) -> None:
        for deployment in list(self._store.deployments.values())[-50:]:
            first = deployment.rollback_info.get("rollbackTriggeringDeploymentId")
            if first and first in self._shifts:
                self._shifts[first].rollback = deployment
            elif not first and deployment.id not in self._shifts:
                self._shifts[deployment.id] = Shift(deployment)
        for shift in list(self._shifts.values())[-KEPT:]:
            due = not shift.points or now - shift.points[-1].at >= shift.every * 0.9
            if due and (not shift.over or _has_just_ended(shift, now)):
                self._note(shift, now)

    def _note(self, shift: Shift, now: float) -> None:
        about = shift.deployment.function
        function = self._functions.find(str(about.get("functionName", "")))
        alias = function.aliases.get(about.get("functionAlias", "")) if function else None
        version = about.get("targetVersion", "")
        if function is None or alias is None or not version:
            return
        planned = 1.0 if alias.version == version else alias.weights.get(version, 0.0)
        answers = [
            ran
            for ran in list(self._invocations.ran)
            if ran.at > now - WINDOW_SECONDS
            and (ran.function, ran.qualifier) == (function.name, alias.name)
        ]
        of_version = [ran for ran in answers if ran.version == version]
        shift.add(
            Point(
                now,
                planned,
                len(of_version) / len(answers) if answers else None,
                sum(ran.failed for ran in of_version) / len(of_version) if of_version else 0.0,
            )
        )


def _has_just_ended(shift: Shift, now: float) -> bool:
    ended = (shift.rollback or shift.deployment).completed_at
    return ended is not None and now - ended < 2 * WINDOW_SECONDS
