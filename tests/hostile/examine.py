"""What must hold of every upload, however it was made: a typed refusal or an answer, a reason that
can be printed, and no more read than the stated floor.

Each examination gives what was said, for whoever counts; a broken promise is an AssertionError, and
any other exception is a crash of what is examined.
"""

import json

from pilotage import appspec, documents, manifest
from pilotage.archive import MAX_MEMBER, TAIL, Archive, Unreadable
from pilotage.archive_faults import content_faults
from pilotage.fault import Fault
from pilotage.manifest import Manifest
from pilotage.records import plain
from pilotage.target import Target

LONGEST_REASON = 1500
ROOM_FOR_HEADERS = 70_000
TARGET = Target("shop", "prod", "shop-fn", "live")


class Watched:
    """A source that keeps what was asked of it, and gives nothing that is not there."""

    def __init__(self, body):
        self.body, self.size, self.asked = body, len(body), []

    def read(self, start, length):
        assert 0 <= start < start + length <= self.size or not self.size, "no such range"
        self.asked.append(length)
        return self.body[start : start + length]


def archive(body):
    """Every reason against an archive, its manifest's entry included."""
    source = Watched(body)
    said, directory = [], 0
    try:
        found = Archive(source)
        directory = found.directory_size
        said += [str(fault) for fault in content_faults(found)]
        if entry := found.named(*manifest.FILE_NAMES):
            found.read(entry)
    except Unreadable as unreadable:
        said.append(str(unreadable))
    floor = min(source.size, TAIL) + directory + 2 * MAX_MEMBER + ROOM_FOR_HEADERS
    assert len(source.asked) <= 4, f"{len(source.asked)} reads"
    assert sum(source.asked) <= floor, f"{sum(source.asked):,} bytes read; the floor is {floor:,}"
    return _printable(said)


def a_manifest(body):
    """Every reason against a `pilotage.yml`."""
    found = documents.parse("pilotage.yml", body)
    if isinstance(found, Fault):
        return _printable([str(found)])
    read, faults = manifest.read(found)
    json.dumps(plain(read))  # it can be kept
    return _printable([str(fault) for fault in faults])


def an_appspec(name, body):
    """Every reason against an AppSpec of a user's own."""
    found = documents.parse(name, body)
    if isinstance(found, Fault):
        return _printable([str(found)])
    assert all(isinstance(hook, str) for hook in appspec.own_hooks(found).values())
    against = appspec.contradictions(found, TARGET) + appspec.hook_faults(found, Manifest())
    return _printable([str(fault) for fault in against])


def _printable(said):
    assert len(said) <= 25, f"{len(said)} reasons are too many to read"
    for reason in said:
        assert reason.isprintable(), repr(reason)
        assert 0 < len(reason) <= LONGEST_REASON
    return said
