"""A lifecycle hook of CodeDeploy: find the release, run its checks, answer.

CodeDeploy ignores what a hook returns or raises and waits for an hour, so this answers in every
case. Only a time-out and a process that dies are left, for which `sweep` answers.
"""

import logging
from collections.abc import Mapping
from typing import Any

from pilotage.gateways import deployments, lambda_functions
from pilotage.gateways.clock import now
from pilotage.gateways.deployments import Deployment
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.run_checks import run_checks
from pilotage.gateways.topic import Topic
from pilotage.release import CheckResult, Plan, Release

log = logging.getLogger(__name__)

# The step that a release is in once users may move, and once all of them have.
NEXT_STEP = {"before": "shifting", "after": "verifying"}


class Hook:
    """`moment` is before or after."""

    def __init__(self, moment: str, table: ReleaseTable, topic: Topic) -> None:
        self._moment = moment
        self._table = table
        self._topic = topic

    def run(self, event: Mapping[str, Any]) -> None:
        deployment_id = event["DeploymentId"]
        execution_id = event["LifecycleEventHookExecutionId"]
        try:
            passed = self._passed(deployment_id, event)
        except Exception as error:
            log.exception("the hook %s broke for %s", self._moment, deployment_id)
            self._keep(
                deployment_id, CheckResult(self._moment, False, f"the check broke: {error!r}")
            )
            passed = False
        if passed is not None:
            deployments.report_hook(deployment_id, execution_id, passed)

    def _passed(self, deployment_id: str, event: Mapping[str, Any]) -> bool | None:
        """None when the user's own hook answers instead of us."""
        release = self._table.release_of(deployment_id)
        if release is None:
            deployment = deployments.deployment(deployment_id)
            if deployment and deployment.rolls_back:  # what brings users back is never held up
                return True
            release = self._described_by(deployment)
        if release is None or release.plan is None or release.revision is None:
            log.warning("deployment %s is of no release; nothing to check", deployment_id)
            return True
        if release.outcome:  # told already, by sweep: no user may be moved after that
            return False
        plan, revision = release.plan, release.revision
        if self._moment == "after":  # everyone has moved by now, whatever the checks will say
            release = self._stepped_on(release)
        if own := plan.before_hook if self._moment == "before" else plan.after_hook:
            lambda_functions.forward(own, event)
            return None
        result = self._check(plan, revision.version)
        release = release.with_check(result)
        self._table.save(release, "checks")
        if result.passed and self._moment == "before":
            self._stepped_on(release)
        return result.passed

    def _check(self, plan: Plan, version: str) -> CheckResult:
        target = plan.target
        if self._moment == "before":
            return run_checks("before", plan.before, target.function, version)
        return run_checks("after", plan.after, target.function, target.alias)

    def _stepped_on(self, release: Release) -> Release:
        """Only for people: whatever fails here holds up no check."""
        release = release.stepped(NEXT_STEP[self._moment], now())
        try:
            self._table.save(release, "step", "times")
            self._topic.tell(release.id)
        except Exception:
            log.exception("that %s stepped on could not be kept", release.id)
        return release

    def _described_by(self, deployment: Deployment | None) -> Release | None:
        if deployment is None or not deployment.description:
            return None
        release = self._table.load(deployment.description)
        return release if release and deployment.is_of(release) else None

    def _keep(self, deployment_id: str, result: CheckResult) -> None:
        """Write the reason where the notice finds it; failing that, the answer still goes out."""
        try:
            release = self._table.release_of(deployment_id) or self._described_by(
                deployments.deployment(deployment_id)
            )
            if release:
                self._table.save(release.with_check(result), "checks")
        except Exception:
            log.exception("the reason could not be kept")
