"""`/localcloud/faults` and `/localcloud/journal`: the plan and the journal over HTTP."""

import json
from dataclasses import asdict
from typing import Any

from werkzeug import Request, Response

from localcloud.faults.calls import Faults
from localcloud.faults.reading import BadPlan, as_json, read_plan
from localcloud.journal import Journal

PREFIX = "/localcloud/"


class FaultsDoor:
    def __init__(self, faults: Faults, journal: Journal) -> None:
        self._faults = faults
        self._journal = journal

    def __call__(self, request: Request) -> Response:
        match request.path.removeprefix(PREFIX), request.method:
            case "faults", "GET":
                return self._told()
            case "faults", "PUT":
                return self._put(request)
            case "faults", "DELETE":
                self._faults.clear()
                return self._told()
            case "journal", "GET":
                return _json([asdict(entry) for entry in self._journal.entries])
            case "journal", "DELETE":
                self._journal.clear()
                return _json([])
            case (("faults" | "journal"), method):
                return _json({"faults": [f"{method} is not done here."]}, 405)
        return _json({"faults": [f"Nothing is at {request.path}."]}, 404)

    def _put(self, request: Request) -> Response:
        try:
            self._faults.set(read_plan(request.get_data()))
        except BadPlan as bad:
            return _json({"faults": bad.faults}, 400)
        return self._told()

    def _told(self) -> Response:
        injected = [
            {"fault": asdict(fault), "call": asdict(call)} for fault, call in self._faults.injected
        ]
        return _json({"plan": as_json(self._faults.plan), "injected": injected})


def _json(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value, indent=1), status, content_type="application/json")
