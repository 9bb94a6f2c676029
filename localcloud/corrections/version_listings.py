"""A listing of versions begins behind its key marker, whether there is such a key or not.

moto 5.2.5 leaves out the first version behind a marker that is no key's, and lists the older ones of
a key that is (moto/s3/models.py, list_object_versions).
https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
"""

from typing import Any

from moto.s3.models import S3Backend

_list = S3Backend.list_object_versions


def apply() -> None:
    def list_object_versions(
        backend: S3Backend,
        bucket_name: str,
        delimiter: str | None = None,
        key_marker: str | None = None,
        max_keys: int | None = 1000,
        prefix: str = "",
        version_id_marker: str | None = None,
    ) -> Any:
        if key_marker and not version_id_marker and not delimiter:
            key_marker, version_id_marker = _last_up_to(backend, bucket_name, key_marker)
        return _list(
            backend, bucket_name, delimiter, key_marker, max_keys, prefix, version_id_marker
        )

    S3Backend.list_object_versions = list_object_versions


def _last_up_to(backend: S3Backend, bucket: str, marker: str) -> tuple[str | None, str | None]:
    """The last version, as versions are listed, of the last key that the marker leaves behind."""
    keys = backend.get_bucket(bucket).keys
    name = max((name for name in keys if name <= marker), default=None)
    if name is None:
        return None, None
    oldest = min(keys.getlist(name), key=lambda version: version.last_modified)
    return name, oldest.version_id
