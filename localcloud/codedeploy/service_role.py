"""The service role of a deployment group: CodeDeploy must be able to assume it.

CodeDeploy looks at the role's trust policy when a group is made, as reported:
https://github.com/go-to-k/cdkd/pull/948
https://docs.aws.amazon.com/codedeploy/latest/userguide/getting-started-create-service-role.html
"""

import json
import re
from typing import Any

from moto.iam.models import iam_backends

from localcloud.account import ACCOUNT
from localcloud.wire import AwsError

_ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/.+")


class ServiceRoles:
    """`enforced` as roles are held to their policies in this cloud, or not."""

    def __init__(self, enforced: bool) -> None:
        self._enforced = enforced

    def check(self, arn: str) -> None:
        """Raises InvalidRoleException."""
        if not _ROLE.fullmatch(arn):
            raise AwsError("InvalidRoleException", f"{arn} is not the ARN of a role")
        if not self.assumable(arn):
            message = (
                f"AWS CodeDeploy does not have the permissions required to assume the role {arn}."
            )
            raise AwsError("InvalidRoleException", message)

    def assumable(self, arn: str) -> bool:
        return not self._enforced or any(map(_lets_codedeploy_in, _trust(arn)))


def _trust(arn: str) -> list[Any]:
    """The statements of the role's trust policy; none when there is no such role."""
    roles = list(iam_backends[ACCOUNT]["aws"].roles.values())
    text = next((role.assume_role_policy_document for role in roles if role.arn == arn), "{}")
    statements = json.loads(text).get("Statement") or []
    return statements if isinstance(statements, list) else [statements]


def _lets_codedeploy_in(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal") or {}
    services = principal.get("Service") if isinstance(principal, dict) else principal
    return (
        statement.get("Effect") == "Allow"
        and any(
            action in ("sts:AssumeRole", "sts:*", "*") for action in _list(statement.get("Action"))
        )
        and any(name == "*" or name.startswith("codedeploy.") for name in _list(services))
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []
