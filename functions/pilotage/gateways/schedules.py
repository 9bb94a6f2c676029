"""EventBridge Scheduler: a release is told of again when users are to move further.

No event tells a step of a shift. The schedules tell only when to look: what is told then is read
from the alias.
"""

import hashlib
import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from pilotage.gateways.aws import client, code_of

log = logging.getLogger(__name__)


class Schedules(NamedTuple):
    """`prefix` begins their names; `role_arn` may publish to the topic."""

    prefix: str
    topic_arn: str
    role_arn: str

    def tell_at(self, release_id: str, moments: Sequence[int]) -> bool:
        """Once at each moment (seconds since the epoch); a schedule removes itself afterwards. Says
        whether all are planned. What is not is not told in between: nothing waits for this.

        https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
        """
        message = json.dumps({"release": release_id})
        target = {"Arn": self.topic_arn, "RoleArn": self.role_arn, "Input": message}
        name = hashlib.sha256(release_id.encode()).hexdigest()[:24]
        planned = [self._put(f"{self.prefix}{name}-{m}", m, target) for m in moments]
        return all(planned)

    def _put(self, name: str, moment: int, target: dict[str, str]) -> bool:
        try:
            client("scheduler").create_schedule(
                Name=name,
                ScheduleExpression=f"at({datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M:%S})",
                FlexibleTimeWindow={"Mode": "OFF"},
                ActionAfterCompletion="DELETE",
                Target=target,
            )
        except Exception as error:
            if code_of(error) != "ConflictException":  # else it is planned already
                log.exception("%s could not be planned", name)
                return False
        return True
