"""Whose keys signed a request, and the policies that they are held to: roles and users.

Keys that nobody made here are the account owner's: whoever rehearses may use any.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from moto.iam.models import User, iam_backends
from moto.sts.models import sts_backends

from localcloud import clients
from localcloud.account import ACCOUNT

Policies = tuple[tuple[str, Mapping[str, Any]], ...]


@dataclass(frozen=True)
class Principal:
    """`arn` of the role or user; its identity policies by name."""

    arn: str
    policies: Policies

    @property
    def name(self) -> str:
        return self.arn.rsplit("/", 1)[-1]


def principal_of(access_key_id: str) -> Principal | None:
    """None for the account's owner, who may do everything."""
    if role := clients.role_of(access_key_id) or _assumed(access_key_id):
        return Principal(role, tuple(_of_role(role)))
    if user := _user(access_key_id):
        return Principal(user.arn, tuple(_of_user(user)))
    return None


def _assumed(access_key_id: str) -> str:
    """The role whose session somebody asked STS for."""
    found = sts_backends[ACCOUNT]["aws"].get_assumed_role_from_access_key(access_key_id)
    return str(found.role_arn) if found else ""


def _user(access_key_id: str) -> User | None:
    for user in list(iam_backends[ACCOUNT]["aws"].users.values()):
        if any(key.access_key_id == access_key_id for key in user.access_keys):
            return user
    return None


def _of_role(role_arn: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    name = role_arn.rsplit("/", 1)[-1]
    roles = iam_backends[ACCOUNT]["aws"].roles.values()
    role = next((role for role in list(roles) if role.name == name), None)
    if role is None:
        return
    for policy_name, text in role.policies.items():
        yield policy_name, _document(text)
    yield from _managed(role.managed_policies.values())


def _of_user(user: User) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for policy_name, text in user.policies.items():
        yield policy_name, _document(text)
    yield from _managed(user.managed_policies.values())
    for group in list(iam_backends[ACCOUNT]["aws"].groups.values()):
        if user in group.users:
            for policy_name, text in group.policies.items():
                yield policy_name, _document(text)
            yield from _managed(group.managed_policies.values())


def _managed(policies: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for policy in policies:
        yield policy.name, _document(next(v.document for v in policy.versions if v.is_default))


def _document(text: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(text) if isinstance(text, str) else text
    return found
