"""SNS topics and SQS queues, with their policies and subscriptions."""

import json

from localcloud.account import arn, name_of
from localcloud.cloudformation.resource_type import (
    Asked,
    Made,
    Properties,
    ResourceType,
    call,
    completing,
    define,
    only,
    tag_map,
    tags_of,
)

_QUEUE_ATTRIBUTES = [
    "DelaySeconds",
    "MaximumMessageSize",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "VisibilityTimeout",
    "KmsMasterKeyId",
    "SqsManagedSseEnabled",
    "RedrivePolicy",
    "RedriveAllowPolicy",
    "FifoQueue",
    "ContentBasedDeduplication",
]


def _create_topic(asked: Asked) -> Made:
    name = asked.name("TopicName")
    made = call("sns", "CreateTopic", Name=name, Tags=tags_of(asked.properties) or None)
    topic = made["TopicArn"]
    with completing(Made(topic, {"TopicName": name, "TopicArn": topic})) as topic_made:
        _configure_topic(topic, asked.properties)
        for subscription in asked.properties.get("Subscription") or []:
            call("sns", "Subscribe", TopicArn=topic, **subscription)
    return topic_made


def _configure_topic(topic: str, properties: Properties) -> None:
    for name in ("DisplayName", "KmsMasterKeyId"):
        if name in properties:
            call(
                "sns",
                "SetTopicAttributes",
                TopicArn=topic,
                AttributeName=name,
                AttributeValue=str(properties[name]),
            )


def _update_topic(made: Made, asked: Asked) -> Made:
    _configure_topic(made.physical_id, asked.properties)
    return made


define(
    ResourceType(
        "AWS::SNS::Topic",
        _create_topic,
        lambda made: call("sns", "DeleteTopic", TopicArn=made.physical_id),
        _update_topic,
        ("TopicName",),
    )
)


def _put_topic_policy(asked: Asked) -> Made:
    for topic in asked.properties["Topics"]:
        call(
            "sns",
            "SetTopicAttributes",
            TopicArn=topic,
            AttributeName="Policy",
            AttributeValue=json.dumps(asked.properties["PolicyDocument"]),
        )
    return Made(asked.name("PolicyName"))


define(
    ResourceType(
        "AWS::SNS::TopicPolicy",
        _put_topic_policy,
        lambda made: None,
        lambda made, asked: (_put_topic_policy(asked), made)[1],
    )
)


def _subscribe(asked: Asked) -> Made:
    properties = asked.properties
    attributes = {}
    for name in ("RawMessageDelivery", "FilterPolicy", "RedrivePolicy", "FilterPolicyScope"):
        if name in properties:
            value = properties[name]
            attributes[name] = json.dumps(value) if isinstance(value, dict) else str(value).lower()
    made = call(
        "sns",
        "Subscribe",
        TopicArn=properties["TopicArn"],
        Protocol=properties["Protocol"],
        Endpoint=properties["Endpoint"],
        Attributes=attributes or None,
    )
    return Made(made["SubscriptionArn"])


define(
    ResourceType(
        "AWS::SNS::Subscription",
        _subscribe,
        lambda made: call("sns", "Unsubscribe", SubscriptionArn=made.physical_id),
    )
)


def _create_queue(asked: Asked) -> Made:
    name = asked.name("QueueName")
    attributes = _queue_attributes(asked.properties)
    tags = tag_map(asked.properties) or None
    url = call("sqs", "CreateQueue", QueueName=name, Attributes=attributes, tags=tags)["QueueUrl"]
    return Made(url, {"Arn": arn("sqs", name), "QueueName": name, "QueueUrl": url})


def _queue_attributes(properties: Properties) -> dict[str, str]:
    given = only(properties, *_QUEUE_ATTRIBUTES)
    return {
        name: json.dumps(value) if isinstance(value, dict) else _text(value)
        for name, value in given.items()
    }


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _update_queue(made: Made, asked: Asked) -> Made:
    attributes = _queue_attributes(asked.properties)
    call("sqs", "SetQueueAttributes", QueueUrl=made.physical_id, Attributes=attributes)
    return made


define(
    ResourceType(
        "AWS::SQS::Queue",
        _create_queue,
        lambda made: call("sqs", "DeleteQueue", QueueUrl=made.physical_id),
        _update_queue,
        ("QueueName", "FifoQueue"),
        "QueueName",
    )
)


def _put_queue_policy(asked: Asked) -> Made:
    policy = {"Policy": json.dumps(asked.properties["PolicyDocument"])}
    for queue in asked.properties["Queues"]:
        call("sqs", "SetQueueAttributes", QueueUrl=queue, Attributes=policy)
    return Made(asked.name("PolicyName"), {"Id": name_of(asked.logical_id)})


define(
    ResourceType(
        "AWS::SQS::QueuePolicy",
        _put_queue_policy,
        lambda made: None,
        lambda made, asked: (_put_queue_policy(asked), made)[1],
    )
)
