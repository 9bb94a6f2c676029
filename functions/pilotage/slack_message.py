"""A notice as a Slack message. Slack's limits are kept by construction.

Foreign words go into plain_text and rich_text elements, which Slack never parses; only the
fallback `text` is parsed, so it is escaped.
https://docs.slack.dev/messaging/formatting-message-text
https://docs.slack.dev/reference/block-kit/blocks
"""

import json
from datetime import UTC, datetime
from typing import Any

from pilotage.button import Button
from pilotage.history import Line
from pilotage.link import Link
from pilotage.notice import Notice, Progress

MAX_HEADER = 150
MAX_TEXT = 1_500
# Slack advises 4,000 characters, and has been seen to refuse edits of more bytes once escaped.
# https://docs.slack.dev/reference/methods/chat.update
MAX_TEXT_BYTES = 3_900
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
MAX_FIELD = 800
# How long a reason may be, from the roomiest message to the one that always fits.
ROOM = (500, 250, 100)
MAX_REASONS = 10
MAX_FACTS = 4
# Slack refuses messages of about 13,200 characters with msg_blocks_too_long, and documents no limit.
# https://github.com/slackapi/bolt-js/issues/2509
MAX_MESSAGE = 12_000
MAX_LINES = 25
MAX_BUTTON = 75
MAX_CONFIRM = 300
CELLS = 20

Block = dict[str, Any]


def render(notice: Notice, *, buttons: bool = False) -> dict[str, Any]:
    """`text` and `blocks` of chat.postMessage, chat.update or a webhook; with `buttons` where
    someone answers them."""
    blocks: list[Block] = []
    for room in ROOM:
        blocks = _blocks(notice, room, buttons=buttons)
        if _fits(blocks):
            break
    return {"text": _fallback(notice), "blocks": blocks}


def _blocks(notice: Notice, room: int, *, buttons: bool) -> list[Block]:
    blocks = [_header(notice.headline), _plain(notice.users_get)]
    if notice.progress:
        blocks.append(_bar(notice.progress))
    blocks.append(_who(notice.who, notice.links))
    if notice.checks or notice.alarms:
        blocks.append(_fields({"Checks": notice.checks, "Alarms": notice.alarms}))
    if notice.reasons:
        blocks.append(_list(_few(notice.reasons, MAX_REASONS), room))
    if notice.advice:
        blocks.append(_plain(notice.advice))
    if buttons and notice.buttons:
        blocks.append(_actions(notice.release, notice.buttons))
    if notice.facts:
        blocks.append(_context(notice.facts))
    return blocks


def render_aloud(notice: Notice) -> dict[str, Any]:
    """What is said aloud in the channel below the message: an edit alone rings nobody's phone."""
    blocks = [_plain(f"{notice.headline} — {notice.users_get}")]
    if notice.reasons:
        blocks.append(_list(_few(notice.reasons, 3), ROOM[0]))
    return {"text": _fallback(notice), "blocks": blocks}


def render_history(lines: tuple[Line, ...]) -> dict[str, Any]:
    """What happened meanwhile, for the thread."""
    shown = lines[-MAX_LINES:]
    blocks: list[Block] = []
    for room in ROOM:
        blocks = [_bullets([_line(line, room) for line in shown])]
        if _fits(blocks):
            break
    text = "; ".join(cut(line.text, 100) for line in shown)
    return {"text": escaped(text), "blocks": blocks}


def _line(line: Line, room: int) -> Block:
    when = [_time(line.at), _words(" ")] if line.at else []
    return _section([*when, _words(line.text, room)])


def _fits(blocks: list[Block]) -> bool:
    return len(json.dumps(blocks, ensure_ascii=False)) <= MAX_MESSAGE


def escaped(text: str) -> str:
    """Slack's three characters: no mention and no link survives. Whole ones, and not too many bytes."""
    safe, size = "", 0
    for character in cut(text, MAX_TEXT):
        piece = _ESCAPES.get(character, character)
        size += len(piece.encode(errors="replace"))
        if size > MAX_TEXT_BYTES:
            return safe + "…"
        safe += piece
    return safe


