"""Hostile archives of every known kind, each with what inspection must say of it.

Sources of the kinds: D. Fifield, "A better zip bomb" (overlapping entries, quoting);
R. Cox, "Zip Files All The Way Down" (an archive that holds itself); Python's zipfile tests and
CVE lists of unpackers for the rest.
"""

import io
import stat
import struct
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.hostile.zips import (
    FULL,
    Member,
    deflated,
    packed,
    unicode_name_field,
    zip64_field,
)

MANIFEST = Member("pilotage.yml", b"release: {version: 1.0.0}\n")
APP = Member("app.py", b"def handler(event, context): return 1\n")
PLAIN = (MANIFEST, APP)
FINE = ""


@dataclass(frozen=True)
class Case:
    """`says` is what must stand in the reason; FINE when there is nothing to say. `why` tells why
    a strange archive may be released all the same."""

    name: str
    make: Callable[[], bytes]
    says: str
    why: str = ""


def with_member(member: Member, **options) -> Callable[[], bytes]:
    return lambda: packed([*PLAIN, member], **options)


def zeros(megabytes: int, name: str = "zeros") -> Member:
    return Member(name, b"\0" * (megabytes * 1024 * 1024))


def bombs() -> Iterator[Case]:
    yield Case("ratio of a thousand", with_member(zeros(20)), "times its size")
    yield Case("more than Lambda takes", with_member(claiming(251)), "Lambda takes 250 MB")
    yield Case("many small bombs", many_bombs, "Lambda takes 250 MB")
    yield Case("overlapping entries", overlapping, "overlap")
    yield Case("one body under many names", shared_bodies, "overlap")
    yield Case("entry that quotes the next one's header", quoting, "overlap")
    nested = packed([Member("inner.zip", packed([zeros(20)]))])
    yield Case(
        "archive within an archive",
        with_member(Member("42.zip", nested)),
        FINE,
        "Lambda unpacks one level; an inner archive is a file like any other",
    )
    quine = with_member(Member("r.zip", packed(PLAIN)))
    yield Case("archive that holds its like", quine, FINE, "nobody unpacks what is inside")
    lie = Member("small", b"\0" * 5_000_000, central={"size": 10})
    yield Case(
        "entry larger than it says",
        with_member(lie),
        FINE,
        "only members that are read are unpacked here; Lambda holds the rest to its own limit",
    )
    small = {"size": 60}
    huge = Member("pilotage.yml", b"\0" * 50_000_000, central=small, local=small)
    yield Case("manifest larger than it says", lambda: packed([huge]), "not as large as")
    large = Member("pilotage.yml", b"#" * 70_000)
    yield Case("manifest too large", lambda: packed([large]), "larger than 64 KiB")


def claiming(megabytes: int, name: str = "zeros") -> Member:
    """As large as it likes to say; what it holds is a megabyte."""
    return Member(name, data=deflated(b"\0" * 1024 * 1024), central={"size": megabytes * 1024**2})


def many_bombs() -> bytes:
    return packed([claiming(1, f"z{n}") for n in range(300)])


def overlapping() -> bytes:
    """Sizes that add up to little, of bodies that lie within each other."""
    inner = Member("b", b"b" * 100, 0)
    outer = Member("a", b"a" * 50, 0, central={"packed": 120, "size": 120})
    return packed([outer, inner])


def shared_bodies() -> bytes:
    first = Member("0", b"kernel" * 1000)
    return packed([first, *(Member(str(n), first.body, shares=True) for n in range(1, 200))])


def quoting() -> bytes:
    """The first entry's body goes on over the header of the second and its body."""
    second = Member("second", b"kernel" * 100, 0)
    reach = 30 + len("second") + 600
    return packed([Member("first", b"", 0, central={"packed": reach, "size": reach}), second])


def methods() -> Iterator[Case]:
    for number, name in ((9, "deflate64"), (12, "bzip2"), (14, "lzma"), (93, "zstd"), (200, "?")):
        member = Member("lib.bin", b"body", number)
        yield Case(f"method {name}", with_member(member), f"method {number}")
    unknown = Member("pilotage.yml", b"a: 1", 9)
    yield Case("manifest by another method", lambda: packed([unknown]), "method")
    for flag, name in ((0x1, "password"), (0x41, "strong encryption"), (0x2001, "masked header")):
        member = Member("secret", flags=flag | 0x800)
        yield Case(name, with_member(member), "is encrypted")
    locked = Member("pilotage.yml", b"a: 1", flags=0x801)
    yield Case("manifest with a password", lambda: packed([locked]), "is encrypted")


