"""SNS: the topic of notices. A message is a pointer; what is told stands in the table."""

import json
import logging

from pilotage.gateways.aws import client

log = logging.getLogger(__name__)


class Topic:
    def __init__(self, arn: str) -> None:
        self._arn = arn

    def tell(self, release_id: str) -> None:
        """Say that a release has news on its way. What cannot be said now is said with the next
        news: telling never holds up a release."""
        try:
            self.tell_end(release_id)
        except Exception:
            log.exception("the news of %s could not be told", release_id)

    def tell_end(self, release_id: str) -> None:
        """Say that a release is over; nothing would say it later."""
        client("sns").publish(TopicArn=self._arn, Message=json.dumps({"release": release_id}))

    def tell_answer(self, instruction_id: str) -> None:
        """Say what came of an operator's instruction."""
        message = json.dumps({"instruction": instruction_id})
        client("sns").publish(TopicArn=self._arn, Message=message)


def instruction_in(message: str) -> str:
    """The id of an operator's instruction, "" when the message is another's."""
    found = _object(message)
    return str(found.get("instruction", "")) if set(found) == {"instruction"} else ""


def release_in(message: str) -> str:
    """The release id of our own message, "" when it is another's."""
    found = _object(message)
    return str(found.get("release", "")) if set(found) == {"release"} else ""


def deployment_in(message: str) -> str:
    """The deployment id of a CodeDeploy trigger's message, "" when there is none."""
    return str(_object(message).get("deploymentId") or "")


def is_of_a_beginning(message: str) -> bool:
    """Whether a CodeDeploy trigger says that a deployment was created, by the spelling of SNS."""
    return _object(message).get("status") == "CREATED"


def _object(message: str) -> dict[str, object]:
    try:
        found = json.loads(message)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
