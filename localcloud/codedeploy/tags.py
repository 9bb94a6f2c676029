"""Tags of applications and deployment groups.

https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_TagResource.html
"""

import re
from collections.abc import Iterable

from localcloud.account import ACCOUNT, REGION
from localcloud.codedeploy.inputs import operations
from localcloud.codedeploy.model import Store
from localcloud.wire import AwsError, Params

_ARN = re.compile(r"arn:aws[a-z-]*:([a-z0-9-]+):([a-z0-9-]*):(\d*):(.+)")
# https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
MAX_TAGS, MAX_KEY, MAX_VALUE = 50, 128, 256


@operations
class Tags:
    def __init__(self, store: Store) -> None:
        self._store = store

    def tag_resource(self, params: Params) -> Params:
        tags = check_tags(params["Tags"])
        with self._store.lock:
            arn = self._existing(params["ResourceArn"])
            if len(self._store.tags.get(arn, {}) | tags) > MAX_TAGS:
                raise _invalid(f"A resource can have at most {MAX_TAGS} tags")
            tag(self._store, arn, tags)
        return {}

    def untag_resource(self, params: Params) -> Params:
        kept = self._store.tags.get(self._existing(params["ResourceArn"]), {})
        for key in params["TagKeys"]:
            kept.pop(key, None)
        return {}

    def list_tags_for_resource(self, params: Params) -> Params:
        """A resource that is not there has no tags: no error is modelled for it."""
        _parts(params["ResourceArn"])
        tags = dict(self._store.tags.get(params["ResourceArn"], {}))
        return {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}

    def _existing(self, arn: str) -> str:
        kind, _, name = _parts(arn).partition(":")
        if kind == "application":
            self._store.application(name)
        elif kind == "deploymentgroup":
            application, _, group = name.partition("/")
            self._store.application(application).group(group)
        else:
            self._store.configuration(name)
        return arn


def check_tags(tags: list[dict[str, str]] | None) -> dict[str, str]:
    """The tags by their keys. Raises InvalidTagsToAddException."""
    found = {given.get("Key") or "": given.get("Value") or "" for given in tags or []}
    if len(found) != len(tags or []):
        raise _invalid("The same key is given twice")
    if len(found) > MAX_TAGS:
        raise _invalid(f"A resource can have at most {MAX_TAGS} tags")
    for key, value in found.items():
        if not 1 <= len(key) <= MAX_KEY or key.lower().startswith("aws:"):
            raise _invalid(f"A key has 1 to {MAX_KEY} characters and does not begin with aws:")
        if len(value) > MAX_VALUE:
            raise _invalid(f"A value has at most {MAX_VALUE} characters")
    return found


def tag(store: Store, arn: str, tags: dict[str, str]) -> None:
    store.tags.setdefault(arn, {}).update(tags)


def retag(store: Store, old: Iterable[str], new: Iterable[str]) -> None:
    """Tags belong to the resource, whose ARN changes with its name."""
    kept = [store.tags.pop(arn, {}) for arn in old]
    for arn, tags in zip(new, kept, strict=True):
        tag(store, arn, tags)


def _parts(arn: str) -> str:
    """What stands behind the account. Raises for what is no ARN, or none that takes tags."""
    found = _ARN.fullmatch(arn)
    if not found:
        raise AwsError("InvalidArnException", f"{arn} is not an ARN")
    service, region, account, resource = found.groups()
    kinds = ("application:", "deploymentgroup:", "deploymentconfig:")
    if (service, region, account) != ("codedeploy", REGION, ACCOUNT) or not resource.startswith(
        kinds
    ):
        message = f"{arn} is no application, deployment group or configuration of this account"
        raise AwsError("ArnNotSupportedException", message)
    return resource


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidTagsToAddException", message)
