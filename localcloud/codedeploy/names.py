"""Names and ids as CodeDeploy takes them."""

import re

from localcloud.wire import AwsError

NAME = re.compile(r"[A-Za-z0-9+=,.@_-]{1,100}")
DEPLOYMENT_ID = re.compile(r"d-[A-Z0-9]{9}")


def check_deployment_id(deployment_id: str) -> None:
    if not DEPLOYMENT_ID.fullmatch(deployment_id):
        message = f"Specified DeploymentId is not in the valid format: {deployment_id}"
        raise AwsError("InvalidDeploymentIdException", message)


def check_instance_name(name: str) -> None:
    if not NAME.fullmatch(name):
        message = f"The instance name {name!r} is not valid: 1 to 100 of A-Z a-z 0-9 + = , . @ _ -"
        raise AwsError("InvalidInstanceNameException", message)


def check_batch(names: list[str], most: int, what: str) -> None:
    if len(names) > most:
        message = (
            f"The maximum number of {what} for this request is {most}; {len(names)} were given"
        )
        raise AwsError("BatchLimitExceededException", message)
