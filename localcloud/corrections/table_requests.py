"""DynamoDB takes each request to its tables whole: whoever's condition holds has written, and no one
else's held meanwhile.

moto 5.2.5 checks a condition and writes without holding the table, so of two that claim a key at once
both may get it, and a query may meet a table that changes under it (moto/dynamodb/models/table.py).
On AWS a conditional write is one step, which is what makes it fit for claims.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html
"""

import threading
from typing import Any

from moto.dynamodb.responses import DynamoHandler

_answer = DynamoHandler.call_action
_one_at_a_time = threading.RLock()


def apply() -> None:
    def call_action(handler: DynamoHandler) -> Any:
        with _one_at_a_time:
            return _answer(handler)

    DynamoHandler.call_action = call_action
