"""Why deployments end early: status, code and message as CodeDeploy gives them.

https://docs.aws.amazon.com/codedeploy/latest/userguide/error-codes.html
https://docs.aws.amazon.com/codedeploy/latest/userguide/troubleshooting-deployments-lambda.html
"""

import logging
import threading
from dataclasses import dataclass, field

from botocore.exceptions import ClientError

from localcloud.codedeploy import choices

log = logging.getLogger(__name__)


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


@dataclass
class Halt:
    """Whether a deployment shall end early. The first cause wins; `rung` wakes who waits."""

    cause: Cause | None = None
    rung: threading.Event = field(default_factory=threading.Event)

    def ask(self, cause: Cause) -> None:
        if self.cause is None:
            self.cause = cause
            self.rung.set()

    def look(self) -> None:
        """Raises Aborted when the end was asked for."""
        if self.cause is not None:
            raise Aborted(self.cause)


ALARMS_ACTIVE = (
    "One or more alarms have been activated according to the Amazon CloudWatch metrics you "
    "selected, and the affected deployments have been stopped. Activated alarms: {names}"
)
# As reported: https://github.com/aws/serverless-application-model/issues/219
NOT_PERMITTED = (
    "The IAM role {role} does not give you permission to perform operations in the following AWS "
    "service: {service}. Contact your AWS administrator if you need help. If you are an AWS "
    "administrator, you can grant permissions to your users or groups by creating IAM policies."
)


def alarms_active(names: list[str]) -> Cause:
    return _alarm(ALARMS_ACTIVE.format(names=_listed(names)))


def alarms_unreadable(names: list[str]) -> Cause:
    return _alarm(choices.ALARM_UNREADABLE_MESSAGE.format(names=_listed(names)))


def stopped_by_request(rollback: bool | None) -> Cause:
    return Cause(
        "Stopped", choices.STOP_CODE, choices.STOP_MESSAGE, "DEPLOYMENT_STOP_ON_REQUEST", rollback
    )


def lambda_refused(error: ClientError, role: str) -> Cause:
    """Lambda's answer to UpdateAlias or GetAlias, as errorInformation tells it."""
    code, reason = error.response["Error"]["Code"], error.response["Error"]["Message"]
    if "AccessDenied" in code:
        return not_permitted(role, "AWSLambda", reason)
    if "TooManyRequests" in code:
        return Cause("Failed", "THROTTLED", reason)
    return Cause("Failed", choices.FUNCTION_MISSING_CODE, reason)


def not_permitted(role: str, service: str, reason: str) -> Cause:
    """CodeDeploy's message names the service alone; what was refused is in the log."""
    log.warning("CodeDeploy may not: %s", reason)
    message = NOT_PERMITTED.format(role=role, service=service)
    return Cause("Failed", "IAM_ROLE_PERMISSIONS", message)


def missing(code: str, message: str) -> Cause:
    return Cause("Failed", code, message)


def _listed(names: list[str]) -> str:
    return " ".join(f"<{name}>" for name in names)


def _alarm(message: str) -> Cause:
    return Cause("Stopped", "ALARM_ACTIVE", message, "DEPLOYMENT_STOP_ON_ALARM")
