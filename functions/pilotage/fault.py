"""One thing that is wrong with an upload: where, what, and how to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    place: str
    reason: str
    fix: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}" + (f" {self.fix}" if self.fix else "")


def few(faults: list[Fault], limit: int = 20) -> tuple[Fault, ...]:
    """The first faults, and how many more there are: a hostile file has thousands."""
    if len(faults) <= limit:
        return tuple(faults)
    return (*faults[:limit], Fault("and", f"{len(faults) - limit} more faults like these."))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`Did you mean "x"?` for the nearest known word; else the list of what is known."""
    import difflib  # only what is wrong with an upload needs it

    words = sorted(known)
    near = difflib.get_close_matches(word[:100], words, n=1, cutoff=0.6)
    if near:
        return f'Did you mean "{near[0]}"?'
    return f"Known: {', '.join(words)}." if words else ""


def shown(text: str, limit: int = 80) -> str:
    """Foreign text made safe to print: one line, no control characters, not too long."""
    flat = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"
