"""Stops a request whose role or user does not allow it, with AWS's own AccessDenied."""

import io
import logging
from collections.abc import Mapping
from typing import Any

from werkzeug import Request, Response

from localcloud import refusals, wire
from localcloud.iam.asks import Asks, of_s3, read_json
from localcloud.iam.policy import Ask, Place, granting
from localcloud.iam.principals import Principal, principal_of

log = logging.getLogger(__name__)


class Guard:
    """Roles and users are held to their policies; the owner of the account may do everything.

    `denied` is who was refused what. `relied_on` is what rests on one statement of a role alone,
    and so would be refused without it."""

    def __init__(self, asks: Asks) -> None:
        self._asks = asks
        self.denied: list[tuple[str, Ask]] = []
        self.relied_on: set[tuple[str, Place, str]] = set()

    def refusal(self, service: str, access_key_id: str, request: Request) -> Response | None:
        """None when the request may go on."""
        principal = principal_of(access_key_id)
        if principal is None:
            return None
        for ask in self._asked(service, request):
            places = granting(principal.policies, ask)
            if not places:
                self.denied.append((principal.arn, ask))
                return _denied(service, request, principal, ask)
            if len(places) == 1:
                self.relied_on.add((principal.arn, places[0], ask.action))
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


def _denied(service: str, request: Request, principal: Principal, ask: Ask) -> Response:
    why = (
        f"on resource: {ask.resource} because no identity-based policy allows the "
        f"{ask.action} action"
    )
    refusal = refusals.denied(service, principal.name, ask.action, why)
    log.warning("%s", refusal.message)
    return refusals.response(service, request, refusal)
