"""Lambda's Runtime API, which `awslambdaric` inside each sandbox speaks.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json

from werkzeug import Request, Response

from localcloud.awslambda.sandbox import Sandbox

PREFIX = "/env/"


class RuntimeApi:
    """The door for `/env/<sandbox>/2018-06-01/runtime/…`."""

    def __init__(self) -> None:
        self._sandboxes: dict[str, Sandbox] = {}

    def add(self, sandbox: Sandbox) -> None:
        self._sandboxes[sandbox.id] = sandbox

    def remove(self, sandbox: Sandbox) -> None:
        self._sandboxes.pop(sandbox.id, None)

    def __call__(self, request: Request) -> Response:
        _, _, sandbox_id, _, _, *path = request.path.split("/")
        sandbox = self._sandboxes.get(sandbox_id)
        if sandbox is None:
            return Response("no such sandbox", 404)
        match path:
            case ["invocation", "next"]:
                return _next(sandbox)
            case ["invocation", request_id, "response"]:
                sandbox.finish(request_id, request.get_data() or b"null")
            case ["invocation", request_id, "error"]:
                error = request.headers.get("Lambda-Runtime-Function-Error-Type", "Unhandled")
                sandbox.finish(request_id, _error_body(request), error)
            case ["init", "error"]:
                told = json.loads(_error_body(request))
                sandbox.init_error = told if isinstance(told, dict) else {"errorMessage": str(told)}
            case _:
                return Response("no such path", 404)
        return Response('{"status":"OK"}', 202, content_type="application/json")


def _next(sandbox: Sandbox) -> Response:
    work = sandbox.next_work()
    if work is None:
        return Response("the sandbox has ended", 410)
    return Response(
        work.payload,
        content_type="application/json",
        headers={
            "Lambda-Runtime-Aws-Request-Id": work.request_id,
            "Lambda-Runtime-Deadline-Ms": str(work.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": work.arn,
            "Lambda-Runtime-Trace-Id": f"Root=1-{work.request_id[:8]}-{work.request_id[-12:]}",
        },
    )


def _error_body(request: Request) -> bytes:
    body = request.get_data()
    try:
        json.loads(body)
    except ValueError:
        return json.dumps({"errorMessage": body.decode(errors="replace")}).encode()
    return body
