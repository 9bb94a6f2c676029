"""Deployment configurations: the seventeen that exist, and the steps that each one means."""

import uuid
from dataclasses import dataclass
from typing import Any

PREDEFINED_PREFIX = "CodeDeployDefault."


@dataclass(frozen=True)
class Configuration:
    name: str
    platform: str
    routing: dict[str, Any] | None = None
    healthy_hosts: dict[str, Any] | None = None
    zonal: dict[str, Any] | None = None
    created_at: float = 0.0

    @property
    def id(self) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.name}@{self.created_at}"))


@dataclass(frozen=True)
class Step:
    """Send `percent` of the traffic to the new version, then wait `minutes`."""

    percent: float
    minutes: int


def steps(routing: dict[str, Any] | None) -> list[Step]:
    """The shifts of a configuration in order; the last one is always 100 percent."""
    routing = routing or {"type": "AllAtOnce"}
    if routing["type"] == "TimeBasedCanary":
        canary = routing["timeBasedCanary"]
        return [Step(canary["canaryPercentage"], canary["canaryInterval"]), Step(100, 0)]
    if routing["type"] == "TimeBasedLinear":
        linear = routing["timeBasedLinear"]
        percent, minutes = linear["linearPercentage"], linear["linearInterval"]
        return [Step(done, minutes) for done in range(percent, 100, percent)] + [Step(100, 0)]
    return [Step(100, 0)]


def _canary(percent: int, minutes: int) -> dict[str, Any]:
    values = {"canaryPercentage": percent, "canaryInterval": minutes}
    return {"type": "TimeBasedCanary", "timeBasedCanary": values}


def _linear(percent: int, minutes: int) -> dict[str, Any]:
    values = {"linearPercentage": percent, "linearInterval": minutes}
    return {"type": "TimeBasedLinear", "timeBasedLinear": values}


def predefined() -> dict[str, Configuration]:
    """Names and numbers of the CodeDeploy user guide; note Minute on Lambda, Minutes on ECS."""
    made: list[Configuration] = []

    def add(name: str, platform: str, **parts: Any) -> None:
        made.append(Configuration(PREDEFINED_PREFIX + name, platform, **parts))

    add("OneAtATime", "Server", healthy_hosts={"type": "MOST_CONCURRENCY", "value": 1})
    add("HalfAtATime", "Server", healthy_hosts={"type": "FLEET_PERCENT", "value": 50})
    add("AllAtOnce", "Server", healthy_hosts={"type": "HOST_COUNT", "value": 0})
    add("LambdaAllAtOnce", "Lambda", routing={"type": "AllAtOnce"})
    for minutes in (5, 10, 15, 30):
        add(f"LambdaCanary10Percent{minutes}Minutes", "Lambda", routing=_canary(10, minutes))
    for minutes in (1, 2, 3, 10):
        unit = "Minute" if minutes == 1 else "Minutes"
        add(f"LambdaLinear10PercentEvery{minutes}{unit}", "Lambda", routing=_linear(10, minutes))
    add("ECSAllAtOnce", "ECS", routing={"type": "AllAtOnce"})
    for minutes in (5, 15):
        add(f"ECSCanary10Percent{minutes}Minutes", "ECS", routing=_canary(10, minutes))
    for minutes in (1, 3):
        add(f"ECSLinear10PercentEvery{minutes}Minutes", "ECS", routing=_linear(10, minutes))
    return {configuration.name: configuration for configuration in made}
