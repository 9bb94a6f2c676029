"""One message a release: posted once, edited afterwards, never set back to an earlier state."""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from pilotage import notice as notices
from pilotage.gateways import deployments, topic
from pilotage.gateways.message_table import MessageTable
from pilotage.gateways.release_table import ReleaseTable
from pilotage.instruction import Answer
from pilotage.notice import UNSEEN, Notice, Seen
from pilotage.release import Release
from pilotage.told import Channel, ComeBack, RefusedForGood

log = logging.getLogger(__name__)

# Longer than Slack is given to answer, so that a live notifier's claim never lapses.
CLAIM_SECONDS = 30
BUSY_SECONDS = 2
# After a planned move the alias is given so long to show it.
SETTLED_SECONDS = 10


class Answers(Protocol):
    """Where operators' instructions are kept."""

    def answer(self, instruction_id: str) -> Answer | None: ...


class Notifier:
    """`look` sees what users get of a release right now; `tell_at` has it told of again at some
    moments; `now` gives seconds since the epoch, as all moments are."""

    def __init__(
        self,
        releases: ReleaseTable,
        messages: MessageTable,
        answers: Answers,
        channel: Channel,
        look: Callable[[Release], Seen] = lambda _: UNSEEN,
        tell_at: Callable[[str, list[int]], None] = lambda _release, _moments: None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._releases = releases
        self._messages = messages
        self._answers = answers
        self._channel = channel
        self._look = look
        self._tell_at = tell_at
        self._now = now

    def tell(self, body: str) -> int | None:
        """None when it is told, else after how many seconds the message must come again. Raises
        RefusedForGood when the channel will never take it."""
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
        release = self._releases.load(release_id) if release_id else None
        return notices.of(release, self._look(release)) if release else None

    def _tell(self, notice: Notice) -> int | None:
        """One thing after the other, each remembered as soon as it is told. Its message is claimed
        before, so that two notifiers do not tell the same; a notifier that dies in between loses
        nothing, for its claim lapses. Slack has no idempotency key: when it is Slack's answer that
        was lost, the same stands there twice."""
        about, before = notice.release, self._messages.message(notice.release)
        told = before.told
        step = None if told.rank > notice.rank else self._channel.next(notice, told)
        if step is None:
            return None
        if before.until > self._now():
            return BUSY_SECONDS
        claim = replace(before, until=self._now() + CLAIM_SECONDS)
        kept = self._messages.put_message(about, claim, before)
        if kept is None:
            return BUSY_SECONDS
        kept = replace(kept, planned=kept.planned or self._plan(notice))
        while step is not None and kept is not None:
            try:
                told = step()
            except (ComeBack, RefusedForGood):
                self._messages.put_message(about, replace(kept, until=0), kept)
                raise
            step = self._channel.next(notice, told)
            until = self._now() + CLAIM_SECONDS if step else 0
            now = replace(kept, told=told, until=until)
            kept = self._messages.put_message(about, now, kept)
        return None

    def _plan(self, notice: Notice) -> bool:
        """Have the release told of again when users are to have moved further."""
        if notice.progress is None or not notice.progress.moves:
            return False
        moments = [moment + SETTLED_SECONDS for moment in notice.progress.moves]
        self._tell_at(notice.release, [moment for moment in moments if moment > self._now()])
        return True

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
