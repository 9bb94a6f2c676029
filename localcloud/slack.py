"""A Slack that keeps what it was sent: the Web API methods that a notifier uses, webhooks, and
what is said to whoever clicked.

`/slack/inbox` answers GET with the JSON list of everything sent, oldest first. `trouble` makes
it throttle, break, hang or refuse.
"""

import json
import math
import threading
import time
from dataclasses import dataclass
from typing import Any

from werkzeug import Request, Response

from localcloud import slack_limits

PREFIX = "/slack/"
TOKEN = "xoxb-local-token"
SIGNING_SECRET = "local-signing-secret"
CHANNEL = "C0LOCAL0001"
# The group of those who may click, and who is in it.
OPERATOR_GROUP = "S0LOCAL0001"
MEMBERS = {OPERATOR_GROUP: ["U0LOCAL0001", "U0LOCAL0002"]}
NO_GROUP = {"ok": False, "error": "no_such_subteam"}


@dataclass(frozen=True)
class Trouble:
    """How Slack is unwell. `kind`: `throttled` (429, with `seconds` as Retry-After), `unavailable`
    (503), `hanging` (answers after `seconds`, and keeps nothing), `unanswered` (keeps what it is
    sent, and answers after `seconds`) or an error word of Slack's, with which it refuses."""

    kind: str
    seconds: float = 1


class Slack:
    """What was sent stands in `inbox`: method, arguments, the answer's `ts`, and when. A channel
    takes `per_second` posts and edits, all of them where that is 0.

    https://docs.slack.dev/apis/web-api/rate-limits
    """

    def __init__(self) -> None:
        self.inbox: list[dict[str, Any]] = []
        self.trouble: Trouble | None = None
        self.per_second = 0.0
        self.turned_away = 0
        self._next: dict[str, float] = {}
        self._lock = threading.Lock()
        self._count = 0

    def __call__(self, request: Request) -> Response:
        path = request.path.removeprefix(PREFIX)
        if path == "inbox":
            return _json(self.inbox)
        trouble = self.trouble
        if trouble and trouble.kind != "unanswered":
            return self._turn_away(trouble)
        if path.startswith("api/"):
            answer = self._api(path.removeprefix("api/"), request)
            if trouble:
                time.sleep(trouble.seconds)
            return answer
        if path.startswith("services/"):
            self.keep("webhook", _arguments(request), "")
            return Response("ok", content_type="text/plain")
        if path.startswith("actions/"):
            _, user, below = path.split("/", 2)
            self.whisper(user, below, _arguments(request))
            return Response("ok", content_type="text/plain")
        return Response("no such path", 404)

    def clear(self) -> None:
        with self._lock:
            self.inbox.clear()

    def whisper(self, user: str, below: str, message: dict[str, Any]) -> None:
        """Say something to one person alone, below the message of that `ts`."""
        self.keep("response_url", {**message, "user": user, "below": below}, "")

    def _turn_away(self, trouble: Trouble) -> Response:
        with self._lock:
            self.turned_away += 1
        if trouble.kind == "throttled":
            return Response("", 429, {"Retry-After": str(math.ceil(trouble.seconds))})
        if trouble.kind == "hanging":
            time.sleep(trouble.seconds)
        if trouble.kind in ("unavailable", "hanging"):
            return Response("", 503)
        return _json({"ok": False, "error": trouble.kind})

    def _api(self, method: str, request: Request) -> Response:
        arguments = _arguments(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token != TOKEN:
            return _json({"ok": False, "error": "invalid_auth"})
        if method.startswith("chat.") and not self._has_room(str(arguments.get("channel"))):
            return self._turn_away(Trouble("throttled", 1 / self.per_second))
        if method == "chat.postMessage":
            return self._post(arguments)
        if method == "chat.update":
            return self._update(arguments)
        if method == "usergroups.users.list":
            users = MEMBERS.get(str(request.values.get("usergroup")))
            return _json({"ok": True, "users": users} if users else NO_GROUP)
        if method == "auth.test":
            return _json({"ok": True, "team": "Local", "user": "pilotage", "bot_id": "B0LOCAL"})
        return _json({"ok": False, "error": "unknown_method"})

    def _has_room(self, channel: str) -> bool:
        if not self.per_second:
            return True
        with self._lock:
            now = time.monotonic()
            if now < self._next.get(channel, 0.0):
                return False
            self._next[channel] = now + 1 / self.per_second
            return True

    def _post(self, arguments: dict[str, Any]) -> Response:
        if error := _fault(arguments):
            return _json({"ok": False, "error": error})
        ts = self._new_ts()
        self.keep("chat.postMessage", arguments, ts)
        return _json({"ok": True, "channel": arguments["channel"], "ts": ts, "message": {}})

    def _update(self, arguments: dict[str, Any]) -> Response:
        ts = arguments.get("ts", "")
        posted = [m for m in self.inbox if m["method"] == "chat.postMessage" and m["ts"] == ts]
        if not posted:
            return _json({"ok": False, "error": "message_not_found"})
        if error := _fault(arguments):
            return _json({"ok": False, "error": error})
        self.keep("chat.update", arguments, ts)
        return _json({"ok": True, "channel": arguments["channel"], "ts": ts, "text": ""})

    def keep(self, method: str, arguments: dict[str, Any], ts: str) -> None:
        with self._lock:
            self.inbox.append({"method": method, "ts": ts, "at": time.time(), **arguments})

    def _new_ts(self) -> str:
        with self._lock:
            self._count += 1
            return f"{int(time.time())}.{self._count:06d}"


def _fault(arguments: dict[str, Any]) -> str:
    """What Slack refuses for good."""
    if not arguments.get("channel"):
        return "channel_not_found"
    blocks = arguments.get("blocks") or []
    if not arguments.get("text") and not blocks:
        return "no_text"
    return slack_limits.error(blocks)


def _arguments(request: Request) -> dict[str, Any]:
    if request.mimetype == "application/json":
        return dict(request.get_json(force=True))
    arguments = dict(request.form.items())
    for name in ("blocks", "attachments"):
        if name in arguments:
            arguments[name] = json.loads(arguments[name])
    return arguments


def _json(value: Any) -> Response:
    return Response(json.dumps(value), content_type="application/json")
