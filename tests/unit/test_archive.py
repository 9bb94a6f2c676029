"""Archives, read from their end."""

import io
import stat
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pilotage.archive import Archive, Unreadable
from pilotage.archive_directory import MAX_ENTRIES
from pilotage.archive_faults import content_faults, size_faults
from tests.builders import zipped


class Counted:
    """A source that counts its reads."""

    def __init__(self, body):
        self.body, self.size, self.reads, self.bytes = body, len(body), 0, 0

    def read(self, start, length):
        self.reads += 1
        self.bytes += length
        return self.body[start : start + length]


def faults_of(body):
    return [str(fault) for fault in content_faults(Archive(Counted(body)))]


def with_entry(name, mode=0, size=None):
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, b"\0" * (size or 1))
    return body.getvalue()


def test_what_is_no_zip_says_so():
    with pytest.raises(Unreadable, match="not a zip archive"):
        Archive(Counted(b"hello" * 100))


def test_an_empty_file_is_no_zip():
    with pytest.raises(Unreadable):
        Archive(Counted(b""))


def test_a_truncated_zip_says_that_it_may_be_cut_off():
    whole = zipped({"a.py": "x" * 5000, "b.py": "y"})
    with pytest.raises(Unreadable, match="cut off"):
        Archive(Counted(whole[: len(whole) // 2]))


@pytest.mark.parametrize("name", ["../a", "a/../../b", "/etc/passwd", "C:/x", "..\\a", "\\x"])
def test_names_that_leave_the_archive_are_faults(name):
    assert any("climbs" in f or "absolute" in f for f in faults_of(with_entry(name)))


def test_a_symbolic_link_is_a_fault():
    assert any("symbolic link" in f for f in faults_of(with_entry("link", stat.S_IFLNK | 0o777)))


def test_a_device_is_a_fault():
    assert any("device" in f for f in faults_of(with_entry("dev", stat.S_IFCHR | 0o600)))


def test_a_bomb_is_a_fault_before_it_is_unpacked():
    # 100 MB of zeros deflate to about a thousandth.
    faults = faults_of(with_entry("zeros", size=100 * 1024 * 1024))
    assert any("times its size" in f or "250 MB" in f for f in faults)


def test_more_than_250_mb_unzipped_is_a_fault_with_layers_counted():
    archive = Archive(Counted(with_entry("code", size=1024)))
    assert size_faults(archive, 0) == []
    (fault,) = size_faults(archive, 260 * 1024 * 1024)
    assert "layers" in str(fault)


def test_too_many_entries_are_refused_without_reading_them():
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 60_000, 60_000, 60_000 * 46, 0, 0)
    source = Counted(b"\0" * 1000 + end)
    with pytest.raises(Unreadable, match=f"{MAX_ENTRIES:,} are allowed"):
        Archive(source)
    assert source.reads == 1


def test_an_entry_that_stands_twice_is_a_fault():
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("a.py", "1")
        archive.writestr("a.py", "2")
    assert any("twice" in f for f in faults_of(body.getvalue()))


def test_a_hostile_archive_is_told_in_few_lines():
    names = {f"../{n}": "x" for n in range(1000)}
    faults = faults_of(zipped(names))
    assert len(faults) == 11
    assert "990 more faults" in faults[-1]


def test_a_large_archive_is_read_with_two_requests_and_half_a_megabyte():
    """250 MB with 5,000 entries: the tail holds the directory, the manifest costs one more read."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("pilotage.yml", "release: {version: 1.0.0}\n")
        for number in range(5000):
            archive.writestr(f"package/with/a/long/path/module_{number:05d}.bin", b"\0" * 48_000)
    source = Counted(body.getvalue())
    archive = Archive(source)
    entry = archive.named("pilotage.yml")
    assert archive.read(entry) == b"release: {version: 1.0.0}\n"
    assert len(archive.entries) == 5001
    assert source.reads <= 3
    assert source.bytes <= 1024 * 1024


def test_a_member_that_lies_about_its_size_is_refused():
    body = bytearray(zipped({"pilotage.yml": "a: 1"}))
    for at in (body.find(b"PK\3\4") + 22, body.rfind(b"PK\1\2") + 24):
        body[at : at + 4] = struct.pack("<L", 3)
    archive = Archive(Counted(bytes(body)))
    with pytest.raises(Unreadable, match="as large as"):
        archive.read(archive.named("pilotage.yml"))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 400), st.integers(0, 255))
def test_damaged_archives_give_a_reason_and_never_crash(noise, at, value):
    body = bytearray(zipped({"pilotage.yml": "release: {version: 1}", "app.py": "x"}) + noise)
    body[at % len(body)] = value
    try:
        archive = Archive(Counted(bytes(body)))
        content_faults(archive)
        for entry in archive.entries:
            archive.read(entry)
    except Unreadable as unreadable:
        assert str(unreadable)


@settings(max_examples=50, deadline=None)
@given(
    st.dictionaries(
        st.text("abcdefgh/.", min_size=1, max_size=20), st.binary(max_size=200), max_size=20
    )
)
def test_entries_are_those_that_zipfile_sees(files):
    body = zipped(files)
    ours = Archive(Counted(body))
    theirs = zipfile.ZipFile(io.BytesIO(body))
    assert [(e.name, e.size) for e in ours.entries] == [
        (i.filename, i.file_size) for i in theirs.infolist()
    ]
    for entry in ours.entries:
        if not entry.is_folder:
            assert ours.read(entry) == theirs.read(entry.name)


def test_a_damaged_zip64_field_is_refused():
    body = bytearray(zipped({"a.py": "x"}))
    at = body.rfind(b"PK\1\2")
    body[at + 20 : at + 24] = b"\xff\xff\xff\xff"  # packed size: look into the extra field
    body[at + 30 : at + 32] = struct.pack("<H", 4)  # an extra field of four bytes …
    body[at + 50 : at + 50] = struct.pack("<2H", 1, 64)  # … that claims sixty-four
    end = body.rfind(b"PK\5\6")
    body[end + 12 : end + 16] = struct.pack("<L", end - at)
    with pytest.raises(Unreadable, match="zip64"):
        Archive(Counted(bytes(body)))
