"""S3 verifies the checksum that an upload gives, keeps it, and tells one of parts as such.

moto 5.2.5 takes any checksum unseen, forgets one whose algorithm is not named beside it, and leaves
the number of parts out of HeadObject's answer (moto/s3/responses.py, S3Response._get_checksum and
head_object).
https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
"""

from typing import Any

from moto.s3.exceptions import S3ClientError
from moto.s3.models import MultipartChecksumBuilder
from moto.s3.responses import S3Response
from moto.s3.utils import compute_checksum

_ALGORITHMS = ("SHA256", "SHA1", "CRC32", "CRC32C", "CRC64NVME")
# Those that moto computes itself, whatever else is installed.
_VERIFIED = ("SHA256", "SHA1", "CRC32")
_get_checksum = S3Response._get_checksum
_build = MultipartChecksumBuilder.build


class BadDigest(S3ClientError):  # type: ignore[misc]
    def __init__(self, algorithm: str) -> None:
        text = f"The {algorithm} you specified did not match the calculated checksum."
        super().__init__("BadDigest", text)


def apply() -> None:
    S3Response._get_checksum = _verified
    MultipartChecksumBuilder.build = _of_parts


def _verified(response: S3Response, answer_headers: dict[str, Any]) -> tuple[str, str | None]:
    given = next((a for a in _ALGORITHMS if response.headers.get(_header(a))), "")
    if not given:
        found: tuple[str, str | None] = _get_checksum(response, answer_headers)
        return found
    value = response.headers[_header(given)]
    if given in _VERIFIED and compute_checksum(response.body or b"", given).decode() != value:
        raise BadDigest(given)
    answer_headers[_header(given)] = value
    return given, value


def _of_parts(builder: MultipartChecksumBuilder) -> Any:
    """With its type, GetObject would write the number of parts behind it a second time."""
    kind, value, parts = _build(builder)
    return ("", f"{value}-{parts}", parts) if kind == "COMPOSITE" else (kind, value, parts)


def _header(algorithm: str) -> str:
    return f"x-amz-checksum-{algorithm.lower()}"
