"""Judge by what users get, then let go of everything the release held."""

import json
import time
from collections.abc import Callable
from dataclasses import replace

from finish_release.metrics import measured
from pilotage.errors import DeploymentRuns
from pilotage.gateways import alarms, artifact_store, deployments, lambda_functions
from pilotage.gateways.clock import now
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.topic import Topic
from pilotage.outcome import LIVE, DeploymentEnd, Outcome, Seen, judge
from pilotage.records import plain
from pilotage.release import Release
from pilotage.target import AliasState, Target
from pilotage.turns import Turn
from settle_deployment.step import ended, note_alarms
from take_turn.step import Turns

# Readers of an alias were seen to lag behind what moved it.
REREAD_SECONDS = (0.5, 1.0, 2.0, 4.0)


class Finish:
    def __init__(
        self,
        table: ReleaseTable,
        turns: Turns,
        topic: Topic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._table = table
        self._turns = turns
        self._topic = topic
        self._sleep = sleep

    def run(self, release: Release, error: str, cause: str, ended_as: str = "") -> Outcome:
        """The outcome; the one recorded first when this runs again. `ended_as`: the status that its
        deployment was settled with. Raises DeploymentRuns while users may still be moved: whoever
        finishes then tells a tale."""
        release_id = release.id
        if release.outcome is None:
            end = self._end(release, ended_as)
            alias = self._alias_at_rest(release, end)
            seen = _seen(release, end, alias, error, _words(cause))
            outcome = replace(judge(seen), at=now())
            if not outcome.is_live:
                release = note_alarms(release, self._table)
            release = release._replace(outcome=outcome, step="finished")
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
        turn = self._turns.give_back(release)
        self._topic.tell_end(release.id)
        for other in _others_concerned(release, turn):
            self._topic.tell(other)
        self._let_be_asked_again(release)
        artifact_store.write_outcome(release.artifact, _told(release))
        if release.deployment and release.deployment.alarm:
            alarms.remove(release.deployment.alarm)
        self._table.shut(release.id)

    def _let_be_asked_again(self, release: Release) -> None:
        """What a person asked for from another release came to nothing: there it may be asked for
        again."""
        asked_from = release.facts.get("asked_from", "")
        if not asked_from or (release.outcome and release.outcome.is_live):
            return
        if found := self._table.load(asked_from):
            self._table.save(found._replace(followed_by=""), "followed_by")
            self._topic.tell(found.id)

    def _end(self, release: Release, ended_as: str) -> DeploymentEnd | None:
        """How its deployment ended, when there is one. Nothing follows one that succeeded, so
        CodeDeploy is asked only about the others. Raises DeploymentRuns while it or its rollback is
        on its way."""
        if ended_as == "Succeeded":
            return DeploymentEnd(ended_as)
        found = deployments.of_release(release)
        if found is None:
            return None
        over = ended(found, stop_asked=release.stop is not None, sleep=self._sleep)
        if over is None:
            raise DeploymentRuns(found.id)
        return deployments.end_of(over)

    def _alias_at_rest(self, release: Release, end: DeploymentEnd | None) -> AliasState | None:
        """Where the alias points: read again while it contradicts the deployment's end, and sent
        to one version when our own deployment left it between two."""
        if release.plan is None:
            return None
        target = release.plan.target
        alias = lambda_functions.alias_of(target.function, target.alias)
        for pause in REREAD_SECONDS:
            if alias is None or end is None or not _contradicts(alias, end, release):
                return alias
            self._sleep(pause)
            alias = lambda_functions.alias_of(target.function, target.alias)
        if alias and _is_left_by(release, alias):
            lambda_functions.end_sharing(target.function, target.alias, alias)
            alias = lambda_functions.alias_of(target.function, target.alias)
        return alias


def _others_concerned(release: Release, turn: Turn) -> list[str]:
    """The releases whose messages are true no more: that of the version that users had before, and
    of the one to which they came back."""
    outcome, revision = release.outcome, release.revision
    if outcome is None or outcome.kind != LIVE or revision is None:
        return []
    versions = (revision.previous, revision.version)
    lives = (life.release for life in turn.lives if life.version in versions)
    return [other for other in lives if other not in ("", release.id)]


def _contradicts(alias: AliasState, end: DeploymentEnd, release: Release) -> bool:
    revision = release.revision
    if alias.is_weighted or revision is None:
        return alias.is_weighted
    if end.rollback_status == "Succeeded":
        return alias.version != revision.previous
    return end.status == "Succeeded" and alias.version != revision.version


def _is_left_by(release: Release, alias: AliasState) -> bool:
    """Whether our own deployment, stopped without a rollback, left the alias between the version
    before and ours. Whatever else shares an alias is not ours to end."""
    revision = release.revision
    if revision is None:
        return False
    return alias.version == revision.previous and set(alias.weights) == {revision.version}


def _seen(
    release: Release,
    end: DeploymentEnd | None,
    alias: AliasState | None,
    error: str,
    cause: str,
) -> Seen:
    plan, revision = release.plan, release.revision
    target: Target | None = plan.target if plan else None
    failed = [check for check in release.checks if not check.passed]
    return Seen(
        error=error,
        cause=cause,
        way=revision.way if revision else "",
        previous=revision.previous if revision else plan.live if plan else "",
        new=revision.version if revision else "",
        alias=alias,
        function=target.function if target else "",
        alias_name=target.alias if target else "",
        end=end,
        check_reasons=tuple(f"check {c.moment} traffic: {c.reason}" for c in failed),
        planned=plan is not None and revision is not None,
        rejected=bool(release.faults) or error == "ArtifactRejected",
        first_share=plan.rollout.first_share if plan and plan.rollout else 0.0,
        stop=str(release.stop) if release.stop else "",
        goes_back=release.roll_back is not None,
    )


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