def two_truths() -> Iterator[Case]:
    """What one reader sees and another does not."""
    other = Member("pilotage.yml", b"a: 1", local_name=b"pilotage.txt")
    yield Case("manifest of another name at its header", lambda: packed([other]), "another name")
    method = Member("pilotage.yml", b"a: 1", local={"method": 0})
    yield Case("manifest of another method at its header", lambda: packed([method]), "header")
    size = Member("pilotage.yml", b"a: 1", local={"size": 400})
    yield Case("manifest of another size at its header", lambda: packed([size]), "header")
    crc = Member("pilotage.yml", b"a: 1", central={"crc": 7}, local={"crc": 7})
    yield Case("manifest with a wrong checksum", lambda: packed([crc]), "checksum")
    rest = Member("pilotage.yml", b"a: 1", data=deflated(b"a: 1") + b"and more")
    yield Case("manifest with bytes after its end", lambda: packed([rest]), "cannot be unpacked")
    short = Member("pilotage.yml", b"a: 1", data=deflated(b"a: 1")[:-2])
    yield Case("manifest cut off", lambda: packed([short]), "pilotage.yml")
    stored = Member("pilotage.yml", b"a: 1", 0, central={"size": 2}, local={"size": 2})
    yield Case("stored manifest of two sizes", lambda: packed([stored]), "not as large as")
    elsewhere = Member("lib.py", b"1", local_name=b"other.py")
    yield Case(
        "file of another name at its header",
        with_member(elsewhere),
        FINE,
        "the directory decides; the headers of what is not read are not looked at",
    )
    renamed = Member("lib.py", extra=unicode_name_field(b"lib.py", "evil.py"))
    yield Case("two names by an extra field", with_member(renamed), "second name")
    same = Member(
        "naïve.py".encode(),
        flags=0,
        extra=unicode_name_field("naïve.py".encode(), "naïve.py"),
    )
    fields = struct.pack("<2H", 0x7075, 0) * 16_383
    often = [Member(f"{n}" + "n" * 65_000, extra=fields) for n in range(16)]
    yield Case(
        "thousands of second names", lambda: packed([*PLAIN, *often]), "longer than 255 bytes"
    )
    yield Case("name written twice the same", with_member(same), FINE, "as Info-ZIP writes it")


def lying_ends() -> Iterator[Case]:
    yield Case("comment of 65,535 bytes", with_member(APP2, comment=b"c" * 65535), FINE, "legal")
    two = with_member(APP2, comment=packed([Member("evil.py")]))
    yield Case("archive within the comment", two, "more than one end")
    bait = with_member(APP2, comment=b"PK\5\6" + b"\xff" * 30)
    yield Case("signature within the comment", bait, "more than one end")
    other = with_member(APP2, comment=packed([Member("evil.py")]) + b"!")
    yield Case("archive within the comment, and a byte", other, "more than one end")
    torn = with_member(APP2, comment=b"c" * 30 + b"PK\5\6")
    yield Case("signature at the comment's end", torn, "more than one end")
    more = with_member(APP2, end={"comment": 500})
    yield Case("comment longer than the file", more, "cut off")
    less = with_member(APP2, comment=b"c" * 50, end={"comment": 10})
    yield Case("bytes after the comment", less, "bytes follow its end")
    fewer = with_member(APP2, end={"entries": 2, "entries_here": 2})
    yield Case("fewer entries than there are", fewer, "directory")
    over = with_member(APP2, end={"entries": 4, "entries_here": 4})
    yield Case("more entries than there are", over, "directory is damaged")
    many = with_member(APP2, end={"entries": 50_001, "entries_here": 50_001})
    yield Case("50,001 entries claimed", many, "are allowed")
    parts = with_member(APP2, end={"disk": 1})
    yield Case("part of several files", parts, "one of several")
    halves = with_member(APP2, end={"entries_here": 1})
    yield Case("entries on other disks", halves, "one of several")
    beyond = with_member(APP2, end={"offset": 9_999_999})
    yield Case("directory beyond the file", beyond, "inside the file")
    vast = with_member(APP2, end={"size": 0xFFFFFFF0})
    yield Case("directory larger than the file", vast, "inside the file")
    early = with_member(APP2, end={"offset": 3})
    yield Case("directory somewhere else", early, "not where its end says")
    outside = Member("lib.py", central={"offset": 9_999_999})
    yield Case("entry beyond the file", with_member(outside), "beyond")
    inside = Member("pilotage.yml", b"a: 1", central={"offset": 40})
    yield Case("manifest where there is none", lambda: packed([APP, inside]), "overlap")
    gap = with_member(APP2, between=b"hidden" * 10)
    yield Case("bytes between directory and end", gap, "not where its end says")


APP2 = Member("lib.py")


