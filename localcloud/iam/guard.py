"""Stops a request whose role does not allow it, with AWS's own AccessDenied."""

import io
import json
import logging
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from moto.iam.models import iam_backends
from werkzeug import Request, Response

from localcloud import clients
from localcloud.account import ACCOUNT
from localcloud.iam.asks import Asks, of_s3, read_json
from localcloud.iam.policy import Ask, allows

log = logging.getLogger(__name__)

JSON_TARGETED = ("codedeploy", "dynamodb", "sqs", "ssm", "monitoring", "states", "logs", "events")


class Guard:
    """Roles are held to their policies; the owner of the account may do everything."""

    def __init__(self, asks: Asks) -> None:
        self._asks = asks
        self.denied: list[tuple[str, Ask]] = []

    def refusal(self, service: str, access_key_id: str, request: Request) -> Response | None:
        """None when the request may go on."""
        role = clients.role_of(access_key_id)
        if not role:
            return None
        documents = list(_policies(role))
        for ask in self._asked(service, request):
            if not allows(documents, ask):
                self.denied.append((role, ask))
                return _denied(service, request, role, ask)
        return None

    def _asked(self, service: str, request: Request) -> list[Ask]:
        if service == "s3":
            return of_s3(request)
        body = request.get_data()
        request.environ["wsgi.input"] = io.BytesIO(body)  # whoever answers reads it again
        operation, params = _read(service, request, body)
        return self._asks.of(service, operation, params)


def _read(service: str, request: Request, body: bytes) -> tuple[str, Mapping[str, Any]]:
    if target := request.headers.get("X-Amz-Target"):
        return target.split(".")[-1], read_json(body)
    if service == "lambda":
        from localcloud import wire

        call = wire.read("lambda", "", request)
        return call.operation, call.params
    form = {**request.args.to_dict(), **request.form.to_dict()}
    request.environ["wsgi.input"] = io.BytesIO(body)
    return form.get("Action", ""), form


def _policies(role_arn: str) -> Iterator[Mapping[str, Any]]:
    """The documents of a role: inline, and of its managed policies."""
    name = role_arn.rsplit("/", 1)[-1]
    backend = iam_backends[ACCOUNT]["aws"]
    role = next((r for r in backend.roles.values() if r.name == name), None)
    if role is None:
        return
    for text in role.policies.values():
        yield _document(text)
    for policy in role.managed_policies.values():
        yield _document(next(v.document for v in policy.versions if v.is_default))


def _document(text: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(text) if isinstance(text, str) else text
    return found


def _denied(service: str, request: Request, role: str, ask: Ask) -> Response:
    name = role.rsplit("/", 1)[-1]
    user = f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/session"
    message = (
        f"User: {user} is not authorized to perform: {ask.action} on resource: {ask.resource} "
        f"because no identity-based policy allows the {ask.action} action"
    )
    log.warning("%s", message)
    request_id = str(uuid.uuid4())
    if service == "s3":
        xml = f"<Error><Code>AccessDenied</Code><Message>{message}</Message></Error>"
        response = Response("" if request.method == "HEAD" else xml, 403, content_type="text/xml")
    elif service in JSON_TARGETED or service == "lambda":
        body = {"__type": "AccessDeniedException", "message": message, "Message": message}
        response = Response(json.dumps(body), 403, content_type="application/x-amz-json-1.1")
        response.headers["x-amzn-ErrorType"] = "AccessDeniedException"
    else:
        xml = (
            "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>"
            f"<Message>{message}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
        )
        response = Response(xml, 403, content_type="text/xml")
    response.headers["x-amzn-RequestId"] = request_id
    return response
