"""Deployment configurations: the seventeen that exist, and the steps that each one means."""

from dataclasses import dataclass
from typing import Any

from localcloud.wire import AwsError

PREDEFINED_PREFIX = "CodeDeployDefault."
MAX_SHIFT_MINUTES = 2880
MAX_INCREMENT = 99


@dataclass(frozen=True)
class Configuration:
    name: str
    platform: str
    routing: dict[str, Any] | None = None
    healthy_hosts: dict[str, Any] | None = None
    zonal: dict[str, Any] | None = None
    created_at: float = 0.0


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


def check_routing(routing: dict[str, Any]) -> None:
    """Raises InvalidTrafficRoutingConfigurationException for what CodeDeploy refuses."""
    kind = routing.get("type")
    if kind == "AllAtOnce":
        return
    if kind not in ("TimeBasedCanary", "TimeBasedLinear"):
        raise _invalid("Traffic routing type must be TimeBasedCanary, TimeBasedLinear or AllAtOnce")
    member, word = (
        ("timeBasedCanary", "canary")
        if kind == "TimeBasedCanary"
        else ("timeBasedLinear", "linear")
    )
    values = routing.get(member) or {}
    percent, minutes = values.get(f"{word}Percentage"), values.get(f"{word}Interval")
    if percent is None or minutes is None:
        raise _invalid(f"{member} needs {word}Percentage and {word}Interval")
    if not 1 <= percent <= MAX_INCREMENT:
        raise _invalid(f"{word}Percentage must be between 1 and {MAX_INCREMENT}")
    if minutes < 1:
        raise _invalid(f"{word}Interval must be at least 1 minute")
    if sum(step.minutes for step in steps(routing)) > MAX_SHIFT_MINUTES:
        raise _invalid(f"The traffic shift takes longer than {MAX_SHIFT_MINUTES} minutes")


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidTrafficRoutingConfigurationException", message)


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
