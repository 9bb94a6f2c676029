"""Which machines a group deploys to: tags, Auto Scaling groups, and what they may do meanwhile.

https://docs.aws.amazon.com/codedeploy/latest/userguide/instances-tagging.html
"""

from typing import Any

from localcloud.codedeploy import choices
from localcloud.wire import AwsError

MAX_TAGS = 10
MAX_TAG_GROUPS = 3
MAX_AUTO_SCALING_GROUPS = 10
SERVER_MEMBERS = (
    "ec2TagFilters",
    "ec2TagSet",
    "onPremisesInstanceTagFilters",
    "onPremisesTagSet",
    "autoScalingGroups",
    "ec2DeploymentOptions",
    "terminationHookEnabled",
)


def check_fleet(settings: dict[str, Any], platform: str) -> None:
    if platform != "Server":
        if foreign := [member for member in SERVER_MEMBERS if settings.get(member)]:
            message = f"{foreign[0]} is for the Server platform"
            raise AwsError("InvalidInputException", message)
        return
    _check_ec2_tags(settings)
    _check_on_premises(settings)
    check_auto_scaling(settings)


def check_target_instances(targets: dict[str, Any]) -> None:
    """The same lists, on CreateDeployment, which models one error for them."""
    try:
        _check_ec2_tags({**targets, "ec2TagFilters": targets.get("tagFilters")})
    except AwsError as error:
        raise AwsError("InvalidTargetInstancesException", error.message) from error
    check_auto_scaling(targets)


def _check_ec2_tags(settings: dict[str, Any]) -> None:
    sets = (settings.get("ec2TagSet") or {}).get("ec2TagSetList") or []
    filters = settings.get("ec2TagFilters") or []
    if filters and sets:
        message = "Either EC2 tag filters or an EC2 tag set can be given"
        raise AwsError("InvalidEC2TagCombinationException", message)
    _check_tags([filters, *sets], "InvalidEC2TagException")


def check_auto_scaling(settings: dict[str, Any]) -> None:
    names = settings.get("autoScalingGroups") or []
    if len(names) > MAX_AUTO_SCALING_GROUPS or not all(names):
        message = f"At most {MAX_AUTO_SCALING_GROUPS} Auto Scaling groups, each with a name"
        raise AwsError("InvalidAutoScalingGroupException", message)


def _check_on_premises(settings: dict[str, Any]) -> None:
    sets = (settings.get("onPremisesTagSet") or {}).get("onPremisesTagSetList") or []
    filters = settings.get("onPremisesInstanceTagFilters") or []
    if filters and sets:
        message = "Either on-premises tag filters or an on-premises tag set can be given"
        raise AwsError("InvalidOnPremisesTagCombinationException", message)
    _check_tags([filters, *sets], "InvalidTagException")
    style = settings.get("deploymentStyle") or {}
    if (filters or sets) and style.get("deploymentType") == "BLUE_GREEN":
        message = "On-premises instances cannot be deployed to blue/green"
        raise AwsError(choices.ON_PREMISES_BLUE_GREEN_ERROR, message)


def _check_tags(groups: list[list[dict[str, Any]]], bad_tag: str) -> None:
    """The first group is the list of filters; the others are those of a tag set."""
    if len(groups) - 1 > MAX_TAG_GROUPS:
        message = f"A tag set can have at most {MAX_TAG_GROUPS} groups"
        raise AwsError("TagSetListLimitExceededException", message)
    for group in groups:
        if len(group) > MAX_TAGS:
            raise AwsError(bad_tag, f"At most {MAX_TAGS} tags in a group")
        for tag in group:
            if not tag.get("Key") and not tag.get("Value"):
                raise AwsError(bad_tag, "A tag filter needs a Key or a Value")
