"""Run the checks of one moment against a version or an alias."""

import time

from pilotage.checks import Check, Verdict, judge
from pilotage.gateways import lambda_functions
from pilotage.gateways.aws import message_of
from pilotage.release import CheckResult


def run_checks(
    moment: str, checks: tuple[Check, ...], function: str, qualifier: str
) -> CheckResult:
    """The first check that fails ends it. Without checks a `before` only looks whether the
    version is there and Active; an `after` passes without a call."""
    started = time.monotonic()
    verdict = Verdict(True, "" if checks else "none were asked")
    if not checks and moment == "before":
        verdict = _is_active(function, qualifier)
    for check in checks:
        verdict = _run(check, function, qualifier)
        if not verdict.passed:
            break
    took = round((time.monotonic() - started) * 1000)
    return CheckResult(moment, verdict.passed, verdict.reason, took)


def _run(check: Check, function: str, qualifier: str) -> Verdict:
    try:
        answer = lambda_functions.invoke(function, qualifier, check.invoke)
    except Exception as error:
        if not type(error).__module__.startswith("botocore"):
            raise
        return Verdict(False, f"{function}:{qualifier} gave no answer: {message_of(error)}")
    return judge(check, answer.payload, answer.error, answer.took_ms)


def _is_active(function: str, version: str) -> Verdict:
    found = lambda_functions.configuration(function, version)
    if found.settled and not (found.failure or found.asleep):
        return Verdict(True, "none were asked; the version is Active")
    why = found.failure or ("asleep" if found.asleep else "still pending")
    return Verdict(False, f"version {version} is not Active: {why}")
