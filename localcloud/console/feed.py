"""What the page shows now, and what of it changed since it was last sent."""

import json
from collections.abc import Callable, Iterator, Mapping

Sections = Mapping[str, Mapping[str, str]]


class Feed:
    """`look` gives the sections of the page: in each, HTML by key, in order."""

    def __init__(self, look: Callable[[], Sections]) -> None:
        self._look = look

    def updates(self, wait: Callable[[], bool]) -> Iterator[str]:
        """Server-sent events: first everything, then what changed, and a sign of life in between.
        Ends when `wait` says so."""
        before: Sections = {}
        silent = 0
        while True:
            now = self._look()
            if changes := _changes(before, now):
                yield f"data: {json.dumps(changes)}\n\n"
                silent = 0
            elif (silent := silent + 1) % 40 == 0:
                yield ": still here\n\n"
            before = now
            if wait():
                return


def _changes(before: Sections, now: Sections) -> dict[str, dict[str, object]]:
    """Of each section that changed: the keys in order, and the HTML of those that are new."""
    changes: dict[str, dict[str, object]] = {}
    for section, items in now.items():
        old = before.get(section)
        if old is None or list(old.items()) != list(items.items()):
            new = {key: html for key, html in items.items() if (old or {}).get(key) != html}
            changes[section] = {"order": list(items), "html": new}
    return changes
