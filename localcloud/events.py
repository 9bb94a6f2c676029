"""EventBridge delivery: which rules an event matches, who is given it, and what is tried again. moto
keeps the rules; it can deliver to none of the targets a workflow needs."""

import json
import logging
import threading
import time
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from moto.events.models import Rule, events_backends

from localcloud import clients
from localcloud.account import ACCOUNT, REGION, name_of
from localcloud.clock import Clock
from localcloud.event_input import body_for
from localcloud.faults.events import EventFaults

log = logging.getLogger(__name__)

Event = dict[str, Any]

# EventBridge tries for 24 hours and 185 times; here the pauses stay short.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
MAX_RETRIES = 185
MAX_AGE_SECONDS = 24 * 3600
# No other try would end otherwise: permissions are missing, or the target is gone.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
_PERMANENT = (
    *("AccessDenied", "NotAuthorized", "NotFound", "ResourceNotFound", "StateMachineDoesNotExist"),
    *("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"),
)
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0


class Bus:
    """Delivers events, each target in its own time: who sends an event never waits."""

    def __init__(self, faults: EventFaults, clock: Clock) -> None:
        self._faults = faults
        self._clock = clock
        self._workers = ThreadPoolExecutor(16, "events")
        self.sent: list[Event] = []
        self.stopped = threading.Event()

    def send(self, event: Event, bus: str = "default") -> None:
        """Complete an event and hand it to the rules of a bus."""
        whole = _whole(event)
        self.sent.append(whole)

        def deliver() -> list[Future[None]]:
            known = events_backends[ACCOUNT][REGION].event_buses.get(bus)
            rules = [r for r in list(known.rules.values()) if _matches(r, whole)] if known else []
            return [done for rule in rules for done in self._to_targets(rule, whole)]

        self._faults.pass_on(whole, deliver)

    def fire(self, rule: Rule, event: Event) -> None:
        """Complete an event and hand it to one rule's targets."""
        whole = _whole(event)
        self._faults.pass_on(whole, lambda: self._to_targets(rule, whole))

    def _to_targets(self, rule: Rule, event: Event) -> list[Future[None]]:
        if self.stopped.is_set():
            return []
        return [
            self._workers.submit(self._deliver, rule.arn, target, event)
            for target in list(rule.targets)
        ]

    def stop(self) -> None:
        self.stopped.set()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _deliver(self, rule_arn: str, target: dict[str, Any], event: Event) -> None:
        policy = target.get("RetryPolicy") or {}
        retries = int(policy.get("MaximumRetryAttempts", MAX_RETRIES))
        age = self._clock.real(int(policy.get("MaximumEventAgeInSeconds", MAX_AGE_SECONDS)))
        until, pause, attempt = self._clock.now() + age, FIRST_PAUSE_SECONDS, 0
        while not self.stopped.is_set():
            try:
                hand_over(target, body_for(target, event, rule_arn))
                return
            except Exception as error:
                log.warning("event for %s was refused: %s", target["Arn"], error)
                over = _exhausted(error, attempt >= retries, self._clock.now() > until)
                if over is not None:
                    self._give_up(rule_arn, target, event, _told(error, over, attempt))
                    return
            self.stopped.wait(pause)
            pause, attempt = min(pause * 2, LONGEST_PAUSE_SECONDS), attempt + 1

    def _give_up(
        self, rule_arn: str, target: dict[str, Any], event: Event, why: dict[str, str]
    ) -> None:
        """The dead letter is the event itself; why it is one stands in its attributes."""
        queue = (target.get("DeadLetterConfig") or {}).get("Arn")
        if not queue or self.stopped.is_set():
            return
        client = clients.client("sqs")
        url = client.get_queue_url(QueueName=name_of(queue))["QueueUrl"]
        told = {"RULE_ARN": rule_arn, "TARGET_ARN": target["Arn"], **why}
        attributes = {n: {"DataType": "String", "StringValue": text} for n, text in told.items()}
        client.send_message(
            QueueUrl=url, MessageBody=json.dumps(event), MessageAttributes=attributes
        )


def _exhausted(error: Exception, tries_are_over: bool, time_is_over: bool) -> str | None:
    """Why it is not tried again: "" where it never is, None when it is."""
    code = str(getattr(error, "response", {}).get("Error", {}).get("Code", ""))
    if code.startswith(_PERMANENT):
        return ""
    if tries_are_over:
        return "MaximumRetryAttempts"
    return "MaximumEventAgeInSeconds" if time_is_over else None


def _told(error: Exception, exhausted: str, attempts: int) -> dict[str, str]:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html"""
    code = getattr(error, "response", {}).get("Error", {}).get("Code", "SDK_CLIENT_ERROR")
    told = {"ERROR_CODE": str(code), "ERROR_MESSAGE": str(error)[:1000]}
    if exhausted:
        told |= {"EXHAUSTED_RETRY_CONDITION": exhausted, "RETRY_ATTEMPTS": str(attempts)}
    return told


def _whole(event: Event) -> Event:
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "account": ACCOUNT,
        "region": REGION,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "resources": [],
        **event,
    }


def _matches(rule: Rule, event: Event) -> bool:
    """moto lets a rule without a pattern, which has a schedule, match everything."""
    return bool(
        rule.state != "DISABLED"
        and rule.event_pattern.get_pattern()
        and rule.event_pattern.matches_event(event)
    )


def hand_over(target: dict[str, Any], body: str) -> None:
    """Give a body to a target, with the target's own role where it names one."""
    target_arn = target["Arn"]
    role = target.get("RoleArn", "")
    match target_arn.split(":")[2]:
        case "states":
            clients.client("stepfunctions", role).start_execution(
                stateMachineArn=target_arn, name=f"{uuid.uuid4()}_{uuid.uuid4()}", input=body
            )
        case "lambda":
            clients.client("lambda").invoke(
                FunctionName=target_arn, InvocationType="Event", Payload=body.encode()
            )
        case "sqs":
            client = clients.client("sqs")
            url = client.get_queue_url(QueueName=name_of(target_arn))["QueueUrl"]
            client.send_message(QueueUrl=url, MessageBody=body)
        case "sns":
            clients.client("sns", role).publish(TopicArn=target_arn, Message=body)
        case "logs":
            _log(target_arn.split(":log-group:")[1].split(":")[0], body)
        case other:
            log.warning("the local cloud does not deliver events to %s", other)


def _log(group: str, body: str) -> None:
    client = clients.client("logs")
    stream = str(uuid.uuid4())
    client.create_log_stream(logGroupName=group, logStreamName=stream)
    event = {"timestamp": int(time.time() * 1000), "message": body}
    client.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])
