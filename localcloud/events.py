"""EventBridge delivery: which rules an event matches, what each target is given, and what is
tried again. moto keeps the rules; it can deliver to none of the targets a workflow needs."""

import json
import logging
import threading
import time
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from moto.events.models import Rule, events_backends
from moto.events.utils import EventTemplateParser

from localcloud import clients
from localcloud.account import ACCOUNT, REGION, name_of
from localcloud.faults.events import EventFaults

log = logging.getLogger(__name__)

Event = dict[str, Any]

# EventBridge tries for 24 hours and 185 times; here the pauses stay short.
# https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
MAX_RETRIES = 185
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 5.0


class Bus:
    """Delivers events, each target in its own time: who sends an event never waits."""

    def __init__(self, faults: EventFaults) -> None:
        self._faults = faults
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
        return [self._workers.submit(self._deliver, target, event) for target in list(rule.targets)]

    def stop(self) -> None:
        self.stopped.set()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _deliver(self, target: dict[str, Any], event: Event) -> None:
        body = _input(target, event)
        policy = target.get("RetryPolicy") or {}
        retries = int(policy.get("MaximumRetryAttempts", MAX_RETRIES))
        pause = FIRST_PAUSE_SECONDS
        for attempt in range(retries + 1):
            try:
                hand_over(target, body)
                return
            except Exception as error:
                log.warning("event for %s was refused: %s", target["Arn"], error)
                if attempt == retries or self.stopped.wait(pause):
                    self._give_up(target, body, error)
                    return
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _give_up(self, target: dict[str, Any], body: str, error: Exception) -> None:
        queue = (target.get("DeadLetterConfig") or {}).get("Arn")
        if queue and not self.stopped.is_set():
            client = clients.client("sqs")
            url = client.get_queue_url(QueueName=name_of(queue))["QueueUrl"]
            attributes = {"ERROR_MESSAGE": {"DataType": "String", "StringValue": str(error)[:1000]}}
            client.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=attributes)


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


def _input(target: dict[str, Any], event: Event) -> str:
    """What the target is given: a constant, a part of the event, a template, or all of it."""
    if "Input" in target:
        return str(target["Input"])
    if path := target.get("InputPath"):
        return json.dumps(_part(event, path))
    if transformer := target.get("InputTransformer"):
        made = EventTemplateParser.parse(
            input_template=transformer["InputTemplate"],
            input_paths_map=transformer.get("InputPathsMap", {}),
            event=event,
        )
        return made if isinstance(made, str) else json.dumps(made)
    return json.dumps(event)


def _part(event: Event, path: str) -> Any:
    part: Any = event
    for name in path.removeprefix("$").strip(".").split("."):
        part = part.get(name) if name else part
    return part


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
