"""One message a release: posted once, edited afterwards, never set back to an earlier state."""

import hashlib
import json
import logging
from typing import Any

from pilotage import notice as notices
from pilotage.gateways import code_deploy, topic
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.slack import Channel, ComeBack, RefusedForGood
from pilotage.notice import Notice
from pilotage.slack_message import render

log = logging.getLogger(__name__)


class Notifier:
    def __init__(self, table: ReleaseTable, channel: Channel, channel_id: str) -> None:
        self._table = table
        self._channel = channel
        self._channel_id = channel_id

    def tell(self, body: str) -> bool:
        """False when the message must come again. What Slack refuses for good comes again too,
        until the queue moves it to the dead letters, where an alarm rings."""
        release_id = self._release_id(_text(body))
        release = self._table.load(release_id) if release_id else None
        if release is None:
            return True  # a trigger's test message, or a deployment of someone else's
        try:
            return self._tell(notices.of(release))
        except ComeBack as later:
            log.warning("%s", later)
        except RefusedForGood as refused:
            log.error("Slack refused the notice of %s: %s", release_id, refused)
        return False

    def _tell(self, notice: Notice) -> bool:
        """The place of the message is claimed before it is posted, so that two notifiers do not
        post it twice; whoever loses comes again and edits."""
        before = self._table.message(notice.release)
        message = render(notice)
        digest = hashlib.sha256(json.dumps(message, sort_keys=True).encode()).hexdigest()
        if before.get("hash") == digest or before.get("rank", -1) > notice.rank:
            return True
        if not self._channel.edits and not self._is_worth_a_post(before, notice):
            return True
        claimed = {**before, "rank": notice.rank, "hash": digest, "ended": notice.ended}
        if not before.get("ts") and before.get("posting"):
            return False
        if not self._table.put_message(notice.release, {**claimed, "posting": True}, before):
            return False
        try:
            ts = self._channel.post(self._channel_id, message, before.get("ts", ""))
        except Exception:
            self._table.put_message(notice.release, before, {**claimed, "posting": True})
            raise
        self._table.put_message(notice.release, {**claimed, "ts": ts}, {**claimed, "posting": True})
        return True

    def _is_worth_a_post(self, before: dict[str, Any], notice: Notice) -> bool:
        """A webhook cannot edit: it posts a start and an ending."""
        return notice.ended or not before

    def _release_id(self, text: str) -> str:
        """A message is a pointer: to a release, or to a deployment that carries its id."""
        if release_id := topic.release_in(text):
            return release_id
        deployment_id = topic.deployment_in(text)
        deployment = code_deploy.deployment(deployment_id) if deployment_id else None
        return deployment.description if deployment else ""


def _text(body: str) -> str:
    """The message inside SNS's envelope."""
    try:
        envelope = json.loads(body)
        return str(envelope["Message"])
    except (ValueError, KeyError, TypeError):
        return body
