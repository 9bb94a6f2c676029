"""What is in a zip archive, read from its end: the central directory, and one small member.

Of a large archive only the directory is fetched: one read of the tail, one of the directory when
it does not fit into the tail, one of the manifest. Offsets and sizes are the archive's own claims
and are checked before they are believed.
Format: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.12 to 4.3.16.
"""

import stat
import struct
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from pilotage.fault import Fault, few, shown

# Lambda's quotas: 250 MB unzipped, layers included.
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MAX_UNZIPPED = 250 * 1024 * 1024
MAX_ENTRIES = 50_000
MAX_RATIO = 200
RATIO_COUNTS_FROM = 10 * 1024 * 1024
MAX_MEMBER = 64 * 1024
MAX_DIRECTORY = 16 * 1024 * 1024

TAIL = 512 * 1024

_END = struct.Struct("<4s4H2LH")
_END64_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")


class Unreadable(Exception):
    """The bytes are no zip archive that can be read; the text says why."""


class Source(Protocol):
    """A thing with a size, of which byte ranges can be read."""

    size: int

    def read(self, start: int, length: int) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    method: int
    flags: int
    packed: int
    size: int
    offset: int
    mode: int

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/")


class Archive:
    """The directory of an archive. Raises Unreadable from the constructor."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._tail_start = max(0, source.size - TAIL)
        self._tail = source.read(self._tail_start, source.size - self._tail_start)
        count, size, offset = _find_end(self._tail, self._tail_start, source)
        if count > MAX_ENTRIES:
            raise Unreadable(f"it has {count:,} entries; {MAX_ENTRIES:,} are allowed.")
        if size > MAX_DIRECTORY or offset + size > source.size:
            raise Unreadable("its directory does not lie inside the file. It may be cut off.")
        directory = self._range(offset, size)
        self.directory_size = size
        self.entries = tuple(_entries(directory, count))

    def named(self, *names: str) -> Entry | None:
        """The first entry of one of these names, in the order of the names."""
        by_name = {entry.name: entry for entry in self.entries}
        return next((by_name[name] for name in names if name in by_name), None)

    def read(self, entry: Entry) -> bytes:
        """The bytes of one small member. Raises Unreadable when it lies about itself."""
        if entry.size > MAX_MEMBER or entry.packed > MAX_MEMBER:
            raise Unreadable(f"{shown(entry.name)} is larger than {MAX_MEMBER // 1024} KiB.")
        if entry.flags & 0x1:
            raise Unreadable(f"{shown(entry.name)} is encrypted.")
        # One read for header and data: the header's own name and extra field are of unknown
        # length, so room for both is read along.
        room = _LOCAL.size + len(entry.name.encode()) + 1024
        chunk = self._range(
            entry.offset, min(room + entry.packed, self._source.size - entry.offset)
        )
        if len(chunk) < _LOCAL.size or chunk[:4] != b"PK\x03\x04":
            raise Unreadable(f"{shown(entry.name)} has no header where the directory says.")
        header = _LOCAL.unpack_from(chunk)
        start = _LOCAL.size + header[9] + header[10]
        packed = chunk[start : start + entry.packed]
        if len(packed) < entry.packed:
            packed = self._range(entry.offset + start, entry.packed)
        return _inflate(entry, packed)

    def _range(self, start: int, length: int) -> bytes:
        if length <= 0:
            return b""
        if start >= self._tail_start:
            first = start - self._tail_start
            return self._tail[first : first + length]
        return self._source.read(start, length)


def _find_end(tail: bytes, tail_start: int, source: Source) -> tuple[int, int, int]:
    """Entries, size and offset of the directory."""
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise Unreadable("it is not a zip archive, or its end is missing. It may be cut off.")
    _, _, _, _, count, size, offset, _ = _END.unpack_from(tail, at)
    if count != 0xFFFF and size != 0xFFFFFFFF and offset != 0xFFFFFFFF:
        return count, size, offset
    locator = at - _END64_LOCATOR.size
    if locator < 0 or tail[locator : locator + 4] != b"PK\x06\x07":
        return count, size, offset
    end64 = _END64_LOCATOR.unpack_from(tail, locator)[2]
    if end64 + _END64.size > source.size or end64 < tail_start:
        raise Unreadable("its zip64 end record does not lie where it says.")
    record = tail[end64 - tail_start : end64 - tail_start + _END64.size]
    if len(record) < _END64.size or record[:4] != b"PK\x06\x06":
        raise Unreadable("its zip64 end record is damaged.")
    fields = _END64.unpack(record)
    return fields[7], fields[8], fields[9]


def _entries(directory: bytes, count: int) -> Iterator[Entry]:
    at = 0
    for _ in range(count):
        if directory[at : at + 4] != b"PK\x01\x02" or len(directory) - at < _CENTRAL.size:
            raise Unreadable("its directory is damaged.")
        fields = _CENTRAL.unpack_from(directory, at)
        flags, method, packed, size = fields[3], fields[4], fields[8], fields[9]
        name_length, extra_length, comment_length = fields[10], fields[11], fields[12]
        start = at + _CENTRAL.size
        raw_name = directory[start : start + name_length]
        extra = directory[start + name_length : start + name_length + extra_length]
        offset = fields[16]
        if 0xFFFFFFFF in (packed, size, offset):
            packed, size, offset = _zip64(extra, packed, size, offset)
        name = raw_name.decode("utf-8" if flags & 0x800 else "cp437", errors="replace")
        yield Entry(name, method, flags, packed, size, offset, fields[15] >> 16)
        at = start + name_length + extra_length + comment_length


def _zip64(extra: bytes, packed: int, size: int, offset: int) -> tuple[int, int, int]:
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if at + 4 + length > len(extra):
            raise Unreadable("its directory has a damaged zip64 field.")
        if kind == 1:
            values = iter(struct.unpack_from(f"<{length // 8}Q", extra, at + 4))
            size = next(values, size) if size == 0xFFFFFFFF else size
            packed = next(values, packed) if packed == 0xFFFFFFFF else packed
            offset = next(values, offset) if offset == 0xFFFFFFFF else offset
        at += 4 + length
    return packed, size, offset


def _inflate(entry: Entry, packed: bytes) -> bytes:
    if entry.method == 0:
        return packed
    if entry.method != zlib.DEFLATED:
        raise Unreadable(f"{shown(entry.name)} is packed with a method other than deflate.")
    try:
        body = zlib.decompressobj(-15).decompress(packed, MAX_MEMBER + 1)
    except zlib.error as error:
        raise Unreadable(f"{shown(entry.name)} cannot be unpacked ({error}).") from error
    if len(body) != entry.size:
        raise Unreadable(f"{shown(entry.name)} is not as large as the directory says.")
    return body


def content_faults(archive: Archive) -> list[Fault]:
    """Everything in the directory that must not be published."""
    faults = [fault for entry in archive.entries for fault in _entry_faults(entry)]
    names = [entry.name for entry in archive.entries]
    twice = next((name for name, times in Counter(names).items() if times > 1), None)
    if twice is not None:
        faults.append(Fault(f'entry "{shown(twice)}"', "stands in the archive twice."))
    return [*few(faults, 10), *size_faults(archive, 0)]


def size_faults(archive: Archive, layers: int) -> list[Fault]:
    """`layers`: bytes of the function's layers, which count too."""
    unzipped = sum(entry.size for entry in archive.entries)
    packed = sum(entry.packed for entry in archive.entries)
    if unzipped + layers > MAX_UNZIPPED:
        what = "its code with its layers is" if layers else "it is"
        reason = f"{what} {(unzipped + layers) / 1024**2:,.0f} MB unzipped; Lambda takes 250 MB."
        return [Fault("archive", reason, "Take out what the function does not need.")]
    if unzipped > RATIO_COUNTS_FROM and unzipped > packed * MAX_RATIO:
        reason = f"it unpacks to {unzipped // max(packed, 1):,} times its size."
        return [Fault("archive", reason, "No code does that; look at what was packed.")]
    return []


def _entry_faults(entry: Entry) -> Iterator[Fault]:
    place = f'entry "{shown(entry.name)}"'
    parts = entry.name.replace("\\", "/").split("/")
    if entry.name.startswith(("/", "\\")) or (len(parts[0]) == 2 and parts[0][1] == ":"):
        yield Fault(place, "has an absolute name.", "Pack with names relative to the code.")
    if ".." in parts:
        yield Fault(place, "climbs out of the archive with `..`.", "Pack from inside the folder.")
    if "\0" in entry.name:
        yield Fault(place, "has a null byte in its name.")
    if stat.S_ISLNK(entry.mode):
        yield Fault(place, "is a symbolic link.", "Pack the file itself (zip without -y).")
    elif stat.S_IFMT(entry.mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        yield Fault(place, "is a device or a pipe, not a file.")
    if entry.flags & 0x1:
        yield Fault(place, "is encrypted.", "Pack without a password.")
