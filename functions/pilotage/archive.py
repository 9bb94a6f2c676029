"""What is in a zip archive, read from its end: the central directory, and one small member.

Of a large archive only the directory is fetched: one read of the tail, one of what of the directory
does not fit into the tail, one of the manifest. So time and memory are bounded by the directory (at
most 16 MiB) and never by the archive. Offsets and sizes are the archive's own claims and are checked
before they are believed.
"""

import struct
import zlib
from typing import Protocol

from pilotage.archive_directory import HEADER_SIZE, UTF8, Entry, Unreadable, entries, find_end
from pilotage.fault import shown

__all__ = ["MAX_MEMBER", "TAIL", "Archive", "Entry", "Source", "Unreadable"]

MAX_MEMBER = 64 * 1024
TAIL = 512 * 1024
# What starts a zipapp or a pex; their own are smaller.
MAX_SCRIPT = 64 * 1024
# A local header's extra field is of unknown length; most are shorter.
_ROOM_FOR_EXTRA = 1024

_LOCAL = struct.Struct("<4s5H3L2H")
_ENCRYPTED, _SIZES_FOLLOW = 0x1, 0x8


class Source(Protocol):
    """A thing with a size, of which byte ranges can be read."""

    size: int

    def read(self, start: int, length: int) -> bytes: ...


class Archive:
    """The directory of an archive. Raises Unreadable from the constructor."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._tail_start = max(0, source.size - TAIL)
        self._tail = source.read(self._tail_start, source.size - self._tail_start)
        end = find_end(self._tail, self._tail_start)
        self.directory_size, self.directory_offset = end.size, end.offset
        self.entries = tuple(entries(self._range(end.offset, end.size), end.entries))

    def named(self, *names: str) -> Entry | None:
        """The first entry of one of these names, in the order of the names."""
        by_name = {entry.name: entry for entry in self.entries if entry.name in names}
        return next((by_name[name] for name in names if name in by_name), None)

    def begins_as_script(self, first: int) -> bool:
        """Whether what stands before its `first` entry is a script, and hides no other entry."""
        if first > MAX_SCRIPT:
            return False
        script = self._range(0, first)
        return script[:2] == b"#!" and b"PK\x03\x04" not in script

    def read(self, entry: Entry) -> bytes:
        """The bytes of one small member. Raises Unreadable when it lies about itself."""
        if entry.size > MAX_MEMBER or entry.packed > MAX_MEMBER:
            raise Unreadable(f"{shown(entry.name)} is larger than {MAX_MEMBER // 1024} KiB.")
        if entry.flags & _ENCRYPTED:
            raise Unreadable(f"{shown(entry.name)} is encrypted.")
        # One read for header and data.
        wanted = HEADER_SIZE + entry.name_length + _ROOM_FOR_EXTRA + entry.packed
        chunk = self._range(entry.offset, min(wanted, self.directory_offset - entry.offset))
        start = _data_start(entry, chunk)
        packed = chunk[start : start + entry.packed]
        if len(packed) < entry.packed:
            left = self.directory_offset - entry.offset - start
            packed = self._range(entry.offset + start, min(entry.packed, left))
        return _inflate(entry, packed)

    def _range(self, start: int, length: int) -> bytes:
        """Bytes of the file; what the tail holds is not fetched again."""
        if length <= 0:
            return b""
        in_tail = start - self._tail_start
        if in_tail >= 0:
            return self._tail[in_tail : in_tail + length]
        before = self._source.read(start, min(length, -in_tail))
        return before + self._tail[: max(0, length + in_tail)]


def _data_start(entry: Entry, chunk: bytes) -> int:
    """Where the data stands after the entry's own header, which must say what the directory says."""
    name = shown(entry.name)
    if len(chunk) < _LOCAL.size or chunk[:4] != b"PK\x03\x04":
        raise Unreadable(f"{name} has no header where the directory says.")
    _, _, flags, method, _, _, crc, packed, size, name_length, extra_length = _LOCAL.unpack_from(
        chunk
    )
    raw_name = chunk[HEADER_SIZE : HEADER_SIZE + name_length]
    if raw_name.decode("utf-8" if flags & UTF8 else "cp437", errors="replace") != entry.name:
        raise Unreadable(f"{name} has another name at its header than in the directory.")
    sizes = (crc, packed, size)
    told = not flags & _SIZES_FOLLOW and 0xFFFFFFFF not in sizes
    if method != entry.method or (told and sizes != (entry.crc, entry.packed, entry.size)):
        raise Unreadable(f"{name} says another thing at its header than in the directory.")
    return HEADER_SIZE + int(name_length) + int(extra_length)


def _inflate(entry: Entry, packed: bytes) -> bytes:
    name, body = shown(entry.name), packed
    if entry.method not in (0, zlib.DEFLATED):
        raise Unreadable(f"{name} is packed with a method other than deflate.")
    if entry.method:
        unpacker = zlib.decompressobj(-15)
        try:
            body = unpacker.decompress(packed, MAX_MEMBER + 1)
        except zlib.error as error:
            raise Unreadable(f"{name} cannot be unpacked ({error}).") from error
    if len(body) != entry.size:
        raise Unreadable(f"{name} is not as large as the directory says.")
    if entry.method and (not unpacker.eof or unpacker.unused_data):
        raise Unreadable(f"{name} cannot be unpacked (its data ends elsewhere).")
    if zlib.crc32(body) != entry.crc:
        raise Unreadable(f"{name} is damaged: its checksum is another.")
    return body
