"""Nothing is left behind: what a dead hook or a dead execution left open is closed here."""

import logging
from collections.abc import Mapping
from typing import Any

from finish_release.step import Finish
from pilotage.gateways import code_deploy, workflow
from pilotage.gateways.release_table import ReleaseTable
from pilotage.release import CheckResult, Release
from settle_deployment.step import is_over, settle

log = logging.getLogger(__name__)


class Sweep:
    def __init__(self, table: ReleaseTable, finish: Finish) -> None:
        self._table = table
        self._finish = finish

    def answer_for_hook(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """A hook timed out or died: CodeDeploy would wait an hour for its answer. `record` is
        Lambda's, of an asynchronous invocation that failed."""
        hook, error = record["requestPayload"], record.get("responsePayload") or {}
        function = record["requestContext"]["functionArn"].split(":")[6]
        deployment_id = hook["DeploymentId"]
        deployment = code_deploy.deployment(deployment_id)
        release = self._table.load(deployment.description) if deployment else None
        if release:
            moment = "after" if function.endswith("_after") else "before"
            reason = f"the hook did not come back: {error.get('errorMessage', 'no reason given')}"
            result = CheckResult(moment, False, reason)
            self._table.save(release.with_check(result), "checks")
        code_deploy.report_hook(deployment_id, hook["LifecycleEventHookExecutionId"], False)
        return {"answered": deployment_id}

    def finish_orphans(self) -> dict[str, Any]:
        """Releases that are open though their execution has ended, and tokens of deployments
        whose end was never told. Safe to run at any moment, twice at once."""
        done: list[str] = []
        for release in self._table.open_releases():
            try:
                if self._tended(release):
                    done.append(release.id)
            except Exception:
                log.exception("release %s could not be tended", release.id)
        return {"finished": done}

    def _tended(self, release: Release) -> bool:
        if release.outcome:  # recorded, but not everything was let go
            self._finish.run(release, "", "")
            return True
        if workflow.is_running(release.execution):
            deployment = release.deployment
            if deployment and deployment.id:
                return bool(settle(deployment.id, self._table))
            return release.step in ("inspecting", "waiting") and self._handed_over(release)
        return self._finished(release)

    def _handed_over(self, release: Release) -> bool:
        """A turn that was written but not told, by a step that died in between."""
        turn = self._table.turn(release.target_name)
        if turn.holder and turn.holder.release == release.id:
            return workflow.succeed(turn.holder.token, {"release": release.id})
        waits = turn.waiting and turn.waiting.release == release.id
        if release.step == "waiting" and not waits:
            return workflow.fail(release.token, "ReleaseSuperseded", "a later upload went first")
        return False

    def _finished(self, release: Release) -> bool:
        """A deployment that outlived its execution is waited for: its end is the release's."""
        deployment = code_deploy.of_release(release)
        if deployment is None:
            self._finish.run(release, "ExecutionEnded", "its execution ended before it did")
            return True
        if not is_over(deployment):
            return False
        self._finish.run(release, "", "")
        return True
