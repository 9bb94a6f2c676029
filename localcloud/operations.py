"""Which operation a request asks for, by the wire protocols alone: nothing is validated here."""

import io
import re
from dataclasses import dataclass
from functools import cache
from urllib.parse import parse_qs, parse_qsl, unquote

from moto.core.utils import get_service_model
from werkzeug import Request

from localcloud import wire

_RPC_PATH = re.compile(r"/service/\w+/operation/(\w+)")


def operation_of(service: str, request: Request) -> str:
    """The operation's name; "" when the request names none. The body can still be read after."""
    if service == "s3":
        return _s3_operation(request)
    body = request.get_data()
    request.environ["wsgi.input"] = io.BytesIO(body)  # whoever answers reads it again
    if target := request.headers.get("X-Amz-Target"):
        return target.rsplit(".", maxsplit=1)[-1]
    if found := _RPC_PATH.fullmatch(request.path):
        return found.group(1)
    if service in wire.REST_JSON:
        return wire.rest_operation(service, request)
    form = parse_qs(body.decode(errors="replace"))
    return (form.get("Action") or [request.args.get("Action", "")])[0]


def bucket_and_key(request: Request) -> tuple[str, str]:
    host = request.host.split(":")[0]
    path = unquote(request.path).lstrip("/")
    if host.endswith(".localhost"):
        return host.removesuffix(".localhost"), path
    bucket, _, key = path.partition("/")
    return bucket, key


@dataclass(frozen=True)
class _Route:
    name: str
    arguments: frozenset[tuple[str, str]]  # in the query, with the value it must have
    names: frozenset[str]  # required in the query, with any value
    headers: frozenset[str]

    @property
    def demands(self) -> int:
        return len(self.arguments) + len(self.names) + len(self.headers)

    def fits(self, request: Request) -> bool:
        given = request.args
        return (
            all(given.get(name) == value for name, value in self.arguments)
            and all(name in given for name in self.names)
            and all(name in request.headers for name in self.headers)
        )


def _s3_operation(request: Request) -> str:
    depth = sum(map(bool, bucket_and_key(request)))
    routes = _s3_routes().get((request.method, depth), [])
    return next((route.name for route in routes if route.fits(request)), "")


@cache
def _s3_routes() -> dict[tuple[str, int], list[_Route]]:
    """By method and depth (service, bucket, object), those that demand most first."""
    model = get_service_model("s3")
    routes: dict[tuple[str, int], list[_Route]] = {}
    for name in model.operation_names:
        operation = model.operation_model(name)
        path, _, query = operation.http["requestUri"].partition("?")
        shape = operation.input_shape
        required = [shape.members[m] for m in shape.required_members] if shape else []
        where = [(m.serialization.get("location"), m.serialization.get("name")) for m in required]
        route = _Route(
            name,
            frozenset(parse_qsl(query, keep_blank_values=True)),
            frozenset(key for location, key in where if location == "querystring"),
            frozenset(key for location, key in where if location == "header"),
        )
        if path in ("/", "/{Bucket}", "/{Bucket}/{Key+}"):
            routes.setdefault((operation.http["method"], path.count("{")), []).append(route)
    for found in routes.values():
        found.sort(key=lambda route: -route.demands)
    return routes
