"""`pilotage.yml`: what an artifact says and asks. Everything in it is optional.

The published schema is `docs/pilotage.schema.json`; a test holds the two together.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from pilotage import rollout as rollouts
from pilotage.checks import MAX_MILLISECONDS, Check, milliseconds
from pilotage.documents import Document, Path
from pilotage.fault import Fault, did_you_mean, few, shown
from pilotage.rollout import BadRollout, Rollout
from pilotage.target import HOOK_FIX, is_hook_name

FILE_NAMES = ("pilotage.yml", "pilotage.yaml")
FACTS = ("version", "commit", "by", "url", "notes")
RESERVED = ("targets",)
MAX_CHECKS = 20
# As JSON, in which a control character takes six bytes: they are kept beside all else of a release.
MAX_CHECKS_BYTES = 100_000
MAX_GUESSES = 20


class Manifest(NamedTuple):
    """`before` and `after` are checks; `before_hook` and `after_hook` name the user's own."""

    rollout: Rollout | None = None
    before: tuple[Check, ...] = ()
    after: tuple[Check, ...] = ()
    before_hook: str = ""
    after_hook: str = ""
    facts: Mapping[str, str] = MappingProxyType({})

    @property
    def asks(self) -> tuple[str, ...]:
        """What the group must grant by its tag `pilotage:may-ask`."""
        checks = self.before or self.after or self.before_hook or self.after_hook
        return ("rollout",) * bool(self.rollout) + ("checks",) * bool(checks)


def read(document: Document) -> tuple[Manifest, list[Fault]]:
    """The manifest and all its faults at once; a faulty part is left out of the manifest."""
    reader = _Reader(document)
    found = reader.manifest()
    return found, list(few(reader.faults))


class _Reader:
    def __init__(self, document: Document) -> None:
        self._document = document
        self.faults: list[Fault] = []

    def manifest(self) -> Manifest:
        root = self._mapping(self._document.value, (), ("rollout", "checks", "release"))
        checks = self._mapping(root.get("checks", {}), ("checks",), ("before", "after"))
        before, before_hook = self._moment(checks, "before")
        after, after_hook = self._moment(checks, "after")
        facts = self._mapping(root.get("release", {}), ("release",), FACTS)
        if len(json.dumps(checks, ensure_ascii=False).encode(errors="replace")) > MAX_CHECKS_BYTES:
            self._fault(
                ("checks",), "are larger than 100 KB as JSON.", "Ask for less of each answer."
            )
            before = after = ()
        return Manifest(
            rollout=self._rollout(root),
            before=before,
            after=after,
            before_hook=before_hook,
            after_hook=after_hook,
            facts={n: v for n, v in facts.items() if self._is_text(v, ("release", n))},
        )

    def _rollout(self, root: Mapping[str, Any]) -> Rollout | None:
        words = root.get("rollout")
        if words is None or not self._is_text(words, ("rollout",)):
            return None
        try:
            return rollouts.parse(words)
        except BadRollout as bad:
            self._fault(("rollout",), f'"{shown(words)}" {bad}')
            return None

    def _moment(self, checks: Mapping[str, Any], name: str) -> tuple[tuple[Check, ...], str]:
        """A list of checks, or the name of a hook."""
        path = ("checks", name)
        value = checks.get(name)
        if value is None:
            return (), ""
        if isinstance(value, str):
            return (), self._hook(value, path)
        if not isinstance(value, list):
            self._fault(path, "is neither a list of checks nor the name of a hook function.")
            return (), ""
        if len(value) > MAX_CHECKS:
            self._fault(path, f"lists {len(value)} checks; {MAX_CHECKS} are allowed.")
            return (), ""
        found = [self._check(item, (*path, str(at))) for at, item in enumerate(value)]
        return tuple(check for check in found if check), ""

    def _hook(self, name: str, path: Path) -> str:
        if is_hook_name(name):
            return name
        text = f'"{shown(name)}" is no hook function that CodeDeploy may call.'
        self._fault(path, text, HOOK_FIX)
        return ""

    def _check(self, item: Any, path: Path) -> Check | None:
        check = self._mapping(item, path, ("invoke", "expect", "within"))
        if not isinstance(item, Mapping):
            return None
        invoke = self._object(check.get("invoke", {}), (*path, "invoke"))
        expect = self._object(check.get("expect", {}), (*path, "expect"))
        within = self._within(check.get("within"), (*path, "within"))
        return Check(invoke, expect, within)

    def _within(self, words: Any, path: Path) -> int:
        if words is None or not self._is_text(words, path):
            return 0
        limit = milliseconds(words)
        if limit is None or not 1 <= limit <= MAX_MILLISECONDS:
            text = f'"{shown(words)}" is no duration of 1 ms to {MAX_MILLISECONDS // 1000} s.'
            self._fault(path, text, 'Write "500ms" or "2s".')
            return 0
        return limit

    def _mapping(self, value: Any, path: Path, known: tuple[str, ...]) -> Mapping[str, Any]:
        """The members of an object, where each is known."""
        members = self._object(value, path)
        for name in members:
            if name in RESERVED and not path:
                self._fault((name,), "is reserved for what is not built yet.", "Take it out.")
            elif name not in known:
                text = f'"{shown(name)}" is not known here.'
                # Nobody reads the thousandth guess, and guessing takes time.
                fix = did_you_mean(name, known) if len(self.faults) < MAX_GUESSES else ""
                self._fault((*path, name), text, fix)
        return {name: members[name] for name in known if name in members}

    def _object(self, value: Any, path: Path) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._of_type(value, path, Mapping, "an object", {})
        return found

    def _is_text(self, value: Any, path: Path) -> bool:
        return self._of_type(value, path, str, "text", None) is not None

    def _of_type(self, value: Any, path: Path, kind: type, name: str, default: Any) -> Any:
        if isinstance(value, kind):
            return value
        words: dict[type, str] = {dict: "an object", list: "a list", str: "text"}
        found = words.get(type(value), "nothing")
        self._fault(path, f"must be {name}, but is {found}.")
        return default

    def _fault(self, path: Path, reason: str, fix: str = "") -> None:
        self.faults.append(Fault(self._document.place(path), reason, fix))
