"""Topics and buckets call functions that run here.

moto 5.2.5 hands both to a Lambda of its own, which has no functions: publishing to a topic with such
a subscription fails, and a bucket's notification is lost (moto/sns/models.py, Subscription.publish;
moto/s3/notifications.py, _invoke_awslambda).
https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

import json
import logging
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from moto.s3 import notifications
from moto.sns.models import Subscription

from localcloud import clients
from localcloud.account import REGION

log = logging.getLogger(__name__)

_publish = Subscription.publish


def apply() -> None:
    def publish(subscription: Subscription, message: str, message_id: str, **more: Any) -> None:
        if subscription.protocol != "lambda":
            _publish(subscription, message, message_id, **more)
        elif _matches(subscription, message, more.get("message_attributes")):
            _call(subscription.endpoint, _sns_event(subscription, message, message_id, more))

    def invoke(_account: str, event: Any, function_arn: str, _region: str) -> None:
        for record in event["Records"]:
            record.setdefault("userIdentity", {"principalId": "AWS:LOCALCLOUD"})
        _call(function_arn, event)

    Subscription.publish = publish
    notifications._invoke_awslambda = invoke


def _matches(subscription: Subscription, message: str, attributes: Any) -> bool:
    matcher = subscription._filter_policy_matcher
    return matcher is None or matcher.matches(attributes, message)


def _call(function_arn: str, event: Mapping[str, Any]) -> None:
    """Asynchronously, in a time of its own: whoever publishes or uploads does not wait for it."""

    def run() -> None:
        try:
            clients.client("lambda").invoke(
                FunctionName=function_arn,
                InvocationType="Event",
                Payload=json.dumps(event).encode(),
            )
        except Exception:
            log.exception("%s could not be notified", function_arn)

    threading.Thread(target=run, daemon=True).start()


def _sns_event(
    subscription: Subscription, message: str, message_id: str, more: Mapping[str, Any]
) -> dict[str, Any]:
    cert = f"https://sns.{REGION}.amazonaws.com/SimpleNotificationService-local.pem"
    leave = f"https://sns.{REGION}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn="
    told = {
        "Type": "Notification",
        "MessageId": message_id,
        "TopicArn": subscription.topic_arn,
        "Subject": more.get("subject"),
        "Message": _of_lambda(message, more.get("message_structure")),
        "Timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "SignatureVersion": "1",
        "Signature": "TG9jYWwgY2xvdWQ=",
        "SigningCertUrl": cert,
        "UnsubscribeUrl": leave + subscription.arn,
        "MessageAttributes": more.get("message_attributes") or {},
    }
    record = {"EventVersion": "1.0", "EventSubscriptionArn": subscription.arn}
    return {"Records": [{"EventSource": "aws:sns", **record, "Sns": told}]}


def _of_lambda(message: str, structure: str | None) -> str:
    """With a message for each protocol, the functions' own."""
    if structure != "json":
        return message
    texts = json.loads(message)
    return str(texts.get("lambda", texts["default"]))
