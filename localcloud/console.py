"""The page of the local cloud: the Slack channel as it would look. Loopback only.

It shows what Slack was really sent, never a rendering of its own. Every word on it came from
outside, so everything is escaped first; a block of an unknown type is shown as its JSON.
"""

import json
import threading
from html import escape
from typing import Any

from werkzeug import Request, Response
from werkzeug.serving import BaseWSGIServer, make_server

from localcloud.front import QuietHandler
from localcloud.slack import Slack

Message = dict[str, Any]

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="2"><title>#releases · Pilotage's local cloud</title>
<link rel="stylesheet" href="/style.css"></head>
<body><header><h1>#releases</h1><p>What Slack was sent. The page renews itself every two seconds;
<a href="{inbox}">all of it as JSON</a>.</p></header><main>{messages}</main></body></html>"""

STYLE = """:root{color-scheme:light dark;--line:#8884;--dim:#777}
body{font:15px/1.5 system-ui,sans-serif;max-width:46rem;margin:0 auto;padding:1rem}
header p,.meta{color:var(--dim);font-size:.85em}
article{border-top:1px solid var(--line);padding:1rem 0}
h2{font-size:1.05rem;margin:.1rem 0}p{margin:.3rem 0}ul{margin:.3rem 0;padding-left:1.3rem}
pre{overflow:auto;border:1px solid var(--line);padding:.5rem}li{overflow-wrap:anywhere}
"""


class Console:
    """A WSGI application on a port of its own. It answers only to names of this machine."""

    def __init__(self, slack: Slack, port: int, endpoint: str) -> None:
        self._slack = slack
        self._inbox = f"{endpoint}/slack/inbox"
        self._server: BaseWSGIServer = make_server(
            "127.0.0.1", port, self, threaded=True, request_handler=QuietHandler
        )
        self.url = f"http://localhost:{self._server.server_port}"

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, name="console", daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.host.split(":")[0] not in ("localhost", "127.0.0.1"):
            return Response("this page is for this machine alone", 403)
        if request.method != "GET":
            return Response("this page only shows", 405)
        if request.path == "/style.css":
            return Response(STYLE, content_type="text/css", headers=HEADERS)
        if request.path != "/":
            return Response("nothing here", 404)
        messages = "".join(_article(message) for message in reversed(latest(self._slack.inbox)))
        body = PAGE.format(inbox=escape(self._inbox), messages=messages or "<p>Nothing yet.</p>")
        return Response(body, content_type="text/html; charset=utf-8", headers=HEADERS)


def latest(inbox: list[Message]) -> list[Message]:
    """One message for each that stands in the channel, as it was last edited."""
    shown: dict[str, Message] = {}
    for number, message in enumerate(list(inbox)):
        shown[message.get("ts") or str(number)] = message
    return list(shown.values())


def _article(message: Message) -> str:
    blocks = "".join(_block(block) for block in message.get("blocks") or [])
    if message.get("thread_ts"):
        blocks = f'<p class="meta">said aloud, below the message</p>{blocks}'
    return f"<article>{blocks or _paragraph(message.get('text', ''))}</article>"


def _block(block: Message) -> str:
    match block.get("type"):
        case "header":
            return f"<h2>{escape(block['text']['text'])}</h2>"
        case "section":
            return _paragraph(block["text"]["text"])
        case "context":
            words = " · ".join(escape(element.get("text", "")) for element in block["elements"])
            return f'<p class="meta">{words}</p>'
        case "rich_text":
            return "".join(_rich(part) for part in block["elements"])
    return f"<pre>{escape(json.dumps(block, indent=1))}</pre>"


def _rich(part: Message) -> str:
    match part.get("type"):
        case "rich_text_section":
            return f"<p>{_inline(part)}</p>"
        case "rich_text_list":
            items = "".join(f"<li>{_inline(item)}</li>" for item in part["elements"])
            return f"<ul>{items}</ul>"
    return f"<pre>{escape(json.dumps(part, indent=1))}</pre>"


def _inline(section: Message) -> str:
    """Text as it is, and a time as Slack shows it to whom it can not tell a zone."""
    return "".join(escape(e.get("text") or e.get("fallback", "")) for e in section["elements"])


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"
