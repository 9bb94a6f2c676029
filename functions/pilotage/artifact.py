"""An artifact: one version of one object, and where its key says it goes."""

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

from pilotage.fault import Fault, shown

# The outcome's own key must fit into S3's 1,024 bytes.
MAX_PATH = 500
KEY_FORM = "<application>/<deployment group>/<file name>"


class Artifact(NamedTuple):
    """`uploaded_at` is ISO 8601 in UTC; `sequencer` orders the events of one key."""

    bucket: str
    key: str
    version_id: str
    size: int
    uploaded_at: str
    sequencer: str = ""
    uploader: str = ""

    @property
    def application(self) -> str:
        return self.key.split("/")[0]

    @property
    def group(self) -> str:
        return self.key.split("/")[1] if "/" in self.key else ""

    @property
    def file_name(self) -> str:
        return self.key.rsplit("/", 1)[-1]

    @property
    def key_digest(self) -> str:
        """Tells keys apart where there is no room for them: a key has up to 1,024 bytes."""
        return hashlib.sha256(self.key.encode(errors="replace")).hexdigest()[:16]

    @property
    def release_id(self) -> str:
        """`<application>/<group>/<version id>`: an uploader knows it from the upload's answer.

        A key of another depth names no target; its whole path stands there instead, so that two
        faulty uploads are still two releases.
        """
        parts = self.key.split("/")
        path = f"{parts[0]}/{parts[1]}" if len(parts) == 3 else self.key
        if len(path.encode()) > MAX_PATH:
            path = hashlib.sha256(path.encode()).hexdigest()
        return f"{path}/{self.version_id}"


def from_event(event: Mapping[str, Any]) -> Artifact:
    """Read EventBridge's "Object Created" event. Its keys are raw, not URL-encoded.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
    """
    detail = event["detail"]
    kept = detail["object"]
    return Artifact(
        bucket=detail["bucket"]["name"],
        key=kept["key"],
        version_id=kept.get("version-id", ""),
        size=int(kept.get("size", 0)),
        uploaded_at=event["time"],
        sequencer=kept.get("sequencer", ""),
        uploader=detail.get("requester", ""),
    )


def as_event(artifact: Artifact) -> dict[str, Any]:
    """The event that S3 would have sent, for an upload whose event never came."""
    return {
        "time": artifact.uploaded_at,
        "detail": {
            "bucket": {"name": artifact.bucket},
            "object": {
                "key": artifact.key,
                "version-id": artifact.version_id,
                "size": artifact.size,
                "sequencer": artifact.sequencer,
            },
        },
    }


def key_faults(key: str) -> list[Fault]:
    """Why a key names no target."""
    parts = key.split("/")
    place = f'key "{shown(key)}"'
    if len(parts) != 3 or not all(parts):
        reason = (
            f"has {len(parts)} part{'s' if len(parts) != 1 else ''} between slashes, not three."
        )
        if len(parts) == 3:
            reason = "has an empty part."
        return [Fault(place, reason, f"Upload to {KEY_FORM}.")]
    faults = []
    for part in parts:
        if part.startswith("_"):
            fix = "Give it a name that does not begin with an underscore."
            faults.append(Fault(place, f'"{shown(part)}" begins with "_", which is reserved.', fix))
    return faults
