"""Lists of Lambda in pages: Marker says where one starts, NextMarker where the next one does."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from localcloud.wire import AwsError, Params

# https://docs.aws.amazon.com/lambda/latest/api/API_ListVersionsByFunction.html: ListAliases and
# ListVersionsByFunction give 50 items at most in a response, even when MaxItems is higher.
MOST = 50


def page(member: str, items: Sequence[Any], params: Params) -> Params:
    """Raises InvalidParameterValueException for a marker that is none. What AWS's markers hold is
    not documented; here it is the place in the list."""
    start = _start(params["Marker"]) if params.get("Marker") else 0
    end = start + min(params.get("MaxItems") or MOST, MOST)
    marker = base64.b64encode(str(end).encode()).decode() if end < len(items) else None
    return {member: list(items[start:end]), "NextMarker": marker}


def _start(marker: str) -> int:
    try:
        return max(0, int(base64.b64decode(marker, validate=True)))
    except (binascii.Error, ValueError):
        message = "The marker is not one of this list."
        raise AwsError("InvalidParameterValueException", message, Type="User") from None
