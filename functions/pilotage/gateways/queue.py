"""SQS: when a message comes again, and where it goes when it cannot be told."""

from pilotage.gateways.aws import client


def come_back_in(queue_url: str, receipt_handle: str, seconds: int) -> None:
    """Hide a message that was not handled for so many seconds, instead of the queue's own time."""
    client("sqs").change_message_visibility(
        QueueUrl=queue_url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
    )


def give_up(dead_letters_url: str, body: str, reason: str) -> None:
    """Put a message among the dead letters, with the reason as its attribute."""
    client("sqs").send_message(
        QueueUrl=dead_letters_url,
        MessageBody=body,
        MessageAttributes={"reason": {"DataType": "String", "StringValue": reason[:1000] or "?"}},
    )
