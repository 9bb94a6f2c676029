"""Lambda aliases, moved by CodeDeploy where the template says so.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-updatepolicy.html
"""

import json
import time
from typing import Any

from localcloud.cloudformation.resource_type import (
    Asked,
    Made,
    Properties,
    ResourceFailed,
    ResourceType,
    call,
    define,
    only,
)

EVERY_SECONDS = 0.1
_OVER = ("Succeeded", "Failed", "Stopped")


def _create(asked: Asked) -> Made:
    names = ("FunctionName", "Name", "FunctionVersion", "Description", "RoutingConfig")
    given = only(asked.properties, *names)
    if "RoutingConfig" in given:
        given["RoutingConfig"] = _routing(given["RoutingConfig"])
    made = call("lambda", "CreateAlias", **given)
    return Made(made["AliasArn"])


def _routing(routing: Properties) -> dict[str, Any]:
    weights = routing.get("AdditionalVersionWeights") or []
    return {
        "AdditionalVersionWeights": {
            str(weight["FunctionVersion"]): float(weight["FunctionWeight"]) for weight in weights
        }
    }


def _update(made: Made, asked: Asked) -> Made:
    policy = asked.update_policy.get("CodeDeployLambdaAliasUpdate")
    wanted = str(asked.properties.get("FunctionVersion"))
    current = _version(asked)
    if policy and wanted != current:
        _deploy(asked, policy, current, wanted)
    given = only(asked.properties, "FunctionName", "Name", "FunctionVersion", "Description")
    if "Description" in asked.before:
        given.setdefault("Description", "")
    # Weights are left as they are, CodeDeploy's own too, unless the template gives or gave some.
    # AWS does not document it; UpdateAlias takes no RoutingConfig for no change.
    if {"RoutingConfig"} & {*asked.properties, *asked.before}:
        given["RoutingConfig"] = _routing(asked.properties.get("RoutingConfig") or {})
    call("lambda", "UpdateAlias", **given)
    return made


def _version(asked: Asked) -> str:
    found = call("lambda", "GetAlias", **only(asked.properties, "FunctionName", "Name"))
    return str(found["FunctionVersion"])


def _deploy(asked: Asked, policy: Properties, current: str, wanted: str) -> None:
    """Have CodeDeploy move the alias, and wait. On AWS too such a deployment's creator is `user`.
    Raises ResourceFailed when it does not succeed; by then its rollback is over."""
    content = json.dumps(_appspec(asked, policy, current, wanted))
    made = call(
        "codedeploy",
        "CreateDeployment",
        applicationName=policy["ApplicationName"],
        deploymentGroupName=policy["DeploymentGroupName"],
        revision={"revisionType": "AppSpecContent", "appSpecContent": {"content": content}},
    )
    asked.tell(f"CodeDeploy deployment started: {made['deploymentId']}")
    ended = _ended(made["deploymentId"])
    if ended["status"] == "Succeeded":
        return
    if rollback := (ended.get("rollbackInfo") or {}).get("rollbackDeploymentId"):
        asked.tell(f"CodeDeploy rollback deployment started: {rollback}")
        _ended(rollback)
    why = (ended.get("errorInformation") or {}).get("message", ended["status"])
    raise ResourceFailed(f"{made['deploymentId']} failed. {why}")


def _appspec(asked: Asked, policy: Properties, current: str, wanted: str) -> dict[str, Any]:
    properties = {
        "Name": asked.properties["FunctionName"],
        "Alias": asked.properties["Name"],
        "CurrentVersion": current,
        "TargetVersion": wanted,
    }
    hooks = [
        {event: policy[member]}
        for event, member in (
            ("BeforeAllowTraffic", "BeforeAllowTrafficHook"),
            ("AfterAllowTraffic", "AfterAllowTrafficHook"),
        )
        if policy.get(member)
    ]
    resource = {"Type": "AWS::Lambda::Function", "Properties": properties}
    return {
        "version": 0.0,
        "Resources": [{"alias": resource}],
        **({"Hooks": hooks} if hooks else {}),
    }


def _ended(deployment_id: str) -> dict[str, Any]:
    while True:
        found = call("codedeploy", "GetDeployment", deploymentId=deployment_id)["deploymentInfo"]
        if found["status"] in _OVER:
            return dict(found)
        time.sleep(EVERY_SECONDS)


def _delete(made: Made) -> None:
    function, _, alias = made.physical_id.rpartition(":")
    call("lambda", "DeleteAlias", FunctionName=function, Name=alias)


define(ResourceType("AWS::Lambda::Alias", _create, _delete, _update, ("FunctionName", "Name")))
