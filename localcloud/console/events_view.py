"""What went over the event buses, newest first, each with its raw JSON."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from localcloud.console.html import element, folded, moment, words

MOST = 60


def rows(sent: Sequence[dict[str, Any]]) -> dict[str, str]:
    return {f"e{event['id']}": _row(event) for event in reversed(sent[-MOST:])}


def _row(event: dict[str, Any]) -> str:
    at = datetime.fromisoformat(event["time"]).timestamp()
    said = element("b", words(event["detail-type"])) + element("small", words(event["source"]))
    raw = element("pre", words(json.dumps(event, indent=1, ensure_ascii=False)))
    return folded(moment(at) + said + element("small", words(_about(event))), raw, "raw")


def _about(event: dict[str, Any]) -> str:
    """The one thing that tells such events apart."""
    detail = event.get("detail") or {}
    found = (
        (detail.get("object") or {}).get("key")
        or detail.get("deploymentId")
        or detail.get("alarmName")
        or detail.get("name")
        or detail.get("target")
        or ""
    )
    state = detail.get("state") or detail.get("status") or ""
    word = state.get("value", "") if isinstance(state, dict) else state
    return f"{found} {word}".strip()
