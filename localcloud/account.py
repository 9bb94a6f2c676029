"""The one account and region this cloud has, and how things in it are named."""

import secrets
import string

ACCOUNT = "123456789012"
REGION = "us-east-1"

_CODEDEPLOY_ID = string.ascii_uppercase + string.digits


def arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def name_of(arn_or_name: str) -> str:
    """The last part of an ARN; a plain name is given back as it is."""
    return arn_or_name.rsplit(":", 1)[-1] if arn_or_name.startswith("arn:") else arn_or_name


def new_deployment_id() -> str:
    return "d-" + "".join(secrets.choice(_CODEDEPLOY_ID) for _ in range(9))
