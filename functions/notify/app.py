"""Notify: tell the chat channel what the table says of a release."""

import logging
import os
import time
from functools import lru_cache
from typing import Any

from notify.step import Notifier
from pilotage.gateways import alarms, slack
from pilotage.gateways.aws import doorway
from pilotage.gateways.instruction_table import InstructionTable
from pilotage.gateways.lambda_functions import share_by_alias
from pilotage.gateways.message_table import MessageTable
from pilotage.gateways.queue import come_back_in, give_up
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.schedules import Schedules
from pilotage.gateways.secrets import secret
from pilotage.gateways.turn_table import TurnTable
from pilotage.notice import Seen
from pilotage.release import Release
from pilotage.told import RefusedForGood
from pilotage.users_get import new_version

log = logging.getLogger(__name__)

LONGEST_PAUSE_SECONDS = 600
# SQS hides a message for twelve hours at most.
MOST_HIDDEN_SECONDS = 43_200
BROKEN_SECONDS = 30
# One message may take four calls to Slack, a second apart, and a few to AWS.
ENOUGH_MILLISECONDS = 29_000
SECRET_SECONDS = 300
# So short a pause is waited for here: going through the queue would take longer, and a channel of
# one call a second would stand idle. Not often, for other channels wait behind it.
SHORT_SECONDS = 2
SHORT_PAUSES = 3


@doorway
def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    """`event`: a batch of the queue. Answers which messages must come again. What Slack refuses
    for good goes to the dead letters with Slack's reason, where an alarm rings."""
    failed = []
    for record in event["Records"]:
        pause = _tell(record, context)
        if pause is not None:
            come_back_in(os.environ["QUEUE"], record["receiptHandle"], pause)
            failed.append(record["messageId"])
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def _tell(record: dict[str, Any], context: Any) -> int | None:
    """None when it is told or given up, else after how many seconds it must come again. One that
    breaks holds up no other."""
    if not _has_time(context):
        return 1
    try:
        pause = _patiently(record["body"], context)
    except RefusedForGood as refused:
        log.error("Slack refused a notice: %s", refused)
        give_up(os.environ["LOST_NOTICES"], record["body"], str(refused))
        return None
    except Exception:
        log.exception("a notice could not be told")
        pause = BROKEN_SECONDS
    return None if pause is None else _longer(pause, record)


def _patiently(body: str, context: Any) -> int | None:
    """None when it is told, else the pause that is left to the queue."""
    pause = _notifier().tell(body)
    for _ in range(SHORT_PAUSES):
        if pause is None or pause > SHORT_SECONDS or not _has_time(context):
            break
        time.sleep(pause)
        pause = _notifier().tell(body)
    return pause


def _has_time(context: Any) -> bool:
    return not context or context.get_remaining_time_in_millis() >= ENOUGH_MILLISECONDS


def _longer(pause: int, record: dict[str, Any]) -> int:
    """Longer with each try, so that sixty tries last through hours of an outage."""
    tries = int(record.get("attributes", {}).get("ApproximateReceiveCount", 1))
    longer: int = pause << min(tries // 4, 10)
    return min(MOST_HIDDEN_SECONDS, max(pause, min(LONGEST_PAUSE_SECONDS, longer)))


def _notifier() -> Notifier:
    """One for some minutes: then the secret is read anew, so that a changed one is found."""
    return _made(int(time.time() // SECRET_SECONDS))


@lru_cache(maxsize=1)
def _made(_period: int) -> Notifier:
    channel = slack.channel_for(
        secret(os.environ["SLACK_SECRET"]),
        os.environ["SLACK_API_URL"],
        os.environ["SLACK_CHANNEL"],
        buttons=bool(os.environ["BUTTONS"]),
    )
    table = os.environ["TABLE"]
    releases, messages = ReleaseTable(table), MessageTable(table)
    schedules = Schedules(
        os.environ["SCHEDULE_PREFIX"], os.environ["TOPIC"], os.environ["SCHEDULE_ROLE"]
    )
    answers = InstructionTable(table)
    return Notifier(releases, messages, answers, channel, _look, schedules.tell_at)


def _look(release: Release) -> Seen:
    """While users move: how far, and how the alarms are meanwhile. Once everyone has it: whether
    they still do."""
    if release.outcome:
        return Seen(after=_after(release))
    own_hook = release.step == "checking" and release.plan and release.plan.before_hook
    if release.deployment is None or not (release.step == "shifting" or own_hook):
        return Seen()
    return Seen(share_by_alias(release), alarms.seen(release.deployment.alarms))


def _after(release: Release) -> str:
    """What users got after a release that went live; "" while they get it, or nobody knows."""
    if not (release.outcome and release.outcome.is_live and release.revision):
        return ""
    table = os.environ["TABLE"]
    turn = TurnTable(table).turn(release.target_name)
    if any(claim.release == release.id for claim in turn.everyone):
        return ""  # its end is written down, but not yet what the target has by it
    life = turn.life
    if life is None or life.version == release.outcome.users_get:
        return ""
    newer = ReleaseTable(table).load(life.release) if life.release else None
    return new_version(newer) if newer and newer.revision else f"version {life.version}"
