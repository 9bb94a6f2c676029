"""Why deployments end early: status, code and message as CodeDeploy gives them."""

from dataclasses import dataclass

from botocore.exceptions import ClientError

from localcloud.codedeploy import choices
from localcloud.codedeploy.model import Group


@dataclass(frozen=True)
class Cause:
    """`rollback_event` is the setting that covers it; `rollback_asked` overrules the setting."""

    status: str
    code: str
    message: str
    rollback_event: str = "DEPLOYMENT_FAILURE"
    rollback_asked: bool | None = None


class Aborted(Exception):
    def __init__(self, cause: Cause) -> None:
        super().__init__(cause.message)
        self.cause = cause


ALARMS_ACTIVE = (
    "One or more alarms have been activated according to the Amazon CloudWatch metrics you "
    "selected, and the affected deployments have been stopped. Activated alarms: {names}"
)
NOT_PERMITTED = (
    "The IAM role {role} does not give you permission to perform operations in the following AWS "
    "service: AWSLambda. Contact your AWS administrator if you need help. {reason}"
)


def alarms_active(names: list[str]) -> Cause:
    return _alarm(ALARMS_ACTIVE.format(names=_listed(names)))


def alarms_unreadable(names: list[str]) -> Cause:
    return _alarm(choices.ALARM_UNREADABLE_MESSAGE.format(names=_listed(names)))


def stopped_by_request(rollback: bool | None) -> Cause:
    return Cause(
        "Stopped", choices.STOP_CODE, choices.STOP_MESSAGE, "DEPLOYMENT_STOP_ON_REQUEST", rollback
    )


def lambda_refused(error: ClientError, group: Group) -> Cause:
    """Lambda's answer to UpdateAlias or GetAlias, as errorInformation tells it."""
    reason = error.response["Error"]["Message"]
    if "AccessDenied" in error.response["Error"]["Code"]:
        return not_permitted(group, reason)
    return Cause("Failed", choices.FUNCTION_MISSING_CODE, reason)


def not_permitted(group: Group, reason: str) -> Cause:
    role = group.settings["serviceRoleArn"]
    return Cause("Failed", "IAM_ROLE_PERMISSIONS", NOT_PERMITTED.format(role=role, reason=reason))


def _listed(names: list[str]) -> str:
    return " ".join(f"<{name}>" for name in names)


def _alarm(message: str) -> Cause:
    return Cause("Stopped", "ALARM_ACTIVE", message, "DEPLOYMENT_STOP_ON_ALARM")
