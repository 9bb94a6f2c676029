"""A notice as a Slack message. Slack's limits are kept by construction.

Foreign words go into plain_text and rich_text elements, which Slack never parses; only the
fallback `text` is parsed, so it is escaped.
https://docs.slack.dev/messaging/formatting-message-text
"""

from typing import Any

from pilotage.notice import Notice

MAX_HEADER = 150
MAX_TEXT = 2_800
MAX_REASON = 600
MAX_REASONS = 12

Block = dict[str, Any]


def render(notice: Notice) -> dict[str, Any]:
    """`text` and `blocks` of chat.postMessage, chat.update or a webhook."""
    blocks = [_header(notice.headline), _plain(notice.users_get)]
    if notice.reasons:
        blocks.append(_reasons(notice.reasons))
    if notice.advice:
        blocks.append(_plain(notice.advice))
    blocks.append(_context((notice.who, *notice.facts)))
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
