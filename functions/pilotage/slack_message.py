"""A notice as a Slack message. Slack's limits are kept by construction.

Foreign words go into plain_text and rich_text elements, which Slack never parses; only the
fallback `text` is parsed, so it is escaped.
https://docs.slack.dev/messaging/formatting-message-text
"""

from datetime import UTC, datetime
from typing import Any

from pilotage.notice import Notice, Progress

MAX_HEADER = 150
MAX_TEXT = 2_800
MAX_REASON = 600
MAX_REASONS = 12
CELLS = 20

Block = dict[str, Any]


def render(notice: Notice) -> dict[str, Any]:
    """`text` and `blocks` of chat.postMessage, chat.update or a webhook."""
    blocks = [_header(notice.headline), _plain(notice.users_get)]
    if notice.progress:
        blocks.append(_bar(notice.progress))
    if notice.reasons:
        blocks.append(_reasons(notice.reasons))
    if notice.advice:
        blocks.append(_plain(notice.advice))
    blocks.append(_context((notice.who, *notice.facts)))
    return {
        "text": escaped(f"{notice.headline} — {notice.users_get} {notice.who}"),
        "blocks": blocks,
    }


def render_aloud(notice: Notice) -> dict[str, Any]:
    """What is said aloud in the channel below the message: an edit alone rings nobody's phone."""
    blocks = [_plain(f"{notice.headline} — {notice.users_get}")]
    if notice.reasons:
        blocks.append(_reasons(notice.reasons[:3]))
    return {
        "text": escaped(f"{notice.headline} — {notice.users_get} {notice.who}"),
        "blocks": blocks,
    }


def escaped(text: str) -> str:
    """Slack's three characters, in this order: no mention and no link survives."""
    short = cut(text, MAX_TEXT)
    return short.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _header(text: str) -> Block:
    return {"type": "header", "text": _plain_text(cut(text, MAX_HEADER))}


def _plain(text: str) -> Block:
    return {"type": "section", "text": _plain_text(cut(text, MAX_TEXT))}


def _bar(progress: Progress) -> Block:
    """Twenty cells, the percentage, and when the next step comes in the reader's own zone."""
    full = min(CELLS, max(0, round(progress.share * CELLS)))
    text = f"{'▰' * full}{'▱' * (CELLS - full)} {progress.share:.0%} on version {progress.version}"
    elements: list[Block] = [{"type": "text", "text": text}]
    if progress.next_at:
        who = "everyone" if progress.next_share >= 1 else f"{progress.next_share:.0%}"
        elements += [{"type": "text", "text": f" · {who} at "}, _time(progress.next_at)]
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def _time(epoch: int) -> Block:
    words = datetime.fromtimestamp(epoch, UTC).strftime("%H:%M UTC")
    return {"type": "date", "timestamp": epoch, "format": "{time}", "fallback": words}


def _plain_text(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": True}


def _context(lines: tuple[str, ...]) -> Block:
    elements = [_plain_text(cut(line, 300)) for line in lines if line][:10]
    return {"type": "context", "elements": elements or [_plain_text("Pilotage")]}


def _reasons(reasons: tuple[str, ...]) -> Block:
    shown = [cut(reason, MAX_REASON) for reason in reasons[:MAX_REASONS]]
    if len(reasons) > MAX_REASONS:
        shown.append(f"… and {len(reasons) - MAX_REASONS} more")
    items = [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": reason}]}
        for reason in shown
    ]
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_list", "style": "bullet", "elements": items}],
    }
