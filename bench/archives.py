"""Rows 3 to 6: what it takes to look into an archive, in bytes, requests, memory and CPU.

The anchors: the bytes that no reader can do without (end record, directory, manifest), a reader that
downloads the archive and opens it with zipfile, and zipfile itself on the bytes at hand.
"""

import io
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time

from bench.row import Row, hand_over
from pilotage.archive import TAIL, Archive, Source
from pilotage.archive_faults import content_faults

MEGABYTE = 1024 * 1024
ENTRIES = 5000
MANIFEST = b"release: {version: 1.0.0, notes: " + b"n" * 2000 + b"}\n"
END_RECORD = 22
ROUNDS = 21


class Counted:
    """Bytes at hand that count what is read of them."""

    def __init__(self, body: bytes) -> None:
        self.body, self.size = body, len(body)
        self.reads = self.bytes = 0

    def read(self, start: int, length: int) -> bytes:
        self.reads += 1
        self.bytes += length
        return self.body[start : start + length]


def archive(megabytes: int, manifest: str, entries: int = ENTRIES) -> bytes:
    """`manifest` stands `first`, `middle` or `last` of many entries of the same size."""
    body = io.BytesIO()
    each = b"\0" * (megabytes * MEGABYTE // entries - 150)
    place = {"first": 0, "middle": entries // 2, "last": entries}[manifest]
    with zipfile.ZipFile(body, "w", zipfile.ZIP_STORED) as made:
        for number in range(entries + 1):
            if number == place:
                made.writestr("pilotage.yml", MANIFEST)
            if number < entries:
                made.writestr(f"package/with/a/path/module_{number:05d}.bin", each)
    return body.getvalue()


def look_into(source: Source) -> Archive:
    """What inspection does with an archive."""
    found = Archive(source)
    content_faults(found)
    entry = found.named("pilotage.yml")
    assert entry is not None
    found.read(entry)
    return found


def reading(megabytes: int = 250) -> list[Row]:
    """Row 3, for each place of the manifest."""
    rows = []
    for place in ("first", "middle", "last"):
        source = Counted(archive(megabytes, place))
        found = look_into(source)
        floor = END_RECORD + found.directory_size + len(MANIFEST)
        name = f"bytes read of {source.size / MEGABYTE:.0f} MB, manifest {place}"
        rows += [
            Row(
                "3", name, source.bytes, "B", "end + directory + manifest", floor, 1.5, counted=True
            ),
            Row(
                "3",
                f"… of the whole, manifest {place}",
                source.bytes,
                "B",
                "naive reader",
                source.size,
                counted=True,
            ),
            Row(
                "3",
                f"GETs, manifest {place}",
                source.reads,
                "",
                "floor of one GET",
                1,
                2,
                counted=True,
            ),
        ]
    for entries, note in (
        (10, "a directory of 1 KB"),
        (20_000, "a directory larger than the tail"),
    ):
        source = Counted(archive(250, "first", entries))
        look_into(source)
        name = f"GETs for {entries:,} entries"
        rows.append(
            Row(
                "3",
                name,
                source.reads,
                "",
                "one GET",
                1,
                2 + (entries > ENTRIES),
                counted=True,
                note=note,
            )
        )
        rows.append(
            Row(
                "3",
                f"bytes for {entries:,} entries",
                source.bytes,
                "B",
                "the tail",
                TAIL,
                counted=True,
            )
        )
    return rows


def memory() -> list[Row]:
    """Row 4: peak memory of a process that inspects, and of one that downloads and opens."""
    small, large = peak("look", 10), peak("look", 250)
    naive = peak("naive", 250)
    idle = peak("idle", 10)
    directory = look_into(Counted(archive(10, "first"))).directory_size / MEGABYTE
    beyond = large - idle
    return [
        Row("4", "peak RSS, 250 MB archive", large, "MB", "10 MB archive of as many entries", small, 1.05),
        Row("4", "peak RSS beyond the interpreter's", beyond, "MB", "the directory", directory, 10),
        Row("4", "… beside a naive reader's", beyond, "MB", "naive reader", naive - idle),
    ]  # fmt: skip


def peak(what: str, megabytes: int) -> float:
    """Peak resident memory, in MB, of a fresh process whose archive stands in a file."""
    with tempfile.NamedTemporaryFile(suffix=".zip") as file:
        file.write(archive(megabytes, "first"))
        file.flush()
        arguments = [sys.executable, "-m", "bench.archives", what, file.name]
        done = subprocess.run(arguments, check=True, capture_output=True, text=True)
    return float(json.loads(done.stdout))


def scanning() -> list[Row]:
    """Row 5, in pairs that follow each other at once; row 6 is not done at all."""
    body = archive(10, "middle")
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(_cpu(lambda: look_into(Counted(body))))
        theirs.append(_cpu(lambda: zipfile.ZipFile(io.BytesIO(body))))
    tested = _cpu(lambda: zipfile.ZipFile(io.BytesIO(body)).testzip())
    mine, zipfiles = median(ours), median(theirs)
    pair = median(a / b for a, b in zip(ours, theirs, strict=True))
    return [
        Row("5", "CPU to read and judge 5,001 entries", pair * zipfiles * 1000, "ms", "zipfile.ZipFile()", zipfiles * 1000, 1.3),
        Row("6", "CPU of the whole look", mine * 1000, "ms", "zipfile.testzip()", tested * 1000, 0.75, note="members are not unpacked; Lambda does that"),
    ]  # fmt: skip


def _cpu(work: Callable[[], object]) -> float:
    before = process_time()
    work()
    return process_time() - before


class _File:
    """A file as a source, as S3 is one: nothing of it is in memory."""

    def __init__(self, name: str) -> None:
        self._file = Path(name).open("rb")  # noqa: SIM115 - the process ends with it
        self.size = self._file.seek(0, io.SEEK_END)

    def read(self, start: int, length: int) -> bytes:
        self._file.seek(start)
        return self._file.read(length)


def _report_peak(what: str, name: str) -> None:
    """Run in the fresh process: do it, and print the peak."""
    if what == "look":
        look_into(_File(name))
    elif what == "naive":
        file = _File(name)
        zipfile.ZipFile(io.BytesIO(file.read(0, file.size))).read("pilotage.yml")
    # Not getrusage: a child inherits the peak of the process that it was forked from.
    (line,) = [s for s in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in s]
    print(int(line.split()[1]) / 1024)


def main() -> int:
    if sys.argv[1:]:
        _report_peak(*sys.argv[1:])
    else:
        hand_over([*reading(), *memory(), *scanning()])
    return 0


if __name__ == "__main__":
    sys.exit(main())
