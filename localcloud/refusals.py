"""Errors that stand before a service: throttled, unavailable, denied, in the service's own form."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from xml.sax.saxutils import escape

from werkzeug import Request, Response

from localcloud.account import ACCOUNT

# These answer in XML; all others speak JSON. S3 has a form of its own.
QUERY = ("sns", "iam", "sts", "cloudformation", "")


@dataclass(frozen=True)
class Refusal:
    code: str
    status: int
    message: str


# Codes and statuses from botocore's service models. S3:
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html; where a model has none:
# https://docs.aws.amazon.com/awssupport/latest/APIReference/CommonErrors.html
_THROTTLED = {
    "lambda": Refusal("TooManyRequestsException", 429, "Rate Exceeded."),
    "s3": Refusal("SlowDown", 503, "Please reduce your request rate."),
    "dynamodb": Refusal(
        "ProvisionedThroughputExceededException",
        400,
        "The level of configured provisioned throughput for the table was exceeded.",
    ),
    "sns": Refusal("Throttled", 429, "Rate exceeded"),
    "sqs": Refusal("RequestThrottled", 400, "Rate exceeded"),
    "iam": Refusal("Throttling", 400, "Rate exceeded"),
    "sts": Refusal("Throttling", 400, "Rate exceeded"),
    "cloudformation": Refusal("Throttling", 400, "Rate exceeded"),
}
_UNAVAILABLE = {
    "lambda": Refusal("ServiceException", 500, "An internal error occurred."),
    "s3": Refusal("InternalError", 500, "We encountered an internal error. Please try again."),
    "dynamodb": Refusal("InternalServerError", 500, "Internal server error"),
    "ssm": Refusal("InternalServerError", 500, "An error occurred on the server side."),
    "sns": Refusal("InternalError", 500, "Internal error"),
    "events": Refusal("InternalException", 500, "An internal error occurred."),
    "monitoring": Refusal("InternalServiceError", 500, "An internal error occurred."),
    "logs": Refusal("ServiceUnavailableException", 503, "The service cannot complete the request."),
}


def throttled(service: str) -> Refusal:
    return _THROTTLED.get(service, Refusal("ThrottlingException", 400, "Rate exceeded"))


def unavailable(service: str) -> Refusal:
    default = Refusal("InternalFailure", 500, "The request failed because of an unknown error.")
    return _UNAVAILABLE.get(service, default)


def denied(service: str, role: str, action: str, why: str) -> Refusal:
    user = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/session"
    code = "AccessDenied" if service == "s3" or service in QUERY else "AccessDeniedException"
    return Refusal(code, 403, f"User: {user} is not authorized to perform: {action} {why}")


BY_KIND: dict[str, Callable[[str, str, str], Refusal]] = {
    "throttled": lambda service, _operation, _caller: throttled(service),
    "unavailable": lambda service, _operation, _caller: unavailable(service),
    "denied": lambda service, operation, caller: denied(
        service,
        caller,
        f"{service}:{operation}",
        "with an explicit deny in a service control policy",
    ),
}


def response(service: str, request: Request, refusal: Refusal) -> Response:
    request_id = str(uuid.uuid4())
    code, message = refusal.code, refusal.message
    if service == "s3":
        xml = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
        body = "" if request.method == "HEAD" else xml
        answer = Response(body, refusal.status, content_type="text/xml")
    elif service in QUERY:
        side = "Sender" if refusal.status < 500 else "Receiver"
        xml = (
            f"<ErrorResponse><Error><Type>{side}</Type><Code>{code}</Code>"
            f"<Message>{escape(message)}</Message></Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
        answer = Response(xml, refusal.status, content_type="text/xml")
    else:
        text = json.dumps({"__type": code, "message": message, "Message": message})
        answer = Response(text, refusal.status, content_type="application/x-amz-json-1.1")
        answer.headers["x-amzn-ErrorType"] = code
    answer.headers["x-amzn-RequestId"] = request_id
    return answer
