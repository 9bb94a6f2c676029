"""The lines that Lambda itself writes into a function's log: START, END and REPORT, or the same as
JSON records.

Which record has which level: "System log level event mapping" in
https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
The records: https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from localcloud.awslambda.logs import LogStream

_LEVELS = ("DEBUG", "INFO", "WARN")


@dataclass(frozen=True)
class Report:
    """How an invocation went. `init_seconds` is None for a process that had run before.

    A function that raises has the status `success` here: its runtime did its work. AWS documents
    `error`, `failure` and `timeout` without saying which is which; `error` is a runtime that
    ended."""

    request_id: str
    seconds: float
    init_seconds: float | None
    memory_size: int
    memory_used: int
    status: str = "success"
    error_type: str = ""


@dataclass(frozen=True)
class SystemLog:
    """Writes these lines as the function's LoggingConfig says."""

    log: LogStream
    settings: dict[str, Any]

    def start(self, request_id: str, version: str) -> None:
        if self._is_json:
            self._record("start", "INFO", {"requestId": request_id, "version": version})
        else:
            self.log.write(f"START RequestId: {request_id} Version: {version}")

    def timed_out(self, request_id: str, message: str) -> None:
        """In JSON the records that follow say it by their status."""
        if not self._is_json:
            self.log.write(f"{now()} {request_id} {message}")

    def end(self, report: Report) -> None:
        if self._is_json:
            self._end_in_json(report)
        else:
            self.log.write(f"END RequestId: {report.request_id}")
            self.log.write(_line(report))

    @property
    def _is_json(self) -> bool:
        return self.settings.get("LogFormat") == "JSON"

    def _end_in_json(self, report: Report) -> None:
        ended = {"requestId": report.request_id, "status": report.status}
        if report.error_type:
            ended["errorType"] = report.error_type
        good = report.status == "success"
        duration = {"durationMs": round(report.seconds * 1000, 3)}
        self._record("runtimeDone", "DEBUG" if good else "WARN", {**ended, "metrics": duration})
        self._record("report", "INFO" if good else "WARN", {**ended, "metrics": _metrics(report)})

    def _record(self, kind: str, level: str, record: dict[str, Any]) -> None:
        wanted = self.settings.get("SystemLogLevel") or "INFO"
        if _LEVELS.index(level) >= _LEVELS.index(wanted):
            body = {"time": now(), "type": f"platform.{kind}", "record": record}
            self.log.write(json.dumps(body))


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _billed(report: Report) -> int:
    return int(report.seconds * 1000) + 1


def _metrics(report: Report) -> dict[str, Any]:
    metrics: dict[str, Any] = {
        "durationMs": round(report.seconds * 1000, 3),
        "billedDurationMs": _billed(report),
        "memorySizeMB": report.memory_size,
        "maxMemoryUsedMB": report.memory_used,
    }
    if report.init_seconds is not None:
        metrics["initDurationMs"] = round(report.init_seconds * 1000, 3)
    return metrics


def _line(report: Report) -> str:
    words = [
        f"REPORT RequestId: {report.request_id}",
        f"Duration: {report.seconds * 1000:.2f} ms",
        f"Billed Duration: {_billed(report)} ms",
        f"Memory Size: {report.memory_size} MB",
        f"Max Memory Used: {report.memory_used} MB",
    ]
    if report.init_seconds is not None:
        words.append(f"Init Duration: {report.init_seconds * 1000:.2f} ms")
    if report.status != "success":
        words.append(f"Status: {report.status}")
    if report.error_type:
        words.append(f"Error Type: {report.error_type}")
    return "\t".join(words)