def zip64_lies() -> Iterator[Case]:
    full = {"entries": 0xFFFF, "entries_here": 0xFFFF, "size": FULL, "offset": FULL}
    honest = with_member(APP2, zip64={}, end=full)
    yield Case("zip64 that is not needed", honest, FINE, "legal")
    yield Case("zip64 beside a full end", with_member(APP2, zip64={}), FINE, "both say the same")
    other = with_member(APP2, zip64={"entries": 1, "entries_here": 1})
    yield Case("zip64 end that says another count", other, "two ends")
    place = with_member(APP2, zip64={"offset": 5})
    yield Case("zip64 end that says another place", place, "two ends")
    none = with_member(APP2, end=full)
    yield Case("zip64 promised and missing", none, "entries")
    far = with_member(APP2, zip64={"at": 1 << 60}, end=full)
    yield Case("zip64 end beyond the file", far, "does not lie where it says")
    back = with_member(APP2, zip64={"at": 2}, end=full)
    yield Case("zip64 end that is something else", back, "zip64 end")
    long = with_member(APP2, zip64={"length": 1 << 40}, end=full)
    yield Case("zip64 end of another length", long, "zip64 end")
    count = with_member(APP2, zip64={"entries": 1 << 63}, end=full)
    yield Case("zip64 with a count of 2^63", count, "zip64")
    vast = Member("vast", central={"size": FULL}, extra=zip64_field(1 << 62))
    yield Case("zip64 entry of 2^62 bytes", with_member(vast), "Lambda takes 250 MB")
    empty = Member("vast", central={"size": FULL})
    yield Case("zip64 entry without its size", with_member(empty), "Lambda takes 250 MB")
    away = Member("away", central={"offset": FULL}, extra=zip64_field(1 << 63))
    yield Case("zip64 entry at 2^63", with_member(away), "beyond")
    torn = Member("torn", central={"size": FULL}, extra=struct.pack("<2HB", 1, 64, 0))
    yield Case("zip64 field that is cut off", with_member(torn), "damaged zip64 field")


def vast_directories() -> Iterator[Case]:
    """Much to read for a small upload; `test_hostile_archives` holds them to their memory."""
    yield Case(
        "name of sixteen thousand folders", with_member(Member("a/" * 16_000)), "4,000 bytes"
    )
    yield Case("many names of many folders", many_folders, FINE, "strange, and harmless")
    odd = lambda: packed([Member(f"\u202e\x1b{n}" * 20) for n in range(5000)])  # noqa: E731
    yield Case("thousands of odd names", odd, "more faults like these")
    long = lambda: packed([Member(f"{n}\n<!channel>" + "n" * 60_000) for n in range(50)])  # noqa: E731
    yield Case("a few names of 60 KB", long, "control character")


def many_folders() -> bytes:
    deep = "d/" * 120
    return packed([Member(f"{deep}{n}/f", b"", 0) for n in range(20_000)])


def names() -> Iterator[Case]:
    climbing = (
        "../up",
        "a/../../up",
        "/etc/passwd",
        "C:/x",
        "C:x",
        "..\\up",
        "a\\b.py",
        "\\\\host\\x",
    )
    for name in climbing:
        yield Case(f"name {name}", with_member(Member(name)), f'"{name[:3]}')
    yield Case("name without letters", with_member(Member("")), "no name")
    yield Case("name of a dot", with_member(Member("./lib.py")), "`.`")
    yield Case("name with an empty part", with_member(Member("a//b.py")), "empty part")
    yield Case("name with a null byte", with_member(Member("lib.py\0.txt")), "control character")
    yield Case("name with a line break", with_member(Member("a\nok.py")), "control character")
    yield Case("name with an escape", with_member(Member("\x1b[31mred")), "control character")
    yield Case("right-to-left mark", with_member(Member("lib\u202eyp.exe")), "invisible")
    yield Case("zero-width space", with_member(Member("li\u200bb.py")), "invisible")
    filler = Member("lib\u3164.py")
    yield Case("a letter that is not seen", with_member(filler), "invisible")
    unsaid = Member("lib\u202eyp.exe".encode(), flags=0)
    yield Case(
        "right-to-left mark in UTF-8 that is not said to be", with_member(unsaid), "invisible"
    )
    marks = [Member(f"{n}a" + "\u0301" * 16_000 + "\u0323" * 16_000) for n in range(8)]
    yield Case(
        "names of combining marks", lambda: packed([*PLAIN, *marks]), "longer than 255 bytes"
    )
    yield Case("no UTF-8 where it says so", with_member(Member(b"\xff\xfe.py")), "UTF-8")
    yield Case("huge name", with_member(Member("n" * 65_000)), "longer than 255 bytes")
    yield Case("huge path", with_member(Member("d/" * 3000 + "f")), "longer than 4,000 bytes")
    umlaut = with_member(Member("größe.py"))
    yield Case("name in another language", umlaut, FINE, "people write their languages")
    old = with_member(Member(b"gr\x94\xe1e.py", flags=0))
    yield Case("name in the old code page", old, FINE, "as zip writes it without UTF-8")


