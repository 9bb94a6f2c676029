"""Clients of this cloud: as the owner of the account, or as a role.

moto's backends are one for the whole process, so there is one cloud in a process and one
endpoint, which AWS_ENDPOINT_URL names.
"""

import re
import threading
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from moto.sts.models import sts_backends

from localcloud.account import ACCOUNT, REGION

_lock = threading.Lock()
_roles: dict[str, str] = {}
# Keys of what a service does by itself with somebody's role.
_by_services: set[str] = set()
# Services try again when they are throttled, as clients do.
ATTEMPTS = 5
# As long as a function may run, and as long as one that is invoked may have to wait its turn.
READ_SECONDS = 900
# What CloudFormation calls a role that the template gives no name: stack, logical id, tail.
_MADE_UP = re.compile(r".+-([A-Za-z0-9]+)-[A-Za-z0-9]{12}")


def client(service: str, role_arn: str = "", attempts: int = ATTEMPTS) -> Any:
    """A client, made once for each service and role: making one is slow and not thread-safe."""
    with _lock:
        return _made(service, role_arn, attempts)


def of_service(service: str, role_arn: str) -> Any:
    """A client for what AWS does by itself with a role: IAM holds it to the role's policies, and it
    is nobody's call in the journal, nor met by faults that do not name the owner."""
    with _lock:
        return _made(service, role_arn, ATTEMPTS, by_service=True)


def forget() -> None:
    """Forget every client: the endpoint or the roles are new."""
    _made.cache_clear()
    _session.cache_clear()


@cache
def _made(service: str, role_arn: str, attempts: int, *, by_service: bool = False) -> Any:
    keys: dict[str, Any] = {}
    if role_arn:
        credentials = credentials_of(role_arn, service)
        if by_service:
            _by_services.add(credentials["AWS_ACCESS_KEY_ID"])
        keys = {
            "aws_access_key_id": credentials["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": credentials["AWS_SECRET_ACCESS_KEY"],
            "aws_session_token": credentials["AWS_SESSION_TOKEN"],
        }
    config = Config(
        retries={"total_max_attempts": attempts, "mode": "standard"},
        max_pool_connections=50,
        read_timeout=READ_SECONDS,
        parameter_validation=False,
    )
    return _session().client(service, config=config, **keys)


@cache
def _session() -> boto3.session.Session:
    """One for all clients: each session keeps all that it read of every service and region, 16 MB."""
    return boto3.session.Session(region_name=REGION)


def role_of(access_key_id: str) -> str:
    """The role that these keys were made for; "" for the owner's own."""
    return _roles.get(access_key_id, "")


def caller_of(access_key_id: str) -> str:
    """Who calls with these keys: "owner", "anonymous", or the role's name without its stack."""
    if not access_key_id:
        return "anonymous"
    if access_key_id in _by_services:
        return "owner"
    name = role_of(access_key_id).rsplit("/", 1)[-1]
    found = _MADE_UP.fullmatch(name)
    return found.group(1) if found else name or "owner"


def credentials_of(role_arn: str, session: str) -> dict[str, str]:
    """Environment variables of a fresh session of the role."""
    role = sts_backends[ACCOUNT]["aws"].assume_role(
        region_name=REGION,
        role_session_name=session[:64],
        role_arn=role_arn,
        policy="",
        duration=12 * 3600,
        external_id="",
    )
    _roles[role.access_key_id] = role_arn
    return {
        "AWS_ACCESS_KEY_ID": role.access_key_id,
        "AWS_SECRET_ACCESS_KEY": role.secret_access_key,
        "AWS_SESSION_TOKEN": role.session_token,
    }