def cut(text: str, limit: int) -> str:
    """At most so many characters, the last one "…" when some are missing."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _fallback(notice: Notice) -> str:
    """What a phone's lock screen shows."""
    return escaped(f"{notice.headline} — {notice.users_get} {notice.who}")


def _header(text: str) -> Block:
    return {"type": "header", "text": _plain_text(text, MAX_HEADER)}


def _plain(text: str) -> Block:
    return {"type": "section", "text": _plain_text(text, MAX_TEXT)}


def _bar(progress: Progress) -> Block:
    """Twenty cells, the percentage, and when the next step comes in the reader's own zone."""
    full = min(CELLS, max(0, round(progress.share * CELLS)))
    text = f"{'▰' * full}{'▱' * (CELLS - full)} {progress.share:.0%} on version {progress.version}"
    elements = [_words(text)]
    if progress.next_at:
        who = "everyone" if progress.next_share >= 1 else f"{progress.next_share:.0%}"
        elements += [_words(f" · {who} at "), _time(progress.next_at)]
    return _rich(_section(elements))


def _who(who: str, links: tuple[Link, ...]) -> Block:
    elements = [_words(who or "Pilotage", MAX_TEXT)]
    for link in links:
        elements += [_words(" · "), {"type": "link", "url": link.url, "text": link.label}]
    return _rich(_section(elements))


def _fields(columns: dict[str, tuple[str, ...]]) -> Block:
    """Side by side on a wide screen."""
    fields = [
        _plain_text("\n".join((title, *_few(lines, 6))), MAX_FIELD)
        for title, lines in columns.items()
        if lines
    ]
    return {"type": "section", "fields": fields}


def _actions(release: str, buttons: tuple[Button, ...]) -> Block:
    return {"type": "actions", "elements": [_button(release, button) for button in buttons]}


def _button(release: str, button: Button) -> Block:
    """The click names the release alone: what may be done is read from the table."""
    confirm: Block = {
        "title": _plain_text(button.label, MAX_BUTTON),
        "text": _plain_text(button.asks, MAX_CONFIRM),
        "confirm": _plain_text(button.yes, 30),
        "deny": _plain_text("Leave it", 30),
    }
    style = {"style": "danger"} if button.danger else {}
    return {
        "type": "button",
        "action_id": button.action,
        "value": release,
        "text": _plain_text(button.label, MAX_BUTTON),
        "confirm": {**confirm, **style},
        **style,
    }


def _context(lines: tuple[str, ...]) -> Block:
    return {"type": "context", "elements": [_plain_text(line, 300) for line in lines[:MAX_FACTS]]}


def _list(texts: tuple[str, ...], room: int) -> Block:
    return _bullets([_section([_words(text, room)]) for text in texts])


def _bullets(items: list[Block]) -> Block:
    return _rich({"type": "rich_text_list", "style": "bullet", "elements": items})


def _few(texts: tuple[str, ...], limit: int) -> tuple[str, ...]:
    if len(texts) <= limit:
        return texts
    return (*texts[:limit], f"… and {len(texts) - limit} more")


def _rich(element: Block) -> Block:
    return {"type": "rich_text", "elements": [element]}


def _section(elements: list[Block]) -> Block:
    return {"type": "rich_text_section", "elements": elements}


def _words(text: str, limit: int = MAX_TEXT) -> Block:
    return {"type": "text", "text": cut(text, limit)}


def _time(epoch: int) -> Block:
    """A moment in the zone of whoever reads it.

    https://docs.slack.dev/reference/block-kit/blocks/rich-text-block#date-element-type
    """
    words = datetime.fromtimestamp(epoch, UTC).strftime("%H:%M UTC")
    return {"type": "date", "timestamp": epoch, "format": "{time}", "fallback": words}


def _plain_text(text: str, limit: int) -> Block:
    """Slack refuses empty text."""
    return {"type": "plain_text", "text": cut(text, limit) or "–", "emoji": True}
