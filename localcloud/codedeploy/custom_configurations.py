"""Deployment configurations of one's own: made, shown, never changed, deleted when unused.

https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html
"""

from typing import Any

from localcloud.account import arn
from localcloud.clock import Clock
from localcloud.codedeploy import choices
from localcloud.codedeploy.configurations import PREDEFINED_PREFIX, Configuration, steps
from localcloud.codedeploy.inputs import operations
from localcloud.codedeploy.model import Store
from localcloud.codedeploy.moments import moment
from localcloud.codedeploy.pages import page
from localcloud.wire import AwsError, Params

MAX_SHIFT_MINUTES = 2880
MAX_INCREMENT = 99


@operations
class Configurations:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def create_deployment_config(self, params: Params) -> Params:
        configuration = Configuration(
            params["deploymentConfigName"],
            params.get("computePlatform") or "Server",
            params.get("trafficRoutingConfig"),
            params.get("minimumHealthyHosts"),
            params.get("zonalConfig"),
            self._clock.now(),
        )
        _check(configuration)
        with self._store.lock:
            self._check_free(configuration.name)
            self._store.configurations[configuration.name] = configuration
        return {"deploymentConfigId": configuration.id}

    def get_deployment_config(self, params: Params) -> Params:
        configuration = self._store.configuration(params["deploymentConfigName"])
        return {
            "deploymentConfigInfo": {
                "deploymentConfigId": configuration.id,
                "deploymentConfigName": configuration.name,
                "computePlatform": configuration.platform,
                "trafficRoutingConfig": configuration.routing,
                "minimumHealthyHosts": configuration.healthy_hosts,
                "zonalConfig": configuration.zonal,
                "createTime": moment(configuration.created_at),
            }
        }

    def list_deployment_configs(self, params: Params) -> Params:
        return page(sorted(self._store.configurations), params, "deploymentConfigsList")

    def delete_deployment_config(self, params: Params) -> None:
        """Deleting an unknown one succeeds: no error is modelled for it."""
        name = params["deploymentConfigName"]
        if name.startswith(PREDEFINED_PREFIX):
            message = f"{name} is a predefined configuration and cannot be deleted"
            raise AwsError("InvalidOperationException", message)
        with self._store.lock:
            groups = self._store.groups()
            if any(group.settings.get("deploymentConfigName") == name for group in groups):
                message = f"The deployment configuration {name} is in use by a deployment group"
                raise AwsError("DeploymentConfigInUseException", message)
            self._store.configurations.pop(name, None)
            self._store.tags.pop(arn("codedeploy", f"deploymentconfig:{name}"), None)

    def _check_free(self, name: str) -> None:
        if name in self._store.configurations:
            message = f"Deployment configuration already exists: {name}"
            raise AwsError("DeploymentConfigAlreadyExistsException", message)
        own = [n for n in self._store.configurations if not n.startswith(PREDEFINED_PREFIX)]
        if len(own) >= choices.MAX_CONFIGURATIONS:
            message = f"The account has {choices.MAX_CONFIGURATIONS} custom configurations already"
            raise AwsError("DeploymentConfigLimitExceededException", message)


def _check(configuration: Configuration) -> None:
    if configuration.name.startswith(PREDEFINED_PREFIX):
        message = f"A custom configuration's name must not start with {PREDEFINED_PREFIX}"
        raise AwsError("InvalidDeploymentConfigNameException", message)
    if configuration.platform == "Server":
        if configuration.routing:
            raise _routing("Traffic is routed by a configuration of Lambda or ECS only")
        _check_hosts(configuration.healthy_hosts)
        _check_zones(configuration.zonal)
        return
    if configuration.healthy_hosts:
        raise _hosts("Healthy hosts are counted by a configuration of the Server platform only")
    if configuration.zonal:
        raise _zonal("Zones are known to a configuration of the Server platform only")
    check_routing(configuration.routing or {})


def check_routing(routing: dict[str, Any]) -> None:
    """Raises InvalidTrafficRoutingConfigurationException for what CodeDeploy refuses."""
    kind = routing.get("type")
    if kind == "AllAtOnce":
        return
    if kind is None:
        raise _routing("The type of the traffic routing is required")
    word = "canary" if kind == "TimeBasedCanary" else "linear"
    member = f"timeBased{word.title()}"
    values = routing.get(member) or {}
    percent, minutes = values.get(f"{word}Percentage"), values.get(f"{word}Interval")
    if percent is None or minutes is None:
        raise _routing(f"{member} needs {word}Percentage and {word}Interval")
    if not 1 <= percent <= MAX_INCREMENT:
        raise _routing(f"{word}Percentage must be between 1 and {MAX_INCREMENT}")
    if minutes < 1:
        raise _routing(f"{word}Interval must be at least 1 minute")
    if sum(step.minutes for step in steps(routing)) > MAX_SHIFT_MINUTES:
        raise _routing(f"The traffic shift takes longer than {MAX_SHIFT_MINUTES} minutes")


def _check_hosts(hosts: dict[str, Any] | None) -> None:
    if not hosts or hosts.get("type") is None or hosts.get("value") is None:
        raise _hosts("A configuration of the Server platform needs minimumHealthyHosts")
    if hosts["value"] < 0:
        raise _hosts("The minimum number of healthy hosts must not be negative")
    if hosts["type"] == "FLEET_PERCENT" and hosts["value"] >= 100:
        raise _hosts("The minimum percentage of healthy hosts must be less than 100")


def _check_zones(zonal: dict[str, Any] | None) -> None:
    if zonal is None:
        return
    for member in ("firstZoneMonitorDurationInSeconds", "monitorDurationInSeconds"):
        if (zonal.get(member) or 0) < 0:
            raise _zonal(f"{member} must not be negative")
    hosts = zonal.get("minimumHealthyHostsPerZone")
    if hosts is None:
        return
    if hosts.get("type") is None or hosts.get("value") is None:
        raise _zonal("minimumHealthyHostsPerZone needs type and value")
    if hosts["value"] < 0 or (hosts["type"] == "FLEET_PERCENT" and hosts["value"] >= 100):
        raise _zonal("minimumHealthyHostsPerZone must be at least 0, and less than 100 percent")


def _routing(message: str) -> AwsError:
    return AwsError("InvalidTrafficRoutingConfigurationException", message)


def _hosts(message: str) -> AwsError:
    return AwsError("InvalidMinimumHealthyHostValueException", message)


def _zonal(message: str) -> AwsError:
    return AwsError("InvalidZonalDeploymentConfigurationException", message)
