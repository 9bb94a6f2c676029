"""The channel, as Slack would show what it was sent. A block of an unknown type is shown as JSON."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from localcloud.console.html import element, folded, moment, words
from localcloud.slack import CHANNEL
from localcloud.slack_clicks import PEOPLE

Message = dict[str, Any]

# The channel's latest messages; the inbox has all of them.
MOST = 60
BUILDER = "https://app.slack.com/block-kit-builder/#"


def channel(inbox: Sequence[Message]) -> dict[str, str]:
    """What stands in the channel, oldest first: by key, each with its thread."""
    shown: dict[str, Message] = {}
    below: dict[str, list[Message]] = {}
    for number, message in enumerate(inbox):
        where = message.get("thread_ts") or message.get("below")
        if where:
            below.setdefault(where, []).append(message)
        if not where or message.get("reply_broadcast"):
            key = message.get("ts") or f"webhook-{number}"
            first = shown.get(key, message)
            shown[key] = {**message, "posted": first.get("posted", first.get("at", 0))}
    latest = list(shown.items())[-MOST:]
    return {f"m{key}": _article_or_json(message, below.get(key, [])) for key, message in latest}


def _article_or_json(message: Message, below: list[Message]) -> str:
    """Anything may have been sent: what has no known form is shown as it came."""
    try:
        return _article(message, below)
    except (KeyError, TypeError, AttributeError, ValueError):
        return element("pre", words(json.dumps(message, indent=1)))


def _article(message: Message, below: list[Message]) -> str:
    meta = element("b", "Pilotage") + element("small", moment(message.get("posted", 0)))
    if message.get("channel", CHANNEL) != CHANNEL:
        meta += element("small", words(f"in {message['channel']}"))
    if message.get("reply_broadcast"):
        meta += element("small", "said aloud, below its message")
    replies = [reply for reply in below if reply["method"] != "response_url"]
    whispers = [reply for reply in below if reply["method"] == "response_url"]
    thread = "".join(element("li", _blocks(reply)) for reply in replies)
    parts = [
        element("p", meta, class_="meta"),
        _blocks(message),
        *(_whisper(whisper) for whisper in whispers),
        folded(f"{len(replies)} in its thread", element("ul", thread), "thread") if replies else "",
        folded("JSON", _json(message), "json"),
    ]
    return "".join(parts)


def _whisper(whisper: Message) -> str:
    name = next((p.name for p in PEOPLE if p.id == whisper.get("user")), whisper.get("user"))
    only = element("small", f"only visible to {words(name)}")
    return element("p", only + words(whisper.get("text", "")), class_="whisper")


def _json(message: Message) -> str:
    """What was sent, and the same in Slack's own Block Kit Builder."""
    blocks = {"blocks": message.get("blocks") or []}
    link = BUILDER + quote(json.dumps(blocks))
    opens = element("a", "Block Kit Builder", href=link, target="_blank", rel="noreferrer")
    return element("p", opens) + element("pre", words(json.dumps(blocks, indent=1)))


def _blocks(message: Message) -> str:
    blocks = message.get("blocks") or []
    found = "".join(_block(block, message.get("ts", "")) for block in blocks)
    return found or element("p", words(message.get("text", "")))


def _block(block: Message, ts: str) -> str:
    match block.get("type"):
        case "header":
            return element("h3", words(block["text"]["text"]))
        case "section":
            text = element("p", words(block["text"]["text"])) if "text" in block else ""
            fields = "".join(element("p", words(f["text"])) for f in block.get("fields", []))
            more = _unknown(block["accessory"]) if "accessory" in block else ""
            return text + (element("div", fields, class_="fields") if fields else "") + more
        case "context":
            said = " · ".join(words(e.get("text", "")) for e in block["elements"])
            return element("p", said, class_="context")
        case "divider":
            return "<hr>"
        case "actions":
            buttons = "".join(_button(e, ts) for e in block["elements"])
            return element("p", buttons, class_="actions")
        case "rich_text":
            return "".join(_rich(part) for part in block["elements"])
    return _unknown(block)


def _unknown(part: Message) -> str:
    """What has no form here is shown as it was sent."""
    return element("pre", words(json.dumps(part, indent=1)))


def _button(button: Message, ts: str) -> str:
    if button.get("type") != "button":
        return _unknown(button)
    confirm = button.get("confirm") or {}
    return element(
        "button",
        words(button["text"]["text"]),
        type="button",
        class_=button.get("style", "plain"),
        data_click=button.get("action_id", ""),
        data_ts=ts,
        data_title=confirm.get("title", {}).get("text", ""),
        data_asks=confirm.get("text", {}).get("text", ""),
        data_yes=confirm.get("confirm", {}).get("text", ""),
        data_no=confirm.get("deny", {}).get("text", ""),
    )


def _rich(part: Message) -> str:
    match part.get("type"):
        case "rich_text_section":
            return element("p", _inline(part))
        case "rich_text_list":
            items = "".join(element("li", _inline(item)) for item in part["elements"])
            return element("ul", items)
    return _unknown(part)


def _inline(section: Message) -> str:
    return "".join(_span(part) for part in section["elements"])


def _span(part: Message) -> str:
    match part.get("type"):
        case "date":
            return element(
                "time", words(part.get("fallback", "")), data_epoch=str(part["timestamp"])
            )
        case "link":
            return _link(str(part.get("url", "")), str(part.get("text") or part.get("url", "")))
        case "text":
            return words(part.get("text", ""))
    return element("code", words(json.dumps(part)))


def _link(url: str, text: str) -> str:
    """Only to the web: whatever else a link may name is shown as text."""
    if not url.startswith(("https://", "http://")):
        return words(text)
    return element("a", words(text), href=url, target="_blank", rel="noreferrer")
