"""Clients made when first used, and AWS's errors by their code.

botocore is imported inside, so that a function that needs no client does not pay for it. What ships
knows the operations that trim_sdk.py lists, and no others. It makes the same clients as boto3, which
would add a tenth to every cold start for things that nobody uses here.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from pilotage.errors import AwsUnavailable

TRANSIENT = frozenset(
    [
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServerException",
        "RequestLimitExceeded",
        "ProvisionedThroughputExceededException",
        "ServiceException",
        "ServiceUnavailable",
        "SlowDown",
        "KMSThrottling",
        "Throttled",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
    ]
)


@cache
def client(service: str) -> Any:
    """A client with botocore's standard retries."""
    return _made(service, retries={"mode": "standard", "max_attempts": 4})


@cache
def patient_client(service: str, seconds: int) -> Any:
    """A client for a call that may take long and must not be made twice."""
    return _made(service, retries={"total_max_attempts": 1}, read_timeout=seconds)


def _made(service: str, **settings: Any) -> Any:
    from botocore.config import Config

    return _session().create_client(service, config=Config(**settings))


@cache
def _session() -> Any:
    """One for all clients: what it reads from disk, it keeps."""
    import botocore.session

    return botocore.session.get_session()


def code_of(error: Exception) -> str:
    """The error code of a botocore ClientError; "" for any other exception."""
    response = getattr(error, "response", None)
    return str(response["Error"]["Code"]) if isinstance(response, dict) else ""


def message_of(error: Exception) -> str:
    response = getattr(error, "response", None)
    return str(response["Error"].get("Message", "")) if isinstance(response, dict) else str(error)


def is_transient(error: Exception) -> bool:
    """Throttled, a fault on AWS's side, or no answer at all: worth another try."""
    from botocore.exceptions import ConnectionError as NoConnection
    from botocore.exceptions import HTTPClientError

    if isinstance(error, HTTPClientError | NoConnection):
        return True
    response = getattr(error, "response", None)
    if not isinstance(response, dict):
        return False
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return code_of(error) in TRANSIENT or status >= 500


def doorway(handler: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """A handler whose transient AWS errors leave it as AwsUnavailable, which is retried by name."""

    def lambda_handler(event: Any, context: Any) -> Any:
        try:
            return handler(event, context)
        except Exception as error:
            if type(error).__module__.startswith("botocore") and is_transient(error):
                raise AwsUnavailable(f"{code_of(error)}: {message_of(error)}") from error
            raise

    return lambda_handler
