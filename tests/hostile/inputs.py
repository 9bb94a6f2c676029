"""Inputs for the fuzzer: the corpus and honest files, bent where readers look."""

import json
import struct

from hypothesis import strategies as st

from tests.hostile.corpus import CASES, PLAIN
from tests.hostile.zips import Member, packed

RECORDS = (b"PK\1\2", b"PK\3\4", b"PK\5\6", b"PK\6\6", b"PK\6\7")
EDGES = (0, 1, 8, 0x7F, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFE, 0xFFFFFFFF, 1 << 62, (1 << 64) - 1)
# Small enough to bend a thousand times a second.
SEEDS = [
    body
    for body in (case.make() for case in CASES if "250 MB" not in case.says)
    if len(body) < 4000
]

HONEST = [packed(PLAIN), packed([*PLAIN, Member("lib/a.py"), Member("lib/größe.bin", method=0)])]

KEYS = ("rollout", "checks", "release", "before", "after", "invoke", "expect", "within", "version")
KEYS += ("Resources", "Hooks", "Properties", "Name", "Alias", "BeforeAllowTraffic", "targets", "f")
VALUES = ("canary 10% 5m", "500ms", "CodeDeployHook_x", "~", "1e999", "9" * 30, "\u202e", "", "é")
YAML = (
    *"[]{},:-?|>&*!%@`'\"#\n\t ",
    "\\",
    "\u2028",
    "---\n",
    "...\n",
    "<<: ",
    "!!python/x ",
    "&a ",
    "*a",
)


def members():
    return st.builds(
        Member,
        name=st.text(max_size=12) | st.sampled_from(["pilotage.yml", "app.py", "../x"]),
        body=st.binary(max_size=60),
        method=st.sampled_from([0, 8, 8, 8, 9]),
        flags=st.sampled_from([0, 0x800, 0x801, 0x808]),
        mode=st.sampled_from([0, 0o100644, 0o120777, 0o20666]),
        extra=st.binary(max_size=24),
        central=overruled("method", "flags", "crc", "packed", "size", "offset"),
        local=overruled("method", "flags", "crc", "packed", "size"),
    ).filter(lambda member: len(member.raw_name) < 100)


def overruled(*fields):
    """Few fields that lie, within what a header can hold."""
    lies = st.dictionaries(st.sampled_from(fields), st.sampled_from(EDGES[:9]), max_size=1)
    return lies.map(
        lambda d: {
            k: v & (0xFFFF if k in ("method", "flags") else 0xFFFFFFFF) for k, v in d.items()
        }
    )


def archives():
    made = st.lists(members(), max_size=5).map(lambda found: packed([*PLAIN, *found]))
    return st.builds(
        bent, st.sampled_from(SEEDS) | made, st.just([]) | st.lists(bends(), max_size=3)
    )


def bends():
    place = st.floats(0, 1, exclude_max=True)
    return st.one_of(
        st.tuples(st.just("byte"), place, st.integers(0, 255)),
        st.tuples(st.just("cut"), place, st.integers(0, 60)),
        st.tuples(st.just("insert"), place, st.binary(min_size=1, max_size=40)),
        st.tuples(st.just("twice"), place, st.integers(1, 120)),
        st.tuples(
            st.just("field"),
            place,
            st.tuples(
                st.sampled_from(RECORDS),
                st.integers(4, 60),
                st.sampled_from("HLQ"),
                st.sampled_from(EDGES),
            ),
        ),
    )


def bent(body, changes):
    """The archive with each change made: a byte or a record's field overwritten, bytes cut out, put
    in, or written twice."""
    found = bytearray(body)
    for kind, place, what in changes:
        at = int(place * max(1, len(found)))
        if kind == "byte" and found:
            found[at] = what
        elif kind == "cut":
            del found[at : at + what]
        elif kind == "insert":
            found[at:at] = what
        elif kind == "twice":
            found[at:at] = found[at : at + what]
        elif kind == "field":
            _overwrite(found, at, *what)
    return bytes(found)


def _overwrite(body, near, record, offset, form, value):
    at = body.find(record, near)
    at = at if at >= 0 else body.find(record)
    size = struct.calcsize(f"<{form}")
    if at >= 0 and at + offset + size <= len(body):
        struct.pack_into(f"<{form}", body, at + offset, value & ((1 << 8 * size) - 1))


def texts():
    """Files that are nearly YAML or JSON, now and then as large as a manifest may be."""
    words = (
        st.sampled_from(KEYS)
        | st.sampled_from(VALUES)
        | st.sampled_from(YAML)
        | st.text(max_size=4)
    )
    loose = st.lists(words, max_size=40).map("".join)
    large = st.builds(_large, st.sampled_from(WRAPS), st.sampled_from(UNITS), words, LENGTHS)
    return st.one_of(loose, documents().map(_as_yaml), large).map(_encoded)


# A unit that is repeated, where `%` becomes a number so that no two are the same.
UNITS = (
    *("[", "{", "? ", "- ", ": ", "# ", "a\n", "---\n", "- {a: 1}\n", "- - - - a\n", "{},", "a,"),
    *("k%,", "k%: 1\n", "rollou%: 1\n", "invoke%,", "- {expect%: 1}\n", "  " * 9, "\\u0041", "9"),
)
WRAPS = (
    ("", ""),
    ("[", "]"),
    ("{", "}"),
    ('"', '"'),
    ("checks: {before: [{", "}]}"),
    ("rollout: |\n ", ""),
)
LENGTHS = st.sampled_from([1, 3, 30, 30, 300, 60_000])


def _large(wrap, unit, word, length):
    """`length` bytes or a little more of the unit, followed by a word."""
    before, after = wrap
    times = length // len(unit) + 1
    body = (
        "".join(unit.replace("%", f"{n:x}") for n in range(times)) if "%" in unit else unit * times
    )
    return before + body[:60_000] + word + after


def documents():
    """Values of the right words in wrong places."""
    scalars = (
        st.sampled_from(VALUES) | st.integers() | st.booleans() | st.none() | st.text(max_size=5)
    )
    keys = st.sampled_from(KEYS) | st.text(max_size=4)
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5),
        max_leaves=20,
    )


def _as_yaml(value):
    return json.dumps(value, ensure_ascii=False, indent=1)


def _encoded(text):
    return text.encode("utf-8", errors="surrogatepass")
