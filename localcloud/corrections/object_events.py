"""S3 tells EventBridge about objects as AWS does.

moto 5.2.5 sends a constant id and sequencer, says `eTag` for `etag`, puts "ObjectCreated" into
`reason`, tells a multipart upload twice and every upload's tags as if they were added later, and of
versioned objects that are deleted nothing (moto/s3/notifications.py, moto/s3/models.py).
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

import itertools
import secrets
import threading
import time
from typing import Any

from flask import has_request_context, request
from moto.s3 import notifications
from moto.s3.models import S3Backend

from localcloud.account import ACCOUNT
from localcloud.events import Bus

_REASONS = {"Put": "PutObject", "Post": "POST Object", "Copy": "CopyObject"}
_count = itertools.count()
_complete = S3Backend.complete_multipart_upload
_delete = S3Backend.delete_object
_joining = threading.local()


def apply(bus: Bus) -> None:
    def send(_account: str, bucket: Any, event_name: str, key: Any) -> None:
        verb = event_name.rsplit(":", maxsplit=1)[-1]
        kind = notifications._detail_type(event_name)
        if _is_told_otherwise(kind, verb):
            return
        version = getattr(key, "version_id", None)
        bus.send(_event(kind, bucket, key, version, reason=_REASONS.get(verb, verb)))

    def delete_object(
        backend: S3Backend,
        bucket_name: str,
        key_name: str,
        version_id: str | None = None,
        **more: Any,
    ) -> Any:
        bucket = backend.get_bucket(bucket_name)
        key = backend.get_object(bucket_name, key_name, version_id=version_id)
        answer = _delete(backend, bucket_name, key_name, version_id=version_id, **more)
        told = bucket.notification_configuration
        if key is not None and told and told.event_bridge is not None:
            version = answer[1].get("version-id") or version_id
            marker = bucket.is_versioned and version_id is None
            bus.send(_event("Object Deleted", bucket, key, version, **_deletion(marker)))
        return answer

    notifications._send_event_bridge_message = send
    S3Backend.complete_multipart_upload = _complete_multipart_upload
    S3Backend.delete_object = delete_object


def _complete_multipart_upload(backend: S3Backend, *args: Any, **more: Any) -> Any:
    _joining.now = True
    try:
        return _complete(backend, *args, **more)
    finally:
        _joining.now = False


def _is_told_otherwise(kind: str, verb: str) -> bool:
    """Deletions by `delete_object`; parts that are put together once they are; tags that came with
    an upload not at all."""
    if kind == "Object Tags Added":
        return not (has_request_context() and "tagging" in request.args)
    joining = kind == "Object Created" and verb == "Put" and getattr(_joining, "now", False)
    return joining or kind == "Object Deleted"


def _deletion(marker: bool) -> dict[str, str]:
    how = "Delete Marker Created" if marker else "Permanently Deleted"
    return {"reason": "DeleteObject", "deletion-type": how}


def _event(kind: str, bucket: Any, key: Any, version: str | None, **more: str) -> dict[str, Any]:
    kept = {
        "key": key.name,
        "size": key.size,
        "etag": key.etag.replace('"', ""),
        "version-id": version,
        "sequencer": f"{int(time.time() * 1000):013X}{next(_count) % 0x1000:03X}",
    }
    detail = {
        "version": "0",
        "bucket": {"name": bucket.name},
        "object": {name: value for name, value in kept.items() if value is not None},
        "request-id": secrets.token_hex(8).upper(),
        "requester": ACCOUNT,
        "source-ip-address": "127.0.0.1",
        **more,
    }
    return {"detail-type": kind, "source": "aws.s3", "resources": [bucket.arn], "detail": detail}
