"""What can be compared of a story, wherever it was played: what AWS's API says of it afterwards."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

Clients = Mapping[str, Any]
Facts = dict[str, Any]

_DEPLOYMENT = re.compile(r"d-[A-Z0-9]{9}")
_ALARM = re.compile(r"(pilotage-[\w-]+?-version-\d+)-[0-9a-f]{12}")
_STACK = re.compile(r"(pilotage-proof|orders-proof|orders)-[\w-]*?(AliasErrors)-\w+")


@dataclass
class Watch:
    """The alias's values while a story is played, each once and in order."""

    seen: list[tuple[str, dict[str, float]]] = field(default_factory=list)

    def note(self, version: str, weights: Mapping[str, float]) -> None:
        value = (version, dict(weights))
        if not self.seen or self.seen[-1] != value:
            self.seen.append(value)


def facts_of(clients: Clients, told: Mapping[str, Any], watch: Watch) -> Facts:
    """`told` is the release's outcome object."""
    outcome = told["outcome"]
    found: Facts = {
        "outcome": outcome["kind"],
        "reason": _named(outcome["reason"]),
        "users get": outcome["users_get"],
        "command": outcome["command"],
        "faults": [f"{f['place']}: {_named(f['reason'])}" for f in told["faults"]],
        "alias": [[version, weights] for version, weights in watch.seen],
    }
    if told.get("deployment"):
        found["deployment"] = _deployment(clients["codedeploy"], told["deployment"])
    return found


def differences(here: Mapping[str, Facts], there: Mapping[str, Facts]) -> list[str]:
    """Each fact that is another in the second, a line each; both by story."""
    lines = []
    for story, facts in here.items():
        ours, theirs = dict(_flat(facts)), dict(_flat(there.get(story, {})))
        for name in sorted({*ours, *theirs}):
            one, other = ours.get(name, "nothing"), theirs.get(name, "nothing")
            if one != other:
                lines.append(f"{story}: {name}: local cloud {one!r}, AWS {other!r}")
    return lines


def _deployment(codedeploy: Any, deployment_id: str) -> Facts:
    info = codedeploy.get_deployment(deploymentId=deployment_id)["deploymentInfo"]
    error, rollback = info.get("errorInformation") or {}, info.get("rollbackInfo") or {}
    found: Facts = {
        "status": info["status"],
        "creator": info.get("creator", ""),
        "configuration": info.get("deploymentConfigName", ""),
        "error code": error.get("code", ""),
        "error message": _named(error.get("message", "")),
        "rollback message": _named(rollback.get("rollbackMessage", "")),
        "events": dict(_events(codedeploy, deployment_id)),
    }
    back = rollback.get("rollbackDeploymentId")
    return {**found, "rollback": _deployment(codedeploy, back)} if back else found


def _events(codedeploy: Any, deployment_id: str) -> Iterable[tuple[str, str]]:
    for target in codedeploy.list_deployment_targets(deploymentId=deployment_id)["targetIds"]:
        found = codedeploy.get_deployment_target(deploymentId=deployment_id, targetId=target)
        of_lambda = found["deploymentTarget"]["lambdaTarget"]
        yield "target", of_lambda["status"]
        for event in of_lambda.get("lifecycleEvents", []):
            yield event["lifecycleEventName"], event["status"]


def _named(text: str) -> str:
    """Without what is another in every run: ids of deployments, tails of names."""
    return _STACK.sub(r"\2", _ALARM.sub(r"\1", _DEPLOYMENT.sub("d-…", text)))


def _flat(facts: Mapping[str, Any], path: str = "") -> Iterable[tuple[str, Any]]:
    for name, value in facts.items():
        where = f"{path} {name}".strip()
        if isinstance(value, Mapping):
            yield from _flat(value, where)
        else:
            yield where, value
