"""Nothing is left behind: what was lost on the way is found again, and what died is let go.

Each part is safe to do at any moment, and twice at once.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from finish_release.step import Finish
from pilotage.artifact import as_event
from pilotage.gateways import artifact_store, deployments, workflow
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.stop_release import halt
from pilotage.release import CheckResult, Release
from settle_deployment.step import ended, settle
from take_turn.step import Turns

log = logging.getLogger(__name__)

LOOK_BACK = timedelta(days=1)
YOUNG = timedelta(minutes=5)
# No function of Pilotage's may run longer (template.yaml).
LONGEST_RUN = timedelta(minutes=10)


class Uploads(NamedTuple):
    """Where uploads lie and what releases them. An upload without a release for `lost_after` has
    lost its event."""

    bucket: str
    machine: str
    lost_after: timedelta


class Sweep:
    def __init__(
        self,
        table: ReleaseTable,
        turns: Turns,
        finish: Finish,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._now = now
        self._table = table
        self._turns = turns
        self._finish = finish

    def answer_for_hook(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """A hook timed out or died: CodeDeploy would wait an hour for its answer. `record` is
        Lambda's, of an asynchronous invocation that failed."""
        hook, error = record["requestPayload"], record.get("responsePayload") or {}
        function = record["requestContext"]["functionArn"].split(":")[6]
        deployment_id = hook["DeploymentId"]
        deployment = deployments.deployment(deployment_id)
        release = self._table.load(deployment.description) if deployment else None
        if release and deployment and not deployment.is_of(release):
            release = None
        moment = "after" if function.endswith("_after") else "before"
        result = release.check(moment) if release else None
        if result is None:
            reason = f"the hook did not come back: {error.get('errorMessage', 'no reason given')}"
            result = CheckResult(moment, False, reason)
            if release:
                self._table.save(release.with_check(result), "checks")
        # A hook that died after its checks had ended is answered for by what it found.
        execution_id = hook["LifecycleEventHookExecutionId"]
        deployments.report_hook(deployment_id, execution_id, result.passed)
        return {"answered": deployment_id}

    def tend(self) -> list[str]:
        """Releases that are open: finish those whose execution has ended, continue those whose
        event was lost. Gives the ids of those that were moved."""
        moved = [release.id for release in self._table.open_releases() if self._tended(release)]
        targets = {release.target_name for release in self._table.open_releases() if release.hold}
        moved += [target for target in sorted(targets) if self._looked_again(target)]
        return moved

    def start_lost(self, uploads: Uploads) -> list[str]:
        """Object versions of the last day that have no release: their event never came, or their
        execution ended before it could claim them."""
        now = self._now()
        recent = artifact_store.uploads_since(uploads.bucket, now - LOOK_BACK)
        before = (now - uploads.lost_after).strftime("%Y-%m-%dT%H:%M:%SZ")
        due = {
            artifact.release_id: artifact for artifact in recent if artifact.uploaded_at <= before
        }
        lost = self._table.unknown(list(due))
        for release_id in lost:
            # A name that changes with time: what ended before it could claim is tried again.
            attempt = int(now.timestamp() // max(1.0, uploads.lost_after.total_seconds()))
            event = as_event(due[release_id])
            workflow.start(uploads.machine, f"{release_id} {attempt}", event)
        return lost

    def _tended(self, release: Release) -> bool:
        try:
            return self._moved(release)
        except Exception:
            log.exception("release %s could not be tended", release.id)
            return False

    def _looked_again(self, target: str) -> bool:
        try:
            return self._turns.look_again(target)
        except Exception:
            log.exception("the turn of %s could not be looked at", target)
            return False

    def _moved(self, release: Release) -> bool:
        if release.outcome:  # recorded, but not everything was let go
            self._finish.run(release, "", "")
            return True
        running = workflow.is_running(release.execution)
        if running is None and self._is_young(release):
            return False
        if not running:
            return self._finished(release)
        if release.stop:
            halt(release)
        deployment = release.deployment
        if deployment and deployment.id:
            return bool(settle(deployment.id, self._table))
        return release.step == "waiting" and self._turns.find_place(release)

    def _is_young(self, release: Release) -> bool:
        """DescribeExecution may not know an execution yet that has just claimed its release."""
        return self._now() - datetime.fromisoformat(release.claimed_at) < YOUNG

    def _may_still_move(self, release: Release) -> bool:
        """Whether a function that outlived the execution may be creating its deployment, or the
        alias of a first version: whoever is told an outcome now could be moved after it."""
        revision, deployment = release.revision, release.deployment
        is_first = revision is not None and revision.way == "first"
        if release.hold or not (deployment or is_first):
            return False
        stopped = workflow.stopped_at(release.execution)
        return stopped is not None and self._now() - stopped < LONGEST_RUN

    def _finished(self, release: Release) -> bool:
        """A deployment that outlived its execution is waited for: its end is the release's."""
        deployment = deployments.of_release(release)
        if deployment is None and self._may_still_move(release):
            return False
        if deployment is None:
            self._finish.run(release, "ExecutionEnded", "its execution ended before it did")
            return True
        if ended(deployment, stop_asked=release.stop is not None) is None:
            return False
        self._finish.run(release, "", "")
        return True
