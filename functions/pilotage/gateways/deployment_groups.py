"""CodeDeploy: deployment groups and deployment configurations."""

from pilotage.artifact import Artifact
from pilotage.gateways.aws import client, code_of, message_of
from pilotage.rollout import Rollout
from pilotage.target import Group

NO_SUCH_TARGET = (
    "ApplicationDoesNotExist",
    "DeploymentGroupDoesNotExist",
    "InvalidApplicationName",
    "InvalidDeploymentGroupName",
)


class NoSuchTarget(Exception):
    """CodeDeploy knows no such application or group; the text is its own."""


def group_arn(artifact: Artifact, execution: str) -> str:
    """The ARN of the artifact's group: partition, region and account are the execution's."""
    _, partition, _, region, account = execution.split(":")[:5]
    name = f"{artifact.application}/{artifact.group}"
    return f"arn:{partition}:codedeploy:{region}:{account}:deploymentgroup:{name}"


def group(application: str, name: str, arn: str) -> Group:
    """The group with its tags. Raises NoSuchTarget."""
    settings = group_settings(application, name)
    tags = client("codedeploy").list_tags_for_resource(ResourceArn=arn).get("Tags") or []
    return settings._replace(tags={tag["Key"]: tag.get("Value", "") for tag in tags})


def group_settings(application: str, name: str) -> Group:
    """The group without its tags. Raises NoSuchTarget."""
    try:
        found = client("codedeploy").get_deployment_group(
            applicationName=application, deploymentGroupName=name
        )
    except Exception as error:
        if code_of(error).startswith(NO_SUCH_TARGET):
            raise NoSuchTarget(message_of(error)) from error
        raise
    info = found["deploymentGroupInfo"]
    alarms = info.get("alarmConfiguration") or {}
    return Group(
        application=application,
        name=name,
        platform=info.get("computePlatform", "Server"),
        tags={},
        alarms=tuple(alarm["name"] for alarm in alarms.get("alarms") or []),
        alarms_enabled=bool(alarms.get("enabled")),
        ignore_poll_failure=bool(alarms.get("ignorePollAlarmFailure")),
        configuration=info.get("deploymentConfigName", ""),
    )


def ensure_configuration(rollout: Rollout) -> None:
    """Make a rollout's configuration; that it is there already is as good."""
    try:
        client("codedeploy").create_deployment_config(
            deploymentConfigName=rollout.configuration,
            computePlatform="Lambda",
            trafficRoutingConfig=rollout.routing,
        )
    except Exception as error:
        if code_of(error) != "DeploymentConfigAlreadyExistsException":
            raise


def configuration_exists(name: str) -> bool:
    """Whether there is a configuration of this name for Lambda."""
    try:
        found = client("codedeploy").get_deployment_config(deploymentConfigName=name)
    except Exception as error:
        if code_of(error).startswith(
            ("DeploymentConfigDoesNotExist", "InvalidDeploymentConfigName")
        ):
            return False
        raise
    return bool(found["deploymentConfigInfo"].get("computePlatform") == "Lambda")
