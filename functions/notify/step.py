"""One message a release: posted once, edited afterwards, never set back to an earlier state."""

import json
import logging
import time
from collections.abc import Callable
from typing import Protocol

from pilotage import notice as notices
from pilotage.gateways import deployments, topic
from pilotage.gateways.clock import moment
from pilotage.gateways.message_table import Message, MessageTable
from pilotage.gateways.release_table import ReleaseTable
from pilotage.instruction import Answer
from pilotage.notice import UNSEEN, Notice, Seen
from pilotage.release import Release
from pilotage.told import Channel, ComeBack, Step

log = logging.getLogger(__name__)

INSTRUCTION = "instruction#"
# Longer than the function may run, so that a live notifier's claim never lapses.
CLAIM_SECONDS = 75
BUSY_SECONDS = 2
# After a planned move the alias is given so long to show it.
SETTLED_SECONDS = 10


class Answers(Protocol):
    """Where operators' instructions are kept."""

    def answer(self, instruction_id: str) -> Answer | None: ...


class Notifier:
    """`look` sees what users get of a release right now; `tell_at` has it told of again at some
    moments, and says whether that is planned; `now` gives seconds since the epoch, as all moments are."""

    def __init__(
        self,
        releases: ReleaseTable,
        messages: MessageTable,
        answers: Answers,
        channel: Channel,
        look: Callable[[Release], Seen] = lambda _: UNSEEN,
        tell_at: Callable[[str, list[int]], bool] = lambda _release, _moments: True,
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
        about = self._about(_text(body))
        if not about:
            return None  # a trigger's test message, or a deployment of someone else's
        try:
            return self._tell(about)
        except ComeBack as later:
            log.warning("%s", later)
            return later.seconds

    def _about(self, text: str) -> str:
        """A message is a pointer: to a release, to a deployment that carries its id, or to an
        operator's instruction."""
        if instruction_id := topic.instruction_in(text):
            return f"{INSTRUCTION}{instruction_id}"
        return topic.release_in(text) or self._deployed_by(text)

    def _notice(self, about: str) -> Notice | None:
        if about.startswith(INSTRUCTION):
            answer = self._answers.answer(about.removeprefix(INSTRUCTION))
            return notices.of_answer(answer) if answer else None
        release = self._releases.load(about)
        if release is None:
            return None
        seen = self._look(release)
        if seen.share and release.step == "checking":  # a hook of the user's own let them move
            release = release.stepped("shifting", moment(self._now()))
            self._releases.step_on(release, "checking")
        return notices.of(release, seen, self._now())

    def _tell(self, about: str) -> int | None:
        """One thing after the other, each remembered as soon as it is told. Its message is claimed
        before, so that two notifiers do not tell the same; a notifier that dies in between loses
        nothing, for its claim lapses. What was told is read before what there is to tell, so that
        the claim fails when something newer was told meanwhile. Slack has no idempotency key: when
        it is Slack's answer that was lost, the same stands there twice."""
        before = self._messages.message(about)
        notice = self._notice(about)
        if notice is None or before.told.rank > notice.rank:
            return None
        step = self._channel.next(notice, before.told)
        if step is None:
            return None
        if before.until > self._now():
            return BUSY_SECONDS
        claim = before._replace(until=self._now() + CLAIM_SECONDS)
        kept = self._messages.put_message(about, claim, before)
        if kept is None:
            return BUSY_SECONDS
        kept = kept._replace(looks=(*kept.looks, *self._planned(notice, kept.looks)))
        return None if self._all_told(notice, step, kept) else BUSY_SECONDS

    def _all_told(self, notice: Notice, step: Step | None, kept: Message | None) -> bool:
        """Tell what is left, as long as nobody else tells it; whether that was all."""
        while step and kept:
            try:
                told = step()
            except Exception:
                self._messages.put_message(notice.release, kept._replace(until=0), kept)
                raise
            step = self._channel.next(notice, told)
            until = self._now() + CLAIM_SECONDS if step else 0
            now = kept._replace(told=told, until=until)
            kept = self._messages.put_message(notice.release, now, kept)
        return step is None

    def _planned(self, notice: Notice, before: tuple[int, ...]) -> tuple[int, ...]:
        """Have the release told of again when something is to have changed that no event tells: the
        moments that are planned now, beside those before."""
        moments = [at for at in notice.look_at if at not in before]
        due = [at + SETTLED_SECONDS for at in moments if at + SETTLED_SECONDS > self._now()]
        return tuple(moments) if moments and self._tell_at(notice.release, due) else ()

    def _deployed_by(self, text: str) -> str:
        """That a deployment of ours begins was told before it was created; while nobody has written
        down whose it is, there is nothing to add."""
        deployment_id = topic.deployment_in(text)
        if not deployment_id:
            return ""
        if release := self._releases.release_of(deployment_id):
            return release.id
        if topic.is_of_a_beginning(text):
            return ""
        deployment = deployments.deployment(deployment_id)
        return deployment.description if deployment else ""


def _text(body: str) -> str:
    """The message inside SNS's envelope."""
    try:
        envelope = json.loads(body)
        return str(envelope["Message"])
    except (ValueError, KeyError, TypeError):
        return body
