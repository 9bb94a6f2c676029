"""What a template needs its reader to have acknowledged.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
"""

from collections.abc import Collection, Mapping
from typing import Any

from localcloud.wire import AwsError

IAM, NAMED_IAM, AUTO_EXPAND = (
    "CAPABILITY_IAM",
    "CAPABILITY_NAMED_IAM",
    "CAPABILITY_AUTO_EXPAND",
)
# Those that CreateStack's documentation lists, with the property that gives them a custom name.
_RESOURCES = {
    "AWS::IAM::AccessKey": "",
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Policy": "",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
    "AWS::IAM::UserToGroupAddition": "",
}


def require_iam(template: Mapping[str, Any], given: Collection[str]) -> None:
    """Raises AwsError. Resources count whether their condition holds or not: AWS does not say."""
    found = [body for body in template["Resources"].values() if body.get("Type") in _RESOURCES]
    named = any(_RESOURCES[body["Type"]] in (body.get("Properties") or {}) for body in found)
    if named and NAMED_IAM not in given:
        raise _insufficient(NAMED_IAM)
    if found and not {IAM, NAMED_IAM} & set(given):
        raise _insufficient(IAM)


def require_expansion(transforms: Collection[str], given: Collection[str]) -> None:
    """For CreateStack and UpdateStack: a change set shows what a transform made, so that there it
    need not be acknowledged. Asked before the others, since a transform may make IAM resources."""
    if transforms and AUTO_EXPAND not in given:
        raise _insufficient(AUTO_EXPAND)


def _insufficient(capability: str) -> AwsError:
    message = f"Requires capabilities : [{capability}]"
    return AwsError("InsufficientCapabilitiesException", message)
