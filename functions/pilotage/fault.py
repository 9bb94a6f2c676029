"""One thing that is wrong with an upload: where, what, and how to mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

LONGEST_PLACE, LONGEST = 300, 700
MOST_WORDS = 10


@dataclass(frozen=True, slots=True)
class Fault:
    """Printable and short, whatever was put into it: it is kept, and told in chat."""

    place: str
    reason: str
    fix: str = ""

    def __post_init__(self) -> None:
        for name, limit in (("place", LONGEST_PLACE), ("reason", LONGEST), ("fix", LONGEST)):
            object.__setattr__(self, name, shown(getattr(self, name), limit))

    def __str__(self) -> str:
        return f"{self.place}: {self.reason}" + (f" {self.fix}" if self.fix else "")


def few(faults: Iterable[Fault], limit: int = 20) -> tuple[Fault, ...]:
    """The first faults, and how many more there are: a hostile file has thousands, which are
    counted and not kept."""
    left = iter(faults)
    first = tuple(islice(left, limit))
    more = sum(1 for _ in left)
    return (*first, Fault("and", f"{more} more faults like these.")) if more else first


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`Did you mean "x"?` for the nearest known word; else the list of what is known."""
    import difflib  # only what is wrong with an upload needs it

    words = sorted(shown(one) for one in known)
    near = difflib.get_close_matches(word[:100], words, n=1, cutoff=0.6)
    if near:
        return f'Did you mean "{near[0]}"?'
    more = ", …" if len(words) > MOST_WORDS else ""
    return f"Known: {', '.join(words[:MOST_WORDS])}{more}." if words else ""


def shown(text: str, limit: int = 80) -> str:
    """Foreign text made safe to print: one line, no control characters, not too long."""
    flat = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"
