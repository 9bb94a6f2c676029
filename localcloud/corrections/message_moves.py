"""Dead letters can be sent back: StartMessageMoveTask, ListMessageMoveTasks, CancelMessageMoveTask.

moto 5.2.5 has none of them (moto/sqs/responses.py). Here a task is over when it has been started.
moto does not keep which queue a dead letter came from: without a destination it goes to the first
queue that names this one as its dead-letter queue.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
"""

import time
import uuid
from typing import Any

from moto.core.responses import ActionResult
from moto.sqs.exceptions import InvalidParameterValue, SQSException
from moto.sqs.models import Queue, SQSBackend
from moto.sqs.responses import SQSResponse

from localcloud.account import name_of

MOST_LISTED = 10

Task = dict[str, Any]


def apply() -> None:
    tasks: list[Task] = []

    def start_message_move_task(self: Any) -> ActionResult:
        arn, to = self._get_param("SourceArn"), self._get_param("DestinationArn")
        source = self.sqs_backend.get_queue(name_of(arn))
        came_from = self.sqs_backend.list_dead_letter_source_queues(source.name)
        if not came_from:
            text = "Source queue must be configured as a Dead Letter Queue."
            raise InvalidParameterValue(text)
        target = self.sqs_backend.get_queue(name_of(to)) if to else came_from[0]
        task = {
            "TaskHandle": str(uuid.uuid4()),
            "Status": "COMPLETED",
            "SourceArn": arn,
            **({"DestinationArn": to} if to else {}),
            "ApproximateNumberOfMessagesMoved": _move(self.sqs_backend, source, target),
            "StartedTimestamp": int(time.time() * 1000),
        }
        tasks.insert(0, task)
        return ActionResult({"TaskHandle": task["TaskHandle"]})

    def list_message_move_tasks(self: Any) -> ActionResult:
        wanted = min(int(self._get_param("MaxResults") or 1), MOST_LISTED)
        found = [task for task in tasks if task["SourceArn"] == self._get_param("SourceArn")]
        hidden = ("TaskHandle",)  # told only of tasks that still run
        shown = [{k: v for k, v in task.items() if k not in hidden} for task in found]
        return ActionResult({"Results": shown[:wanted]})

    def cancel_message_move_task(self: Any) -> ActionResult:
        text = "The task does not exist, or does not run any more."
        raise SQSException("ResourceNotFoundException", text)

    SQSResponse.start_message_move_task = start_message_move_task
    SQSResponse.list_message_move_tasks = list_message_move_tasks
    SQSResponse.cancel_message_move_task = cancel_message_move_task


def _move(backend: SQSBackend, source: Queue, target: Queue) -> int:
    """Moved messages are new ones: other ids, and received by nobody yet."""
    moved = list(source.messages)
    for message in moved:
        backend.send_message(
            target.name,
            message.body,
            message_attributes=message.message_attributes,
            deduplication_id=message.deduplication_id,
            group_id=message.group_id,
        )
    with source._messages_lock:
        source._messages = [message for message in source._messages if message not in moved]
    return len(moved)
