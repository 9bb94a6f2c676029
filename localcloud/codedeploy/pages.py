"""Long lists in pages, with a token for where the next page starts."""

import base64
import hashlib
import json
from collections.abc import Sequence
from typing import Any

from localcloud.codedeploy import choices
from localcloud.wire import AwsError, Params


def page(
    items: Sequence[Any], params: Params, member: str, size: int = choices.PAGE_SIZE
) -> Params:
    """One page of a list. Raises InvalidNextTokenException for another list's token."""
    asked = _asked(params, member)
    start = _start(params["nextToken"], asked) if params.get("nextToken") else 0
    shown: Params = {member: list(items[start : start + size])}
    if start + size < len(items):
        shown["nextToken"] = _token(start + size, asked)
    return shown


def _asked(params: Params, member: str) -> str:
    """What the list was asked with: a token goes on with the same question only."""
    question = {key: value for key, value in params.items() if key != "nextToken"}
    text = json.dumps([member, question], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _token(start: int, asked: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([start, asked]).encode()).decode()


def _start(token: str, asked: str) -> int:
    try:
        start, question = json.loads(base64.urlsafe_b64decode(token.encode()))
        if question == asked and isinstance(start, int):
            return start
    except (ValueError, TypeError):
        pass
    raise AwsError(
        "InvalidNextTokenException", "The next token was specified in an invalid format."
    )
