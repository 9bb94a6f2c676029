"""A zip archive's own table: its end record, and the entries of its central directory.

Readers of zip differ wherever an archive contradicts itself, so one that does is refused: what is
inspected must be what Lambda unpacks. Nothing here reads more than it is given.
Format: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.12 to 4.3.16 and 4.5.3; names in 4.6.9.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

MAX_ENTRIES = 50_000
MAX_DIRECTORY = 16 * 1024 * 1024
UTF8 = 0x800
HEADER_SIZE = 30

_END = struct.Struct("<4s4H2LH")
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_FULL16, _FULL32 = 0xFFFF, 0xFFFFFFFF
_ZIP64, _SECOND_NAME = 1, 0x7075


class Unreadable(Exception):
    """The bytes are no zip archive that can be read; the text says why."""


class End(NamedTuple):
    """What the end record says of the directory."""

    entries: int
    size: int
    offset: int


class Entry(NamedTuple):
    """What the directory says of one file. `odd` is what is wrong with its name's bytes, if
    anything. A named tuple, because an archive has thousands and a dataclass takes thrice as long."""

    name: str
    method: int
    flags: int
    crc: int
    packed: int
    size: int
    offset: int
    mode: int
    name_length: int
    odd: str = ""

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/")

    @property
    def other_reading(self) -> str:
        """Its name to readers that take bytes for UTF-8 though the entry does not say so, as macOS
        packs them; "" when that is the same name, or none."""
        if self.flags & UTF8 or self.name.isascii():
            return ""
        try:
            return self.raw_name.decode()
        except UnicodeDecodeError:
            return ""

    @property
    def raw_name(self) -> bytes:
        """The name's bytes, which some readers take as they are, whatever the encoding said."""
        return self.name.encode("utf-8" if self.flags & UTF8 else "cp437", errors="replace")


def find_end(tail: bytes, tail_start: int) -> End:
    """`tail`: the file from `tail_start` to its end. Raises Unreadable."""
    at = _end_record(tail)
    _, disk, first_disk, here, count, size, offset, _ = _END.unpack_from(tail, at)
    end, stop = End(count, size, offset), tail_start + at
    locator = at - _END64_LOCATOR.size
    if locator >= 0 and tail[locator : locator + 4] == b"PK\x06\x07":
        end, stop = _zip64_end(tail, tail_start, locator, end)
    elif disk or first_disk or here != count:
        raise Unreadable("it is one of several parts. Pack it as one file.")
    if end.entries > MAX_ENTRIES:
        raise Unreadable(f"it has {end.entries:,} entries; {MAX_ENTRIES:,} are allowed.")
    if end.size > MAX_DIRECTORY or end.offset + end.size > tail_start + len(tail):
        raise Unreadable("its directory does not lie inside the file. It may be cut off.")
    if end.offset + end.size != stop:
        raise Unreadable(
            "its directory is not where its end says: something was put before it or in between."
        )
    return end


def _end_record(tail: bytes) -> int:
    """The one end record whose comment reaches the end of the file."""
    found = []
    at = tail.rfind(b"PK\x05\x06")
    seen = at >= 0 and len(tail) - at >= _END.size
    # A comment has at most 65,535 bytes.
    while at >= 0 and len(tail) - at <= _END.size + _FULL16:
        if len(tail) - at >= _END.size:
            comment = int.from_bytes(tail[at + 20 : at + 22], "little")
            if at + _END.size + comment == len(tail):
                found.append(at)
        at = tail.rfind(b"PK\x05\x06", 0, at + 3)
    # Most readers take the last signature for the end, whatever follows it.
    if found == [tail.rfind(b"PK\x05\x06")]:
        return found[0]
    if found:
        raise Unreadable("it has more than one end: readers would see different files.")
    if seen:
        raise Unreadable("its end is not the file's: it is cut off, or bytes follow its end.")
    raise Unreadable("it is not a zip archive, or its end is missing. It may be cut off.")


