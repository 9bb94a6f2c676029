"""What an archive's directory holds that must not be published.

Names must mean the same file to every reader and to every eye; bodies must lie apart, which also
keeps the sum of what is unpacked honest.
"""

import stat
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise
from operator import attrgetter
from typing import TypeVar

from pilotage.archive import Archive, Entry
from pilotage.archive_directory import HEADER_SIZE
from pilotage.fault import Fault, few, shown
from pilotage.manifest import FILE_NAMES

T = TypeVar("T")

# Lambda's quotas: 250 MB unzipped, layers included.
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MAX_UNZIPPED = 250 * 1024 * 1024
MAX_RATIO = 200
RATIO_COUNTS_FROM = 10 * 1024 * 1024
# Linux takes 255 bytes for a name and 4,096 for a path, which begins with /var/task/.
MAX_PART, MAX_PATH = 255, 4000

# Encrypted, strongly encrypted, and with a masked header (APPNOTE 4.4.4).
_ENCRYPTED = 0x1 | 0x40 | 0x2000
# Stored and deflated, which everything unpacks. Lambda does not say what else it takes.
_METHODS = {0, 8}
# What no usual name holds, where names stand in lines.
_ODD_PIECES = (
    *("\\", ":", "//", "/./", "/../", "/.\n", "/..\n"),
    *("\n/", "\n./", "\n../", "\n.\n", "\n..\n", "\n\n"),
)
_KINDS = (0, stat.S_IFREG, stat.S_IFDIR)
# Invisible, though no format characters: Default_Ignorable_Code_Point but for those of kind Cf.
# https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt
_IGNORABLE = frozenset(
    chr(code)
    for first, last in (
        *((0x34F, 0x34F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x2065, 0x2065)),
        *((0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8)),
        *((0xE0100, 0xE01EF),),
    )
    for code in range(first, last + 1)
)


def content_faults(archive: Archive) -> list[Fault]:
    """Everything in the directory that must not be published."""
    if not archive.entries:
        return [Fault("archive", "is empty.", "Pack the code.")]
    of_entries = (
        fault
        for entry in _worth_a_look(archive.entries)
        for fault in (*_name_faults(entry), *_kind_faults(entry))
    )
    faults = few(chain(of_entries, _collisions(archive), _overlaps(archive), _front(archive)), 10)
    return [*faults, *size_faults(archive, 0)]


def size_faults(archive: Archive, layers: int) -> list[Fault]:
    """`layers`: bytes of the function's layers, which count too."""
    unzipped = sum([entry.size for entry in archive.entries])
    packed = sum([entry.packed for entry in archive.entries])
    if unzipped + layers > MAX_UNZIPPED:
        what = "its code with its layers is" if layers else "it is"
        reason = f"{what} {(unzipped + layers) / 1024**2:,.0f} MB unzipped; Lambda takes 250 MB."
        return [Fault("archive", reason, "Take out what the function does not need.")]
    if unzipped > RATIO_COUNTS_FROM and unzipped > packed * MAX_RATIO:
        reason = f"it unpacks to {unzipped // max(packed, 1):,} times its size."
        return [Fault("archive", reason, "No code does that; look at what was packed.")]
    return []


def _worth_a_look(entries: tuple[Entry, ...]) -> list[Entry]:
    """Every entry, unless all of them are as packers write them. Looking at columns costs a tenth
    of looking at each entry."""
    names, methods, flags, _, _, sizes, _, modes, lengths, odd = zip(*entries, strict=True)
    plain = (
        set(methods) <= _METHODS
        and not any(flag & _ENCRYPTED for flag in set(flags))
        and all(stat.S_IFMT(mode) in _KINDS for mode in set(modes))
        and max(lengths) <= MAX_PART
        and not any(odd)
        and _are_plain(names)
        and not [n for n, size in zip(names, sizes, strict=True) if size and n[-1] == "/"]
        and not [n for n in names if "/" not in n and _resembles_manifest(n)]
    )
    return [] if plain else list(entries)


def _are_plain(names: tuple[str, ...]) -> bool:
    lines = "\n".join(["", *names, ""])
    return (
        lines.isascii()
        and lines.replace("\n", "").isprintable()
        and lines.count("\n") == len(names) + 1
        and not any(piece in lines for piece in _ODD_PIECES)
    )


def _name_faults(entry: Entry) -> Iterator[Fault]:
    name, place = entry.name, _place(entry)
    if entry.odd:
        yield Fault(place, entry.odd, "Pack it again with another tool.")
    if not name:
        yield Fault(place, "has no name.")
    yield from _path_faults(entry)
    yield from _character_faults(name + entry.other_reading, place)
    if _resembles_manifest(name) or _looks_like_manifest(entry.other_reading):
        fix = f"Call it {FILE_NAMES[0]}, or quite differently."
        yield Fault(place, "looks like the manifest and is not read.", fix)


def _path_faults(entry: Entry) -> Iterator[Fault]:
    name, place = entry.name, _place(entry)
    parts = name.removesuffix("/").split("/")
    if name.startswith(("/", "\\")) or name[1:2] == ":":
        yield Fault(place, "has an absolute name.", "Pack with names relative to the code.")
    elif "" in parts and name:
        yield Fault(place, "has an empty part in its name.")
    if ".." in name.replace("\\", "/").split("/"):
        yield Fault(place, "climbs out of the archive with `..`.", "Pack from inside the folder.")
    if "." in parts:
        yield Fault(place, "has a part `.` in its name.", "Pack it under its plain name.")
    if "\\" in name:
        yield Fault(place, "has a backslash in its name.", "Pack with slashes between folders.")
    if entry.name_length > MAX_PATH:
        yield Fault(place, "has a name longer than 4,000 bytes.")
    if any(len(part.encode()) > MAX_PART for part in parts):
        yield Fault(place, "has a part longer than 255 bytes, which no file can be called.")


