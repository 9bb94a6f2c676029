"""Judge by what users get, then let go of everything the release held."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from finish_release.metrics import measured
from pilotage import turns
from pilotage.errors import DeploymentRuns
from pilotage.gateways import alarms, artifact_store, code_deploy, lambda_functions, workflow
from pilotage.gateways.code_deploy import Deployment
from pilotage.gateways.release_table import Conflict, ReleaseTable
from pilotage.gateways.topic import Topic
from pilotage.outcome import Outcome, Seen, judge
from pilotage.records import plain
from pilotage.release import Release
from pilotage.target import AliasState, Target

MAX_TRIES = 20
REREAD_SECONDS = (0.5, 1.0, 2.0)


class Finish:
    def __init__(self, table: ReleaseTable, topic: Topic) -> None:
        self._table = table
        self._topic = topic

    def run(self, release: Release, error: str, cause: str) -> Outcome:
        """The outcome; the one recorded first when this runs again. Raises DeploymentRuns while
        users may still be moved: whoever finishes then tells a tale."""
        release_id = release.id
        if release.outcome is None:
            now = datetime.now(UTC).isoformat(timespec="seconds")
            deployment = code_deploy.of_release(release)
            if deployment and not deployment.is_over:
                raise DeploymentRuns(deployment.id)
            outcome = replace(judge(_seen(release, deployment, error, _words(cause))), at=now)
            release = replace(release, outcome=outcome, step="finished")
            if self._table.close(release):
                measured(release)
            else:
                release = self._table.load(release_id) or release
        self._let_go(release)
        assert release.outcome is not None
        return release.outcome

    def _let_go(self, release: Release) -> None:
        """The next release first. The release counts as open until all of it is done, so that
        sweep does again what failed here."""
        self._give_turn_on(release)
        self._topic.tell(release.id)
        artifact_store.write_outcome(release.artifact, _told(release))
        if release.deployment and release.deployment.alarm:
            alarms.remove(release.deployment.alarm)
        self._table.shut(release.id)

    def _give_turn_on(self, release: Release) -> None:
        for _ in range(MAX_TRIES):
            turn = self._table.turn(release.target_name)
            move = turns.give_back(turn, release.id)
            if move.turn == turn:
                return
            try:
                self._table.put_turn(release.target_name, move.turn)
            except Conflict:
                continue
            if move.goes_on:
                workflow.succeed(move.goes_on.token, {"release": move.goes_on.release})
            return
        raise Conflict(f"the turn of {release.target_name} was written {MAX_TRIES} times meanwhile")


def _seen(release: Release, deployment: Deployment | None, error: str, cause: str) -> Seen:
    plan, revision = release.plan, release.revision
    target = plan.target if plan else None
    failed = [check for check in release.checks if not check.passed]
    return Seen(
        error=error,
        cause=cause,
        way=revision.way if revision else "",
        previous=revision.previous if revision else plan.live if plan else "",
        new=revision.version if revision else "",
        alias=_alias_at_rest(target, deployment) if target else None,
        function=target.function if target else "",
        alias_name=target.alias if target else "",
        end=code_deploy.end_of(deployment) if deployment else None,
        check_reasons=tuple(f"check {c.moment} traffic: {c.reason}" for c in failed),
        planned=plan is not None and revision is not None,
        rejected=bool(release.faults) or error == "ArtifactRejected",
        first_share=plan.rollout.first_share if plan and plan.rollout else 0.0,
    )


def _alias_at_rest(
    target: Target, deployment: Deployment | None, sleep: Callable[[float], None] = time.sleep
) -> AliasState | None:
    """The alias, read again while it shows weights though its deployment is over: readers were
    seen to lag behind a rollback's end."""
    for pause in (*REREAD_SECONDS, None):
        alias = lambda_functions.alias_of(target.function, target.alias)
        lags = alias and alias.is_weighted and deployment and deployment.is_over
        if not lags or pause is None:
            break
        sleep(pause)
    return alias


def _words(cause: str) -> str:
    """A Lambda error's message out of the JSON that Step Functions hands on."""
    try:
        return str(json.loads(cause)["errorMessage"])
    except (ValueError, KeyError, TypeError):
        return cause


def _told(release: Release) -> dict[str, object]:
    """The outcome object for build jobs: a published form, so it only grows."""
    revision = release.revision
    return {
        "release": release.id,
        "application": release.artifact.application,
        "group": release.artifact.group,
        "key": release.artifact.key,
        "versionId": release.artifact.version_id,
        "outcome": plain(release.outcome),
        "version": revision.version if revision else None,
        "codeSha256": revision.code_sha256 if revision else None,
        "configurationSha256": revision.configuration_sha256 if revision else None,
        "sha256": release.sha256 or None,
        "uploader": release.artifact.uploader,
        "saidToBeBy": release.facts.get("by"),
        "deployment": release.deployment.id if release.deployment else None,
        "faults": plain(release.faults),
    }