def _zip64_end(tail: bytes, tail_start: int, locator: int, small: End) -> tuple[End, int]:
    """The larger end record, and where it stands. What the small one says too must agree."""
    at = _END64_LOCATOR.unpack_from(tail, locator)[2] - tail_start
    if not 0 <= at <= locator - _END64.size or tail[at : at + 4] != b"PK\x06\x06":
        raise Unreadable("its zip64 end record does not lie where it says.")
    fields = _END64.unpack_from(tail, at)
    if at + 12 + fields[1] != locator or fields[6] != fields[7]:
        raise Unreadable("its zip64 end record is damaged.")
    large = End(fields[7], fields[8], fields[9])
    pairs = (
        (small.entries, large.entries, _FULL16),
        (small.size, large.size, _FULL32),
        (small.offset, large.offset, _FULL32),
    )
    if any(said not in (full, other) for said, other, full in pairs):
        raise Unreadable("it has two ends that say different things.")
    return large, tail_start + at


def entries(directory: bytes, count: int) -> Iterator[Entry]:
    """Raises Unreadable where the directory ends before or after its last entry."""
    at, whole = 0, len(directory)
    for _ in range(count):
        start = at + _CENTRAL.size
        if start > whole:
            raise Unreadable("its directory is damaged.")
        fields = _CENTRAL.unpack_from(directory, at)
        name_end = start + fields[10]
        extra_end = name_end + fields[11]
        at = extra_end + fields[12]
        if fields[0] != b"PK\x01\x02" or at > whole:
            raise Unreadable("its directory is damaged.")
        extra = directory[name_end:extra_end] if fields[11] else b""
        yield _entry(fields, directory[start:name_end], extra)
    if at != whole:
        raise Unreadable("its directory holds more than its end says.")


def _entry(fields: tuple[Any, ...], raw_name: bytes, extra: bytes) -> Entry:
    flags, packed, size, offset = fields[3], fields[8], fields[9], fields[16]
    if packed == _FULL32 or size == _FULL32 or offset == _FULL32:  # noqa: PLR1714 - thrice as fast
        packed, size, offset = _zip64(extra, packed, size, offset)
    odd = ""
    try:
        name = raw_name.decode("utf-8" if flags & UTF8 else "cp437")
    except UnicodeDecodeError:
        name = raw_name.decode("utf-8", errors="replace")
        odd = "has a name that is not the UTF-8 it claims to be."
    if extra and b"up" in extra:
        odd = _second_name(extra, raw_name, name) or odd
    return Entry(
        name, fields[4], flags, fields[7], packed, size, offset, fields[15] >> 16, fields[10], odd
    )


def _zip64(extra: bytes, packed: int, size: int, offset: int) -> tuple[int, int, int]:
    """Sizes and place that did not fit into 32 bits, in the order in which they stand."""
    for kind, body in _fields_of(extra):
        if kind == _ZIP64:
            values = iter(struct.unpack_from(f"<{len(body) // 8}Q", body))
            size = next(values, size) if size == _FULL32 else size
            packed = next(values, packed) if packed == _FULL32 else packed
            offset = next(values, offset) if offset == _FULL32 else offset
    return packed, size, offset


def _second_name(extra: bytes, raw_name: bytes, name: str) -> str:
    """Some readers take the name from Info-ZIP's extra field, others from the header."""
    seconds = [b for kind, b in _fields_of(extra) if kind == _SECOND_NAME and len(b) > 4]
    if not seconds:
        return ""
    # Once for all of them: a hostile entry has thousands, and a name of 65,535 bytes.
    current, alike = struct.pack("<L", zlib.crc32(raw_name)), (raw_name, name.encode())
    if any(body[1:5] == current and body[5:] not in alike for body in seconds):
        return "has a second name in an extra field, which some readers take instead."
    return ""


def _fields_of(extra: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if at + 4 + length > len(extra):
            if kind == _ZIP64:
                raise Unreadable("its directory has a damaged zip64 field.")
            return
        yield kind, extra[at + 4 : at + 4 + length]
        at += 4 + length
