"""SQS: when a message comes again."""

from pilotage.gateways.aws import client


def come_back_in(queue_url: str, receipt_handle: str, seconds: int) -> None:
    """Hide a message that was not handled for so many seconds, instead of the queue's own time."""
    client("sqs").change_message_visibility(
        QueueUrl=queue_url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
    )
