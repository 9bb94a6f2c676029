"""What an operator asks for, by an event on the stack's own bus."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pilotage.fault import Fault, did_you_mean, shown
from pilotage.hold import EVERYTHING

SOURCE = "pilotage.operator"
FREEZE, THAW, STOP, ROLL_BACK = "Freeze", "Thaw", "Stop Release", "Roll Back"
RELEASE_AGAIN = "Release Again"
KINDS = (FREEZE, THAW, STOP, ROLL_BACK, RELEASE_AGAIN)
# Where it was asked for, when what came of it is seen there without being told.
CHAT = "chat"
_NEEDED = {
    FREEZE: ("target", "by", "reason"),
    THAW: ("target", "by"),
    STOP: ("target", "by", "reason"),
    ROLL_BACK: ("target", "by", "reason"),
    RELEASE_AGAIN: ("target", "by", "release"),
}
_OPTIONAL = {
    STOP: ("release", "asked_in"),
    ROLL_BACK: ("version", "release", "asked_in"),
    RELEASE_AGAIN: ("asked_in",),
}
LONGEST = {
    "target": 250,
    "by": 80,
    "reason": 500,
    "release": 1100,
    "version": 10,
    "asked_in": 10,
}


class Instruction(NamedTuple):
    """`id` is the event's own; `by` is who they claim to be: the bus knows only the account. A
    roll back with a `release` goes back from that release alone."""

    id: str
    kind: str
    at: str
    target: str = ""
    by: str = ""
    reason: str = ""
    release: str = ""
    version: str = ""
    asked_in: str = ""

    @property
    def is_seen(self) -> bool:
        """Whether what came of it is seen where it was asked for."""
        return self.asked_in == CHAT

    @property
    def application(self) -> str:
        return self.target.partition("/")[0]

    @property
    def group(self) -> str:
        return self.target.partition("/")[2]


class Answer(NamedTuple):
    """What came of an instruction: kept for good, and told in chat, in the channel of the release
    that it is about."""

    instruction: Instruction
    faults: tuple[Fault, ...] = ()
    users_get: str = ""
    done: tuple[str, ...] = ()
    channel: str = ""


def read(event: Mapping[str, Any], now: str) -> tuple[Instruction, list[Fault]]:
    """The instruction of an event, and everything that is wrong with it. `now` as EventBridge
    writes times: the sender may name another, but none to come, which would outlast every answer."""
    kind, detail = str(event.get("detail-type", "")), event.get("detail")
    detail = detail if isinstance(detail, Mapping) else {}
    words = {name: str(detail.get(name) or "").strip() for name in LONGEST}
    told = {name: shown(text, LONGEST[name]) for name, text in words.items()}
    at = min(str(event["time"]), now)
    instruction = Instruction(str(event["id"]), shown(kind), at, **told)
    if kind not in KINDS:
        fault = Fault("detail-type", f'is "{shown(kind)}".', did_you_mean(kind, KINDS))
        return instruction, [fault]
    return instruction, [
        *_missing(kind, words),
        *_unknown(kind, detail),
        *_too_long(words),
        *_bad_target(kind, words["target"]),
        *_bad_version(words["version"]),
    ]


def _missing(kind: str, words: Mapping[str, str]) -> list[Fault]:
    return [
        Fault("detail", f'says no "{name}".', f'Add "{name}": everyone who waits is shown it.')
        for name in _NEEDED[kind]
        if not words[name]
    ]


def _unknown(kind: str, detail: Mapping[str, Any]) -> list[Fault]:
    known = (*_NEEDED[kind], *_OPTIONAL.get(kind, ()), "reason")
    return [
        Fault(
            "detail", f'says "{shown(str(name))}", which {kind} does not know.', _like(name, known)
        )
        for name in detail
        if name not in known
    ]


def _like(name: object, known: tuple[str, ...]) -> str:
    return did_you_mean(str(name), known)


def _too_long(words: Mapping[str, str]) -> list[Fault]:
    return [
        Fault("detail", f'"{name}" is {len(text)} characters long.', f"At most {LONGEST[name]}.")
        for name, text in words.items()
        if len(text) > LONGEST[name]
    ]


def _bad_target(kind: str, target: str) -> list[Fault]:
    if not target or (target == EVERYTHING and kind in (FREEZE, THAW)):
        return []
    application, _, group = target.partition("/")
    if application and group and "/" not in group:
        return []
    fix = "Write <application>/<deployment group>"
    fix += f', or "{EVERYTHING}".' if kind in (FREEZE, THAW) else "."
    return [Fault("detail", f'"target" is "{shown(target)}".', fix)]


def _bad_version(version: str) -> list[Fault]:
    if not version or version.isdecimal():
        return []
    return [Fault("detail", f'"version" is "{shown(version)}".', "Write its number.")]