def pairs() -> Iterator[Case]:
    yield Case("two of one name", lambda: packed([*PLAIN, APP]), "twice")
    both = [MANIFEST, Member("pilotage.yml", b"rollout: all at once")]
    yield Case("two manifests of one name", lambda: packed(both), "twice")
    composed, apart = Member("caf\u00e9.py"), Member("cafe\u0301.py")
    yield Case("two names that look the same", lambda: packed([composed, apart]), "look the same")
    unsaid = [Member(one.name.encode(), flags=0) for one in (composed, apart)]
    yield Case("the same, in UTF-8 that is not said to be", lambda: packed(unsaid), "look the same")
    spelt = [Member("\u00e9"), Member("e\u0301/x")]
    yield Case("file that is a folder, spelt otherwise", lambda: packed(spelt), "folder")
    yield Case("file that is a folder too", lambda: packed([Member("a"), Member("a/b")]), "folder")
    far = [Member("a"), Member("a-b"), Member("a.b"), Member("a/b/c")]
    yield Case("file that is a folder far off", lambda: packed(far), "folder")
    folder = [Member("a/", b""), Member("a/b"), Member("a-b"), Member("ab")]
    yield Case("folder with a file", lambda: packed(folder), FINE, "as zip -r writes it")
    upper = lambda: packed([*PLAIN, Member("App.py")])  # noqa: E731
    old = Member("é.py".encode(), flags=0)
    encoded = lambda: packed([APP, Member("é.py"), old])  # noqa: E731
    yield Case("one name in two encodings", encoded, "two encodings")
    yield Case("two names but for their case", upper, FINE, "Lambda's files tell case apart")
    for name in ("Pilotage.yml", "PILOTAGE.YAML", "pilotage.уml", "ｐilotage.yml", "pilotage.yml "):
        like = lambda name=name: packed([APP, Member(name)])  # noqa: E731
        yield Case(f"nearly a manifest: {name!r}", like, "not read")
    filled = lambda: packed([APP, Member("pilotage.yml\ufe0f")])  # noqa: E731
    yield Case("nearly a manifest: with a selector", filled, "not read")


def kinds_of_file() -> Iterator[Case]:
    for kind, word in (
        (stat.S_IFLNK, "symbolic link"),
        (stat.S_IFCHR, "device"),
        (stat.S_IFBLK, "device"),
        (stat.S_IFIFO, "device"),
        (stat.S_IFSOCK, "device"),
    ):
        member = Member("special", mode=kind | 0o644)
        yield Case(f"mode {kind:o}", with_member(member), word)
    yield Case("folder with a body", with_member(Member("data/", b"hidden")), "folder")


def polyglots() -> Iterator[Case]:
    yield Case("no archive", lambda: b"hello" * 100, "not a zip archive")
    yield Case("nothing", lambda: b"", "not a zip archive")
    yield Case("only an end", lambda: packed([]), "empty")
    yield Case("a tar archive", tarball, "not a zip archive")
    yield Case(
        "archive after a script", with_member(APP2, prefix=b"#!/bin/sh\nexit\n"), FINE, "pex"
    )
    yield Case(
        "an archive hidden by a script line",
        with_member(APP2, prefix=b"#!/x\n" + packed(PLAIN)),
        "before its first",
    )
    yield Case(
        "archive after an archive", with_member(APP2, prefix=packed(PLAIN)), "before its first"
    )
    shifted = lambda: b"%PDF-1.7\n" + packed(PLAIN)  # noqa: E731
    yield Case("archive put behind something", shifted, "not where its end says")
    chained = lambda: packed(PLAIN) + packed([Member("other.py")])  # noqa: E731
    yield Case("two archives in a row", chained, "not where its end says")
    before = lambda: packed(PLAIN) + b"\0" * 100  # noqa: E731
    yield Case("archive with something behind", before, "bytes follow its end")
    whole = packed([*PLAIN, Member("lib.bin", bytes(range(256)) * 50)])
    for part in (1, 21, 22, len(whole) // 2, len(whole) - 1):
        yield Case(f"cut after {part} bytes", lambda part=part: whole[:part], "cut off")
    yield Case("front cut off", lambda: whole[30:], "cut off")


def tarball() -> bytes:
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("app.py"), io.BytesIO(b""))
    return body.getvalue()


CASES: tuple[Case, ...] = tuple(
    case
    for family in (
        bombs,
        methods,
        two_truths,
        lying_ends,
        zip64_lies,
        vast_directories,
        names,
        pairs,
        kinds_of_file,
        polyglots,
    )
    for case in family()
)
