"""Zip archives written by hand, so that every field can lie.

Format: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.
"""

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

UTF8 = 0x800
UNIX = 3 << 8 | 20
FULL = 0xFFFFFFFF


@dataclass(frozen=True)
class Member:
    """One entry. `central` and `local` overrule fields of the two headers by their names: method,
    flags, crc, packed, size, and `offset` and `mode` of the central one. `shares` writes no local
    header: the entry points at that of the entry before."""

    name: bytes | str
    body: bytes = b"x"
    method: int = 8
    flags: int = UTF8
    mode: int = 0o100644
    extra: bytes = b""
    data: bytes | None = None
    local_name: bytes | None = None
    shares: bool = False
    central: Mapping[str, int] = field(default_factory=dict)
    local: Mapping[str, int] = field(default_factory=dict)

    @property
    def raw_name(self) -> bytes:
        return self.name.encode() if isinstance(self.name, str) else self.name

    @property
    def packed(self) -> bytes:
        if self.data is not None:
            return self.data
        return deflated(self.body) if self.method == 8 else self.body

    def fields(self, offset: int) -> dict[str, int]:
        return {
            "method": self.method,
            "flags": self.flags,
            "crc": zlib.crc32(self.body),
            "packed": len(self.packed),
            "size": len(self.body),
            "offset": offset,
            "mode": self.mode,
        }


def deflated(body: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(body) + packer.flush()


def packed(
    members: Sequence[Member],
    prefix: bytes = b"",
    between: bytes = b"",
    comment: bytes = b"",
    end: Mapping[str, int] | None = None,
    zip64: Mapping[str, int] | None = None,
    moved: int = 0,
) -> bytes:
    """`prefix` stands before all, `between` between directory and end. `end` overrules the end
    record's fields (disk, entries_here, entries, size, offset, comment). `zip64` writes a zip64 end
    and overrules its fields. `moved` is added to every offset."""
    body, directory = bytearray(prefix), bytearray()
    offset = 0
    for member in members:
        if not member.shares:
            offset = len(body)
            body += local_header(member, offset) + member.packed
        directory += central_header(member, offset + moved)
    fields: dict[str, Any] = {
        "disk": 0,
        "entries_here": len(members),
        "entries": len(members),
        "size": len(directory),
        "offset": len(body) + moved,
        "comment": len(comment),
    }
    body += directory + between
    if zip64 is not None:
        body += zip64_end({**fields, **zip64}, len(body))
    return bytes(body) + end_record({**fields, **(end or {})}) + comment


def local_header(member: Member, offset: int) -> bytes:
    f = {**member.fields(offset), **member.local}
    name = member.raw_name if member.local_name is None else member.local_name
    sizes = (f["crc"], f["packed"], f["size"], len(name), 0)
    return (
        struct.pack("<4s5H3L2H", b"PK\3\4", 20, f["flags"], f["method"], 0, 0x5A21, *sizes) + name
    )


def central_header(member: Member, offset: int) -> bytes:
    f = {**member.fields(offset), **member.central}
    lengths = (len(member.raw_name), len(member.extra), 0, 0, 0)
    head = struct.pack(
        "<4s6H3L5H2L",
        b"PK\1\2",
        UNIX,
        20,
        f["flags"],
        f["method"],
        0,
        0x5A21,
        f["crc"],
        f["packed"],
        f["size"],
        *lengths,
        f["mode"] << 16,
        f["offset"],
    )
    return head + member.raw_name + member.extra


def end_record(f: Mapping[str, int]) -> bytes:
    counts = (f["disk"], 0, f["entries_here"], f["entries"])
    return struct.pack("<4s4H2LH", b"PK\5\6", *counts, f["size"], f["offset"], f["comment"])


def zip64_end(f: Mapping[str, int], at: int) -> bytes:
    length, where = f.get("length", 44), f.get("at", at)
    counts = (f["entries_here"], f["entries"])
    record = struct.pack(
        "<4sQ2H2L4Q", b"PK\6\6", length, 45, 45, 0, 0, *counts, f["size"], f["offset"]
    )
    return record + struct.pack("<4sLQL", b"PK\6\7", 0, where, 1)


def zip64_field(*values: int) -> bytes:
    """The extra field that holds what does not fit into 32 bits."""
    return struct.pack(f"<2H{len(values)}Q", 1, 8 * len(values), *values)


def unicode_name_field(raw_name: bytes, name: str) -> bytes:
    """Info-ZIP's second name of an entry (APPNOTE 4.6.9)."""
    body = struct.pack("<BL", 1, zlib.crc32(raw_name)) + name.encode()
    return struct.pack("<2H", 0x7075, len(body)) + body
