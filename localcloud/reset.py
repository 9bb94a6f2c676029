"""`POST /moto-api/reset` empties the cloud: what moto keeps, and everything that is kept here."""

from collections.abc import Callable, Sequence

from werkzeug import Request, Response

from localcloud import clients
from localcloud.faults.calls import WsgiApp

PREFIX = "/moto-api/reset"


class Reset:
    """A door. `clear` empties each part of this cloud; moto then empties its own."""

    def __init__(self, moto: WsgiApp, clear: Sequence[Callable[[], None]]) -> None:
        self._moto = moto
        self._clear = clear

    def __call__(self, request: Request) -> Response:
        if request.method == "POST":
            for clear in self._clear:
                clear()
            clients.forget()  # the roles that they act with are gone
        return Response.from_app(self._moto, request.environ)
