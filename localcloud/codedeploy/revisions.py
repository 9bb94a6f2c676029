"""Revisions of an application: where its AppSpec is, or the AppSpec itself.

https://docs.aws.amazon.com/codedeploy/latest/userguide/application-revisions.html
"""

import re
from typing import Any

from localcloud.clock import Clock
from localcloud.codedeploy import choices
from localcloud.codedeploy.inputs import operations
from localcloud.codedeploy.model import (
    TEXT_MEMBERS,
    Application,
    Revision,
    Store,
    revision_key,
    sha256,
)
from localcloud.codedeploy.moments import moment
from localcloud.codedeploy.names import check_batch
from localcloud.codedeploy.pages import page
from localcloud.wire import AwsError, Params

MAX_BATCH = 25
MAX_DESCRIPTION = 256
_BODIES = {
    "AppSpecContent": "appSpecContent",
    "String": "string",
    "S3": "s3Location",
    "GitHub": "gitHubLocation",
}
_NEEDED = {
    "s3Location": ("bucket", "key", "bundleType"),
    "gitHubLocation": ("repository", "commitId"),
}
_PLATFORMS = {"GitHub": ("Server",), "String": ("Lambda",), "AppSpecContent": ("Lambda", "ECS")}
_TIMES = {
    "registerTime": "registered_at",
    "firstUsedTime": "first_used",
    "lastUsedTime": "last_used",
}
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_MAX_KEY_PREFIX = 1024


@operations
class Revisions:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def register_application_revision(self, params: Params) -> None:
        application = self._store.application(params["applicationName"])
        check_description(params)
        location = checked_revision(params["revision"], application, registered=False)
        revision = known_or_new(application, location, self._clock.now())
        if params.get("description"):
            revision.description = params["description"]

    def get_application_revision(self, params: Params) -> Params:
        """An AppSpec can be asked for by its hash alone."""
        application = self._store.application(params["applicationName"])
        _check_shape(params["revision"])
        revision = find(application, params["revision"])
        return {
            "applicationName": application.name,
            "revision": revision.location,
            "revisionInfo": _info(revision, application),
        }

    def list_application_revisions(self, params: Params) -> Params:
        application = self._store.application(params["applicationName"])
        _check_filter(params)
        targets = _targets(application)
        revisions = [
            revision
            for key, revision in list(application.revisions.items())
            if _matches(params, revision, key in targets)
        ]
        if name := _TIMES.get(params.get("sortBy", "")):
            descending = params.get("sortOrder") == "descending"
            revisions.sort(key=lambda found: getattr(found, name) or 0.0, reverse=descending)
        return page([revision.location for revision in revisions], params, "revisions")

    def batch_get_application_revisions(self, params: Params) -> Params:
        """Unknown revisions are left out: no error is modelled for them."""
        application = self._store.application(params["applicationName"])
        check_batch(params["revisions"], MAX_BATCH, "revisions")
        for location in params["revisions"]:
            _check_shape(location)
        found = [application.revisions.get(revision_key(r)) for r in params["revisions"]]
        shown = [
            {"revisionLocation": r.location, "genericRevisionInfo": _info(r, application)}
            for r in found
            if r
        ]
        missing = choices.NOT_ALL_FOUND if len(shown) < len(found) else None
        return {"applicationName": application.name, "revisions": shown, "errorMessage": missing}


def check_description(params: Params) -> None:
    if len(params.get("description") or "") > MAX_DESCRIPTION:
        message = f"The description is longer than {MAX_DESCRIPTION} characters"
        raise AwsError("DescriptionTooLongException", message)


def checked_revision(
    location: dict[str, Any], application: Application, registered: bool = True
) -> dict[str, Any]:
    """The revision as it is kept: an AppSpec's always has its hash. Raises InvalidRevision.

    The hash alone does where the revision may have been `registered` before.
    """
    kind, body = _check_shape(location)
    if application.platform not in _PLATFORMS.get(kind, (application.platform,)):
        raise _invalid(f"{application.platform} applications take no {kind} revisions")
    if kind in ("S3", "GitHub"):
        return location
    content, given = body.get("content") or "", body.get("sha256") or ""
    if not content and not (given and registered):
        raise _invalid("The AppSpec content is empty")
    if content and given and given.lower() != sha256(content):
        raise _invalid("The sha256 is not that of the content")
    if not content:
        return find(application, location).location
    return {**location, _BODIES[kind]: {"content": content, "sha256": sha256(content)}}


def known_or_new(application: Application, location: dict[str, Any], now: float) -> Revision:
    return application.revisions.setdefault(revision_key(location), Revision(location, now))


def find(application: Application, location: dict[str, Any]) -> Revision:
    revision = application.revisions.get(revision_key(location))
    if revision is None:
        raise AwsError("RevisionDoesNotExistException", "The specified revision does not exist")
    return revision


def without_content(revision: dict[str, Any] | None) -> dict[str, Any] | None:
    """Deployments never show an AppSpec's text; GetApplicationRevision does."""
    shown = dict(revision or {})
    for member in TEXT_MEMBERS:
        if shown.get(member):
            shown[member] = {**shown[member], "content": None}
    return shown or None


def _check_shape(location: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The kind of a revision and its body, which has what its kind needs."""
    kind = location.get("revisionType") or ""
    member = _BODIES.get(kind)
    body: dict[str, Any] = location.get(member or "") or {}
    if member is None or not body:
        raise _invalid(f"A revision needs a revisionType of {', '.join(_BODIES)} and its member")
    if absent := [name for name in _NEEDED.get(member, ()) if not body.get(name)]:
        raise _invalid(f"{member} needs {', '.join(absent)}")
    if kind == "GitHub" and len([p for p in body["repository"].split("/") if p]) != 2:
        raise _invalid("The repository must be written as owner/name")
    return kind, body


def _check_filter(params: Params) -> None:
    bucket, prefix = params.get("s3Bucket"), params.get("s3KeyPrefix")
    if prefix and not bucket:
        message = "A key prefix can be searched for in a named bucket only"
        raise AwsError("BucketNameFilterRequiredException", message)
    if bucket and not _BUCKET.fullmatch(bucket):
        raise AwsError("InvalidBucketNameFilterException", f"{bucket} is no name of a bucket")
    if prefix and len(prefix) > _MAX_KEY_PREFIX:
        message = f"A key prefix has at most {_MAX_KEY_PREFIX} characters"
        raise AwsError("InvalidKeyPrefixFilterException", message)


def _matches(params: Params, revision: Revision, is_target: bool) -> bool:
    place = revision.location.get("s3Location") or {}
    if params.get("s3Bucket") and place.get("bucket") != params["s3Bucket"]:
        return False
    if not str(place.get("key", "")).startswith(params.get("s3KeyPrefix") or ""):
        return False
    return {"include": is_target, "exclude": not is_target}.get(params.get("deployed", ""), True)


def _targets(application: Application) -> dict[str, list[str]]:
    """The groups by the revision that each of them is to have now."""
    found: dict[str, list[str]] = {}
    for group in list(application.groups.values()):
        if group.target_revision:
            found.setdefault(revision_key(group.target_revision), []).append(group.name)
    return found


def _info(revision: Revision, application: Application) -> Params:
    return {
        "description": revision.description or None,
        "deploymentGroups": _targets(application).get(revision_key(revision.location), []),
        "firstUsedTime": moment(revision.first_used),
        "lastUsedTime": moment(revision.last_used),
        "registerTime": moment(revision.registered_at),
    }


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidRevisionException", message)
