"""S3 tells EventBridge about objects as AWS does.

moto 5.2.5 sends a constant id and sequencer, says `eTag` for `etag`, puts "ObjectCreated" into
`reason`, and tells a multipart upload twice (moto/s3/notifications.py).
https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
"""

import itertools
import secrets
import time
from typing import Any

from moto.s3 import notifications

from localcloud.account import ACCOUNT
from localcloud.events import Bus

_REASONS = {"Put": "PutObject", "Post": "POST Object", "Copy": "CopyObject"}
_count = itertools.count()


def apply(bus: Bus) -> None:
    told: set[tuple[str, str, str]] = set()

    def send(account_id: str, bucket: Any, event_name: str, key: Any) -> None:
        detail_type = notifications._detail_type(event_name)
        version = getattr(key, "version_id", None)
        this = (bucket.name, key.name, str(version))
        if detail_type == "Object Created" and version:
            if this in told:
                return
            told.add(this)
        bus.send(
            {
                "detail-type": detail_type,
                "source": "aws.s3",
                "resources": [bucket.arn],
                "detail": _detail(bucket.name, key, version, event_name),
            }
        )

    notifications._send_event_bridge_message = send


def _detail(bucket: str, key: Any, version: str | None, event_name: str) -> dict[str, Any]:
    kept = {
        "key": key.name,
        "size": key.size,
        "etag": key.etag.replace('"', ""),
        "version-id": version,
        "sequencer": f"{int(time.time() * 1000):013X}{next(_count) % 0x1000:03X}",
    }
    verb = event_name.rsplit(":", maxsplit=1)[-1]
    return {
        "version": "0",
        "bucket": {"name": bucket},
        "object": {name: value for name, value in kept.items() if value is not None},
        "request-id": secrets.token_hex(8).upper(),
        "requester": ACCOUNT,
        "source-ip-address": "127.0.0.1",
        "reason": _REASONS.get(verb, verb),
    }