def _character_faults(name: str, place: str) -> Iterator[Fault]:
    kinds = {unicodedata.category(character) for character in name}
    if kinds & {"Cc", "Zl", "Zp"}:
        yield Fault(place, "has a control character in its name.")
    if kinds & {"Cf", "Cs"} or not _IGNORABLE.isdisjoint(name):
        reason = "has an invisible character in its name, which makes it look like another."
        yield Fault(place, reason)


def _resembles_manifest(name: str) -> bool:
    """Whether a person would take it for the manifest, which it is not."""
    return name not in FILE_NAMES and _looks_like_manifest(name)


def _looks_like_manifest(name: str) -> bool:
    """The manifest's own name, or in other case, other width, with a foreign letter."""
    if "/" in name or not 9 <= len(name) <= 24:
        return False
    visible = "".join(c for c in name if unicodedata.category(c) != "Cf" and c not in _IGNORABLE)
    plain = unicodedata.normalize("NFKC", visible).casefold().strip()
    return any(
        len(plain) == len(known)
        and all(a == b or not a.isascii() for a, b in zip(plain, known, strict=True))
        for known in FILE_NAMES
    )


def _kind_faults(entry: Entry) -> Iterator[Fault]:
    place = _place(entry)
    if stat.S_ISLNK(entry.mode):
        yield Fault(place, "is a symbolic link.", "Pack the file itself (zip without -y).")
    elif stat.S_IFMT(entry.mode) not in _KINDS:
        yield Fault(place, "is a device or a pipe, not a file.")
    if entry.is_folder and entry.size:
        yield Fault(place, "is called a folder, but has content.")
    if entry.flags & _ENCRYPTED:
        yield Fault(place, "is encrypted.", "Pack without a password.")
    elif entry.method not in _METHODS:
        reason = f"is packed by method {entry.method}, which not every reader knows."
        yield Fault(place, reason, "Pack with zip's default, deflate.")


def _collisions(archive: Archive) -> list[Fault]:
    """Two entries that become one file, or that nobody can tell apart."""
    names = [entry.name for entry in archive.entries]
    faults = []
    if twice := _twice(names):
        faults.append(Fault(f'entry "{shown(twice)}"', "stands in the archive twice."))
    foreign = [entry for entry in archive.entries if not entry.name.isascii()]
    readings = [_readings(entry) for entry in foreign]
    if both := _file_and_folder([*names, *chain.from_iterable(readings)]):
        faults.append(Fault(f'entry "{shown(both)}"', "is a file and a folder."))
    if raw := _twice(entry.raw_name for entry in foreign):
        name = raw.decode(errors="replace")
        reason = "stands there in two encodings, of the same bytes."
        faults.append(Fault(f'entry "{shown(name)}"', reason))
    elif alike := _twice(chain.from_iterable(readings)):
        reason = "stands there in two spellings that look the same."
        faults.append(Fault(f'entry "{shown(alike)}"', reason))
    return faults


def _readings(entry: Entry) -> set[str]:
    """The names that it has to some reader, as an eye sees them. Parts that no file can be called
    have their fault, and stay as they are: composing takes the square of a part's length."""
    names = {entry.name, entry.other_reading} - {""}
    return {"/".join(map(_composed, name.split("/"))) for name in names}


def _composed(part: str) -> str:
    return unicodedata.normalize("NFC", part) if len(part) <= MAX_PART else part


def _twice(names: Iterable[T]) -> T | None:
    """The first that is there more than once."""
    return next((name for name, times in Counter(names).items() if times > 1), None)


def _file_and_folder(names: list[str]) -> str:
    """A name that another one uses as a folder; "" when there is none. A slash sorts as the least
    of all characters here, so such a pair stands side by side, and no folder need be listed."""
    order = sorted([name.replace("/", "\0") for name in names])
    return next((a for a, b in pairwise(order) if a[-1:] != "\0" and b.startswith(a + "\0")), "")


def _front(archive: Archive) -> list[Fault]:
    """Bytes before the first entry, which who reads from the front would take for entries. Only a
    script may stand there, as in a zipapp."""
    first = min(entry.offset for entry in archive.entries)
    if first == 0 or archive.begins_as_script(first):
        return []
    return [Fault("archive", "has something before its first file.", "Pack it again.")]


def _overlaps(archive: Archive) -> list[Fault]:
    """Entries that share bytes: a small file would unpack to a large one."""
    order = sorted(archive.entries, key=attrgetter("offset"))
    # Where data ends at the earliest: its header may be longer.
    ends = [entry.offset + HEADER_SIZE + entry.name_length + entry.packed for entry in order]
    for entry, end, after in zip(order, ends, order[1:], strict=False):
        if end > after.offset:
            reason = f"overlaps with {shown(after.name)}: they share bytes."
            return [Fault(_place(entry), reason, "Pack it again.")]
    if ends[-1] > archive.directory_offset:
        return [Fault(_place(order[-1]), "reaches beyond the archive's files.")]
    return []


def _place(entry: Entry) -> str:
    return f'entry "{shown(entry.name)}"'
