"""What CodeDeploy refuses in the settings of a deployment group: lists and combinations.

https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeploymentGroup.html
https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html
"""

from typing import Any

from localcloud.codedeploy import choices
from localcloud.codedeploy.fleet_settings import check_fleet
from localcloud.wire import AwsError

MAX_TRIGGERS = 10
MAX_ALARM_NAME = 255
MAX_TERMINATION_WAIT_MINUTES = 2880
MAX_BALANCERS = 10

NO_BALANCER = (
    "The specification for load balancing in the deployment group is invalid. The deploymentOption "
    "value is set to WITH_TRAFFIC_CONTROL, but either no load balancer was specified in "
    "elbInfoList or no target group was specified in targetGroupInfoList."
)


def check_group_settings(settings: dict[str, Any], platform: str) -> None:
    check_rollback(settings.get("autoRollbackConfiguration"))
    check_alarms(settings.get("alarmConfiguration"))
    _check_triggers(settings.get("triggerConfigurations") or [])
    _check_style(settings.get("deploymentStyle"), platform)
    _check_blue_green(settings.get("blueGreenDeploymentConfiguration"), platform)
    _check_balancers(settings, platform)
    _check_services(settings.get("ecsServices") or [], platform)
    check_fleet(settings, platform)


def check_rollback(setting: dict[str, Any] | None) -> None:
    if setting and setting.get("enabled") and not setting.get("events"):
        message = "Automatic rollback is enabled, but no rollback events are given"
        raise AwsError("InvalidAutoRollbackConfigException", message)


def check_alarms(setting: dict[str, Any] | None) -> None:
    if not setting:
        return
    names = [alarm.get("name") for alarm in setting.get("alarms") or []]
    if setting.get("enabled") and not names:
        raise AwsError("InvalidAlarmConfigException", "Alarms are enabled, but none is named")
    if any(not name or len(name) > MAX_ALARM_NAME for name in names):
        message = f"An alarm's name must have 1 to {MAX_ALARM_NAME} characters"
        raise AwsError("InvalidAlarmConfigException", message)
    if len(set(names)) != len(names):
        raise AwsError("InvalidAlarmConfigException", "The same alarm is named twice")
    if len(names) > choices.MAX_ALARMS:
        message = f"At most {choices.MAX_ALARMS} alarms can be named"
        raise AwsError("AlarmsLimitExceededException", message)


def _check_triggers(triggers: list[dict[str, Any]]) -> None:
    if len(triggers) > MAX_TRIGGERS:
        message = f"A deployment group can have at most {MAX_TRIGGERS} triggers"
        raise AwsError("TriggerTargetsLimitExceededException", message)
    names = [trigger.get("triggerName") for trigger in triggers]
    if len(set(names)) != len(names):
        raise AwsError("InvalidTriggerConfigException", "Two triggers have the same name")
    for trigger in triggers:
        if not all(trigger.get(f"trigger{member}") for member in ("Name", "TargetArn", "Events")):
            message = "A trigger needs triggerName, triggerTargetArn and triggerEvents"
            raise AwsError("InvalidTriggerConfigException", message)
        if trigger["triggerTargetArn"].split(":")[2:3] != ["sns"]:
            message = f"{trigger['triggerTargetArn']} is not the ARN of an SNS topic"
            raise AwsError("InvalidTriggerConfigException", message)


def _check_style(style: dict[str, Any] | None, platform: str) -> None:
    """Texts as reported: https://github.com/awsdocs/aws-cloudformation-user-guide/issues/534"""
    if style is None:
        return
    if not style.get("deploymentType") or not style.get("deploymentOption"):
        raise _style("Deployment type or deployment option cannot be null or empty")
    if style["deploymentOption"] not in ("WITH_TRAFFIC_CONTROL", "WITHOUT_TRAFFIC_CONTROL"):
        raise _style(
            "Deployment option can only be WITH_TRAFFIC_CONTROL or WITHOUT_TRAFFIC_CONTROL"
        )
    if platform != "Server" and style != choices.DEFAULT_STYLES[platform]:
        raise _style(f"{platform} groups deploy BLUE_GREEN and WITH_TRAFFIC_CONTROL only")


def _check_blue_green(setting: dict[str, Any] | None, platform: str) -> None:
    if not setting:
        return
    if platform == "Lambda":
        raise _blue_green("Lambda groups take no blue/green configuration")
    termination = setting.get("terminateBlueInstancesOnDeploymentSuccess") or {}
    minutes = termination.get("terminationWaitTimeInMinutes") or 0
    if not 0 <= minutes <= MAX_TERMINATION_WAIT_MINUTES:
        raise _blue_green(f"Termination waits 0 to {MAX_TERMINATION_WAIT_MINUTES} minutes")
    if ((setting.get("deploymentReadyOption") or {}).get("waitTimeInMinutes") or 0) < 0:
        raise _blue_green("waitTimeInMinutes must not be negative")


def _check_balancers(settings: dict[str, Any], platform: str) -> None:
    given = settings.get("loadBalancerInfo") or {}
    for member in ("elbInfoList", "targetGroupInfoList"):
        if len(given.get(member) or []) > MAX_BALANCERS:
            raise _balancer(f"At most {MAX_BALANCERS} entries in {member}")
    pairs = given.get("targetGroupPairInfoList") or []
    if pairs and platform != "ECS":
        raise _balancer("targetGroupPairInfoList is for the ECS platform")
    for pair in pairs:
        _check_pair(pair, len(pairs))
    option = (settings.get("deploymentStyle") or {}).get("deploymentOption")
    balanced = given.get("elbInfoList") or given.get("targetGroupInfoList")
    if platform == "Server" and option == "WITH_TRAFFIC_CONTROL" and not balanced:
        # As reported: https://github.com/awsdocs/amazon-ecs-developer-guide/issues/213
        raise _balancer(NO_BALANCER)


def _check_pair(pair: dict[str, Any], pairs: int) -> None:
    """One pair of target groups, with one listener for each route."""
    groups = [group.get("name") for group in pair.get("targetGroups") or []]
    routes = [pair.get("prodTrafficRoute") or {}]
    if pair.get("testTrafficRoute"):
        routes.append(pair["testTrafficRoute"])
    listeners = [len(route.get("listenerArns") or []) for route in routes]
    if pairs != 1 or len(groups) != 2 or not all(groups) or listeners != [1] * len(routes):
        message = "One pair of two target groups is needed, and one listener for each route"
        raise AwsError("InvalidTargetGroupPairException", message)


def _check_services(services: list[dict[str, Any]], platform: str) -> None:
    if services and platform != "ECS":
        raise AwsError("InvalidECSServiceException", "ecsServices is for the ECS platform")
    if len(services) > 1:
        raise AwsError("InvalidECSServiceException", "A group deploys one ECS service")
    if any(not s.get("serviceName") or not s.get("clusterName") for s in services):
        message = "An ECS service needs serviceName and clusterName"
        raise AwsError("InvalidECSServiceException", message)


def _style(message: str) -> AwsError:
    return AwsError("InvalidDeploymentStyleException", message)


def _blue_green(message: str) -> AwsError:
    return AwsError("InvalidBlueGreenDeploymentConfigurationException", message)


def _balancer(message: str) -> AwsError:
    return AwsError("InvalidLoadBalancerInfoException", message)
