"""The page's server: on a port of its own, for this machine alone."""

import hmac
import json
import logging
import secrets
import threading
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from werkzeug import Request, Response
from werkzeug.serving import BaseWSGIServer, make_server

from localcloud import clients
from localcloud.cloud import LocalCloud
from localcloud.console import events_view, slack_view, workflows
from localcloud.console.feed import Feed, Sections
from localcloud.console.html import element, words
from localcloud.console.traffic import Recorder
from localcloud.front import QuietHandler
from localcloud.prepared import ALIAS, FUNCTION, TARGET, prepared
from localcloud.slack_clicks import PEOPLE, Clicks
from localcloud.users import Users

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
TYPES = {".css": "text/css", ".js": "text/javascript"}
EVERY_SECONDS = 0.4
MAX_UPLOAD = 64 * 1024 * 1024
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Console:
    """A WSGI application. It answers only to names of this machine, and takes orders only from the
    page that it served: that alone knows the run's token. `deployed` are the stack's outputs, known
    once it is there."""

    def __init__(self, cloud: LocalCloud, port: int) -> None:
        self._cloud = cloud
        self._token = secrets.token_urlsafe(24)
        self._deployed: dict[str, str] = {}
        self._users: Users | None = None
        self._looking = threading.Lock()
        self._seen: Sections = {}
        self._looked_at = 0.0
        self._executions = workflows.Executions()
        self._recorder = Recorder(
            cloud.deployments, cloud.functions, cloud.invocations, cloud.clock
        )
        actions = f"{cloud.endpoint}/slack/actions/"
        self._clicks = Clicks(cloud.slack, lambda: self._deployed.get("ClickUrl", ""), actions)
        self._server: BaseWSGIServer = make_server(
            "127.0.0.1", port, self, threaded=True, request_handler=QuietHandler
        )
        self.url = f"http://localhost:{self._server.server_port}"

    def start(self) -> None:
        self._recorder.start()
        threading.Thread(target=self._server.serve_forever, name="console", daemon=True).start()

    def deployed(self, outputs: dict[str, str]) -> None:
        """From now on artifacts can be uploaded, and buttons are answered."""
        self._deployed = outputs

    def stop(self) -> None:
        if self._users:
            self._users.stop()
        self._server.shutdown()
        self._server.server_close()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        try:
            response = self._answer(Request(environ))
        except Exception:
            log.exception("the page could not answer")
            response = Response("that did not work; the cloud's log says why", 500)
        response.headers.extend(HEADERS)
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.host.split(":")[0] not in ("localhost", "127.0.0.1"):
            return Response("this page is for this machine alone", 403)
        if request.method == "POST":
            return self._order(request)
        if request.method != "GET":
            return Response("no such method", 405)
        if request.path == "/":
            return Response(self._page(), content_type="text/html; charset=utf-8")
        if request.path == "/feed":
            return Response(self._feed(), content_type="text/event-stream")
        return _static(request.path.removeprefix("/"))

    def _page(self) -> str:
        page = (STATIC / "page.html").read_text()
        people = "".join(element("option", words(p.name), value=p.id) for p in PEOPLE)
        offered = "".join(
            element(
                "button",
                words(artifact.title),
                type="button",
                data_upload=artifact.name,
                title=f"aws s3 cp orders-{artifact.name}.zip s3://<bucket>/{TARGET}/",
            )
            for artifact in prepared()
        )
        for place, html in (
            ("{{token}}", words(self._token)),
            ("{{people}}", people),
            ("{{prepared}}", offered),
            ("{{inbox}}", words(f"{self._cloud.endpoint}/slack/inbox")),
            ("{{speed}}", words(f"{self._cloud.clock.speed:.0f}")),
        ):
            page = page.replace(place, html)
        return page

    def _feed(self) -> Iterator[str]:
        clock = self._cloud.clock
        return Feed(self._look).updates(lambda: clock.wait_real(EVERY_SECONDS))

    def _look(self) -> Sections:
        """One look for all who watch."""
        with self._looking:
            now = self._cloud.clock.now()
            if now - self._looked_at >= EVERY_SECONDS:
                self._seen, self._looked_at = self._sections(), now
            return self._seen

    def _sections(self) -> Sections:
        return {
            "channel": slack_view.channel(list(self._cloud.slack.inbox)),
            "releases": workflows.cards(self._executions.latest(), self._recorder.shifts()),
            "events": events_view.rows(list(self._cloud.bus.sent)),
        }

    def _order(self, request: Request) -> Response:
        given = request.headers.get("X-Token", "")
        if not hmac.compare_digest(given.encode(), self._token.encode()):
            return Response("only this run's own page gives orders", 403)
        orders: dict[str, Callable[[Request], Response]] = {
            "/click": self._click,
            "/upload": self._upload,
            "/users": self._call_users,
        }
        order = orders.get(request.path)
        return order(request) if order else Response("nothing here", 404)

    def _click(self, request: Request) -> Response:
        asked = request.get_json(force=True)
        person = next((p for p in PEOPLE if p.id == asked.get("person")), PEOPLE[-1])
        status = self._clicks.click(str(asked.get("ts")), str(asked.get("action")), person)
        return _json(200, {"status": status})

    def _call_users(self, request: Request) -> Response:
        """Whether users call the example; they stop by themselves after a while."""
        with self._looking:
            if self._users:
                self._users.stop()
                self._users = None
            if request.get_json(force=True).get("call"):
                self._users = Users(clients.client("lambda", attempts=1), FUNCTION, ALIAS)
                self._users.start()
            return _json(200, {"calling": self._users is not None})

    def _upload(self, request: Request) -> Response:
        """A prepared artifact by its name; else the body, under the name of a file."""
        bucket = self._deployed.get("ArtifactBucket")
        if not bucket:
            return _json(409, {"error": "Nothing is deployed yet; wait a moment."})
        person = next((p.name for p in PEOPLE if p.id == request.args.get("person")), "visitor")
        chosen = next((p for p in prepared() if p.name == request.args.get("prepared")), None)
        if chosen:
            key, body = chosen.key, chosen.pack()
        else:
            if (request.content_length or 0) > MAX_UPLOAD:
                return _json(413, {"error": "At most 64 MB here; use aws s3 cp for more."})
            key, body = f"{TARGET}/{request.args.get('file') or 'upload'}", request.get_data()
        clients.client("s3").put_object(Bucket=bucket, Key=key, Body=body, Metadata={"by": person})
        return _json(200, {"command": f"aws s3 cp {key.rsplit('/', 1)[-1]} s3://{bucket}/{key}"})


@cache
def _static_files() -> dict[str, Path]:
    return {path.name: path for path in STATIC.iterdir() if path.suffix in TYPES}


def _static(name: str) -> Response:
    path = _static_files().get(name)
    if path is None:
        return Response("nothing here", 404)
    return Response(path.read_bytes(), content_type=f"{TYPES[path.suffix]}; charset=utf-8")


def _json(status: int, value: Any) -> Response:
    return Response(json.dumps(value), status, content_type="application/json")
