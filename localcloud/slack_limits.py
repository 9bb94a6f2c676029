"""What Slack refuses of a message's blocks.

https://docs.slack.dev/reference/block-kit/blocks
"""

import json
from collections.abc import Iterator
from typing import Any

Block = dict[str, Any]

MAX_BLOCKS = 50
# Undocumented; messages of about this size were refused.
# https://github.com/slackapi/bolt-js/issues/2509
MAX_CHARACTERS = 13_200


def error(blocks: list[Block]) -> str:
    """Slack's error word, "" when it takes them."""
    if len(json.dumps(blocks, ensure_ascii=False)) > MAX_CHARACTERS:
        return "msg_blocks_too_long"
    if len(blocks) > MAX_BLOCKS or any(fault for block in blocks for fault in faults(block)):
        return "invalid_blocks"
    return ""


def faults(block: Block) -> Iterator[str]:
    """Everything that Slack would not take of a block of a type that we know."""
    kind = block.get("type")
    if kind == "header":
        yield from _text(block.get("text"), 150, "header")
    elif kind == "section":
        yield from _section(block)
    elif kind == "context":
        yield from _count(block.get("elements"), 10, "context")
        for element in block.get("elements") or []:
            yield from _text(element, 3000, "context")
    elif kind == "actions":
        yield from _count(block.get("elements"), 25, "actions")
        for element in block.get("elements") or []:
            yield from _button(element)
    elif kind == "rich_text":
        yield from _count(block.get("elements"), 1000, "rich_text")
        for part in block.get("elements") or []:
            yield from _rich(part)


def _section(block: Block) -> Iterator[str]:
    if "text" not in block and "fields" not in block:
        yield "section: neither text nor fields"
    if "text" in block:
        yield from _text(block["text"], 3000, "section")
    if "fields" in block:
        yield from _count(block["fields"], 10, "fields")
        for field in block["fields"]:
            yield from _text(field, 2000, "field")


def _button(button: Block) -> Iterator[str]:
    if button.get("type") != "button":
        return
    yield from _text(button.get("text"), 75, "button")
    yield from _length(button.get("action_id", ""), 255, "action_id")
    yield from _length(button.get("value", ""), 2000, "value")
    if button.get("style", "danger") not in ("danger", "primary"):
        yield "button: style"
    confirm = button.get("confirm")
    for name, limit in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        if confirm:
            yield from _text(confirm.get(name), limit, f"confirm.{name}")


def _rich(part: Block) -> Iterator[str]:
    """Its texts must say something."""
    for inner in part.get("elements") or []:
        if inner.get("type") in ("text", "link") and not (inner.get("text") or inner.get("url")):
            yield "rich_text: empty"
        if inner.get("type") == "date" and not (inner.get("timestamp") and inner.get("format")):
            yield "date: no time or format"
        if inner.get("type") == "rich_text_section":
            yield from _rich(inner)


def _text(text: Any, limit: int, where: str) -> Iterator[str]:
    if not isinstance(text, dict) or text.get("type") not in ("plain_text", "mrkdwn"):
        yield f"{where}: no text object"
        return
    yield from _length(text.get("text", ""), limit, where, least=1)


def _length(text: str, limit: int, where: str, least: int = 0) -> Iterator[str]:
    if not least <= len(text) <= limit:
        yield f"{where}: {len(text)} characters, at most {limit}"


def _count(elements: Any, limit: int, where: str) -> Iterator[str]:
    if not elements or len(elements) > limit:
        yield f"{where}: {len(elements or [])} elements, at most {limit}"
