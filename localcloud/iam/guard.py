"""Stops a request whose role does not allow it, with AWS's own AccessDenied."""

import io
import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any

from moto.iam.models import iam_backends
from werkzeug import Request, Response

from localcloud import clients, refusals, wire
from localcloud.account import ACCOUNT
from localcloud.iam.asks import Asks, of_s3, read_json
from localcloud.iam.policy import Ask, Place, granting

log = logging.getLogger(__name__)


class Guard:
    """Roles are held to their policies; the owner of the account may do everything.

    `denied` is who was refused what. `relied_on` is what rests on one statement of a role alone,
    and so would be refused without it."""

    def __init__(self, asks: Asks) -> None:
        self._asks = asks
        self.denied: list[tuple[str, Ask]] = []
        self.relied_on: set[tuple[str, Place, str]] = set()

    def refusal(self, service: str, access_key_id: str, request: Request) -> Response | None:
        """None when the request may go on."""
        role = clients.role_of(access_key_id)
        if not role:
            return None
        policies = list(_policies(role))
        for ask in self._asked(service, request):
            places = granting(policies, ask)
            if not places:
                self.denied.append((role, ask))
                return _denied(service, request, role, ask)
            if len(places) == 1:
                self.relied_on.add((role, places[0], ask.action))
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
    if service in wire.REST_JSON:
        call = wire.read(service, "", request)
        return call.operation, call.params
    form = {**request.args.to_dict(), **request.form.to_dict()}
    request.environ["wsgi.input"] = io.BytesIO(body)
    return form.get("Action", ""), form


def _policies(role_arn: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The policies of a role by name: inline, and managed."""
    name = role_arn.rsplit("/", 1)[-1]
    backend = iam_backends[ACCOUNT]["aws"]
    role = next((r for r in backend.roles.values() if r.name == name), None)
    if role is None:
        return
    for policy_name, text in role.policies.items():
        yield policy_name, _document(text)
    for policy in role.managed_policies.values():
        yield policy.name, _document(next(v.document for v in policy.versions if v.is_default))


def _document(text: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(text) if isinstance(text, str) else text
    return found


def _denied(service: str, request: Request, role: str, ask: Ask) -> Response:
    name = role.rsplit("/", 1)[-1]
    why = (
        f"on resource: {ask.resource} because no identity-based policy allows the "
        f"{ask.action} action"
    )
    refusal = refusals.denied(service, name, ask.action, why)
    log.warning("%s", refusal.message)
    return refusals.response(service, request, refusal)
