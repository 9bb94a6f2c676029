"""How an invocation ended, in the words that Lambda has for it."""

import json
import signal
from dataclasses import dataclass
from typing import Any

from localcloud.awslambda.model import Version
from localcloud.awslambda.sandbox import Sandbox, Work

# What AWS answers names this number, 100 more than the 6 MB of its quota.
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MAX_RESPONSE = 6 * 1024 * 1024 + 100


@dataclass(frozen=True)
class Answer:
    """`error` is empty when all went well; `Handled` is not sent by any runtime of today. `status`
    and `error_type` stand in the log."""

    payload: bytes
    error: str
    version: str
    status: str = "success"
    error_type: str = ""


def answer(work: Work, ended: str, version: Version, sandbox: Sandbox) -> Answer:
    """`ended` is what the sandbox said: "", `timeout` or `exit`."""
    if ended == "timeout":
        kind, text = "Sandbox.Timedout", f"Error: {timed_out(version)}"
        return _broken(kind, f"RequestId: {work.request_id} {text}", version, "timeout")
    if ended and sandbox.init_error:
        return _init_failed(work, version, sandbox.init_error)
    if ended:
        text = f"RequestId: {work.request_id} Error: {_exit(sandbox.exit_code or 0)}"
        return _broken("Runtime.ExitError", text, version, "error")
    if len(work.answer) > MAX_RESPONSE:
        text = (
            f"Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE} bytes)."
        )
        return _broken("Function.ResponseSizeTooLarge", text, version, "error")
    return Answer(work.answer, "Unhandled" if work.error else "", version.number)


def timed_out(version: Version) -> str:
    return f"Task timed out after {float(version.settings['Timeout']):.2f} seconds"


def _broken(kind: str, text: str, version: Version, status: str) -> Answer:
    body = json.dumps({"errorType": kind, "errorMessage": text}).encode()
    error_type = "" if status == "timeout" else kind
    return Answer(body, "Unhandled", version.number, status, error_type)


def _init_failed(work: Work, version: Version, told: dict[str, Any]) -> Answer:
    """What the runtime posted. Lambda runs a failed init again with the first invocation, which is
    why an error that has place for an id knows that invocation's; here it runs once."""
    body = {**told, "requestId": work.request_id} if "requestId" in told else told
    kind = str(told.get("errorType", ""))
    return Answer(json.dumps(body).encode(), "Unhandled", version.number, "error", kind)


def _exit(code: int) -> str:
    if code == 0:
        return "Runtime exited without providing a reason"
    if code > 0:
        return f"Runtime exited with error: exit status {code}"
    name = (signal.strsignal(-code) or str(-code)).lower()
    return f"Runtime exited with error: signal: {name}"
