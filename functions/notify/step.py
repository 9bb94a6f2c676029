"""One message a release: posted once, edited afterwards, never set back to an earlier state."""

import hashlib
import json
import logging
import time
from collections.abc import Callable
from typing import Any, Protocol

from pilotage import notice as notices
from pilotage.gateways import deployments, topic
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.slack import Channel, ComeBack, RefusedForGood
from pilotage.instruction import Answer
from pilotage.notice import Notice
from pilotage.release import Release
from pilotage.slack_message import render, render_aloud

log = logging.getLogger(__name__)

# Longer than Slack is given to answer, so that a live notifier's claim never lapses.
CLAIM_SECONDS = 30
BUSY_SECONDS = 2


class Answers(Protocol):
    """Where operators' instructions are kept."""

    def answer(self, instruction_id: str) -> Answer | None: ...


class Notifier:
    """`share_of` tells what share of users gets a release's version by the alias; `now` gives
    seconds since the epoch."""

    def __init__(
        self,
        table: ReleaseTable,
        answers: Answers,
        channel: Channel,
        channel_id: str,
        share_of: Callable[[Release], float | None] = lambda _: None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._table = table
        self._answers = answers
        self._channel = channel
        self._channel_id = channel_id
        self._share_of = share_of
        self._now = now

    def tell(self, body: str) -> int | None:
        """None when it is told, else after how many seconds the message must come again. Raises
        RefusedForGood when Slack will never take it."""
        notice = self._notice(_text(body))
        if notice is None:
            return None  # a trigger's test message, or a deployment of someone else's
        try:
            return self._tell(notice)
        except ComeBack as later:
            log.warning("%s", later)
            return later.seconds

    def _notice(self, text: str) -> Notice | None:
        """A message is a pointer: to a release, to a deployment that carries its id, or to an
        operator's instruction."""
        if instruction_id := topic.instruction_in(text):
            answer = self._answers.answer(instruction_id)
            return notices.of_answer(answer) if answer else None
        release_id = topic.release_in(text) or self._release_of(topic.deployment_in(text))
        release = self._table.load(release_id) if release_id else None
        return notices.of(release, self._share_of(release)) if release else None

    def _tell(self, notice: Notice) -> int | None:
        """The place of the message is claimed before it is posted, so that two notifiers do not
        post it twice; what was posted is remembered only afterwards, so that a notifier that dies
        in between loses nothing. Its claim lapses. Slack has no idempotency key: when it is
        Slack's answer that was lost, the message stands there twice."""
        before = self._table.message(notice.release)
        message = render(notice)
        digest = hashlib.sha256(json.dumps(message, sort_keys=True).encode()).hexdigest()
        if before.get("hash") == digest or before.get("rank", -1) > notice.rank:
            return None
        if not self._channel.edits and not self._is_worth_a_post(before, notice):
            return None
        if before.get("claimed", 0) > self._now() - CLAIM_SECONDS:
            return BUSY_SECONDS
        claimed = {**before, "claimed": self._now()}
        if not self._table.put_message(notice.release, claimed, before):
            return BUSY_SECONDS
        self._post(notice, message, claimed, digest)
        return None

    def _post(
        self, notice: Notice, message: dict[str, Any], claimed: dict[str, Any], digest: str
    ) -> None:
        try:
            channel = claimed.get("channel") or notice.channel or self._channel_id
            ts = self._channel.post(channel, message, claimed.get("ts", ""))
            aloud = notice.broadcast and ts == claimed.get("ts")
            if aloud and not claimed.get("aloud"):
                self._channel.post(channel, render_aloud(notice), ts, aloud=True)
        except (ComeBack, RefusedForGood):
            self._table.put_message(notice.release, {**claimed, "claimed": 0}, claimed)
            raise
        sent = {
            "channel": channel,
            "ts": ts,
            "rank": notice.rank,
            "hash": digest,
            "ended": notice.ended,
            "aloud": notice.broadcast,
        }
        self._table.put_message(notice.release, sent, claimed)

    def _is_worth_a_post(self, before: dict[str, Any], notice: Notice) -> bool:
        """A webhook cannot edit: it posts a start and an ending."""
        return notice.ended or "hash" not in before

    def _release_of(self, deployment_id: str) -> str:
        deployment = deployments.deployment(deployment_id) if deployment_id else None
        return deployment.description if deployment else ""


def _text(body: str) -> str:
    """The message inside SNS's envelope."""
    try:
        envelope = json.loads(body)
        return str(envelope["Message"])
    except (ValueError, KeyError, TypeError):
        return body
