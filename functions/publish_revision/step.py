"""Publish once: the same artifact always gives the same version, however often this is tried."""

import logging

from pilotage.errors import (
    AliasIsShared,
    CheckFailed,
    FunctionBusy,
    ReleaseOver,
    RevisionNotReady,
    RevisionRefused,
    StopAsked,
)
from pilotage.gateways import deployments, lambda_functions, obstacles
from pilotage.gateways.clock import now
from pilotage.gateways.lambda_functions import Configuration
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.run_checks import run_checks
from pilotage.gateways.topic import Topic
from pilotage.gateways.turn_table import TurnTable
from pilotage.hold import by_function
from pilotage.platforms import lambda_function
from pilotage.platforms.lambda_function import configuration_sha256
from pilotage.release import Plan, Release, Replaced, Revision, RollBack
from pilotage.target import AliasState, Target, weights_in_words
from pilotage.turns import Turn, earlier_life

log = logging.getLogger(__name__)


class Publish:
    def __init__(self, releases: ReleaseTable, turns: TurnTable, topic: Topic) -> None:
        self._releases = releases
        self._turns = turns
        self._topic = topic

    def run(self, release_id: str) -> str:
        """The way the revision goes live: deploy, first or unchanged."""
        release = self._releases.load(release_id)
        if release is None or release.plan is None:
            raise LookupError(f"no inspected release {release_id} in the table")
        if release.outcome:  # swept meanwhile: nothing may change any more
            raise ReleaseOver(release.outcome.kind)
        if release.stop:
            raise StopAsked(str(release.stop))
        plan = release.plan
        if release.revision is None:
            release = self._with_revision(release, plan)
        assert release.revision is not None
        if release.revision.way == "first":
            self._go_live_first(release, plan, release.revision)
        return release.revision.way

    def _with_revision(self, release: Release, plan: Plan) -> Release:
        if release.step != "publishing":
            release = release.stepped("publishing", now())._replace(hold=None)
            self._releases.save(release, "step", "times", "hold")
            self._topic.tell(release.id)
        if release.roll_back:
            turn = self._turns.turn(release.target_name)
            revision = _earlier(release.roll_back, plan.target, turn)
            brought = self._brought(release, revision.version)
            if brought and brought.name:  # so that people know what they go back to
                release = release._replace(facts={**release.facts, "version": brought.name})
                self._releases.save(release, "facts")
            return self._keep(release, revision)
        self._see_unshared(plan.target)
        return self._published(release, plan.target)

    def _keep(self, release: Release, revision: Revision) -> Release:
        same = revision.way == "unchanged"
        replaces = None if same else self._brought(release, revision.previous)
        release = release._replace(revision=revision, replaces=replaces, hold=None)
        self._releases.save(release, "revision", "replaces", "hold")
        return release

    def _see_unshared(self, target: Target) -> None:
        """Raises AliasIsShared."""
        alias = obstacles.alias_unshared(target)
        # Under a deployment of someone else's it is shared for a while; that is waited for later.
        if (
            alias
            and alias.is_weighted
            and not deployments.running(target.application, target.group)
        ):
            raise AliasIsShared(weights_in_words(target, alias))

    def _brought(self, release: Release, version: str) -> Replaced | None:
        """The release that made a version live on this target, None when it was none of ours. Only
        for people: publishing does not wait for it."""
        try:
            lives = self._turns.turn(release.target_name).lives
            life = next((life for life in lives if life.version == version), None)
            before = self._releases.load(life.release) if life and life.release else None
        except Exception:
            log.exception("what was before %s is not known", release.id)
            return None
        return Replaced(before.claimed_name, before.facts.get("commit", "")) if before else None

    def _published(self, release: Release, target: Target) -> Release:
        """Two targets of one function share its $LATEST, so one at a time publishes it, and keeps
        what it published before the next one does. While Lambda settles the function stays held."""
        function = target.function
        self._hold_function(release, function)
        try:
            published = lambda_function.publish(
                release.artifact, target, lambda_functions, sha256=release.sha256
            )
            if published.asleep:  # nothing has changed since, so it is an old version again
                published = _awake(function, published.version)
            release = self._keep(release, _new(published, target))
        except RevisionNotReady:
            raise
        except Exception:
            self._turns.let_function_go(function, release.id)
            raise
        self._turns.let_function_go(function, release.id)
        return release

    def _hold_function(self, release: Release, function: str) -> None:
        """Raises FunctionBusy, after people were told what the release waits for."""
        holder, other = self._turns.hold_function(function, release.id), None
        if holder != release.id:
            other = self._releases.load(holder)
            if other and other.outcome:  # it died before it could let go
                holder = self._turns.hold_function(function, release.id, instead_of=holder)
        if holder == release.id:
            return
        why = by_function(function, other.name if other else holder)
        if release.hold != why:
            self._releases.save(release._replace(hold=why), "hold")
            self._topic.tell(release.id)
        raise FunctionBusy(f"{holder} is publishing {function}")

    def _go_live_first(self, release: Release, plan: Plan, revision: Revision) -> None:
        """There is no traffic to move yet: the checks decide whether the alias is made."""
        target = plan.target
        alias = lambda_functions.alias_of(target.function, target.alias)
        if alias and alias.version == revision.version:
            return  # an earlier try made it, after its checks had passed
        result = run_checks("before", plan.before, target.function, revision.version)
        if (
            plan.before_hook
        ):  # CodeDeploy calls hooks, and there is no deployment of a first version
            note = "only that the version is Active; your hook runs from the second release on"
            result = result._replace(reason=result.reason or note)
        self._releases.save(release.with_check(result), "checks")
        if not result.passed:
            raise CheckFailed(result.reason)
        asked = self._releases.load(release.id)
        if asked and asked.outcome:  # while the checks ran
            raise ReleaseOver(asked.outcome.kind)
        if asked and asked.stop:
            raise StopAsked(str(asked.stop))
        lambda_functions.create_alias(target.function, target.alias, revision.version)


def _new(published: Configuration, target: Target) -> Revision:
    """The alias is read again: someone may have moved it while the version was published."""
    alias = lambda_functions.alias_of(target.function, target.alias)
    return Revision(
        version=published.version,
        code_sha256=published.code_sha256,
        configuration_sha256=configuration_sha256(published.settings),
        previous=alias.version if alias else "",
        way=_way(published, target, alias),
    )


def _earlier(roll_back: RollBack, target: Target, turn: Turn) -> Revision:
    """A version that is there already, chosen now that the target is at rest. Who asks to bring
    users back to one version also asks to end what shares them between two."""
    alias = lambda_functions.alias_of(target.function, target.alias)
    if alias and alias.is_weighted:
        lambda_functions.end_sharing(target.function, target.alias, alias)
    current = alias.version if alias else ""
    version = roll_back.version
    if roll_back.bound and current != roll_back.leaves:
        version = current
    if not version:  # users who left the version meanwhile need not go further back
        version = earlier_life(turn, current) if current == roll_back.leaves else current
    found = _awake(target.function, version or current)
    there = alias is not None and alias.version == found.version
    return Revision(
        version=found.version,
        code_sha256=found.code_sha256,
        configuration_sha256=configuration_sha256(found.settings),
        previous=alias.version if alias else "",
        way="unchanged" if there else "deploy",
    )


def _awake(function: str, version: str) -> Configuration:
    """The version, once it takes calls: Lambda puts to sleep what nobody called for weeks (with
    SnapStart or a VPC), and users would be refused until it is ready. Raises RevisionNotReady."""
    found = lambda_functions.configuration(function, version)
    if found.failure:
        raise RevisionRefused(f"Lambda says of version {version}: {found.failure}")
    if found.asleep:
        lambda_functions.wake(function, version)
    if found.asleep or not found.settled:
        raise RevisionNotReady(f"version {version} of {function} is waking up")
    return found


def _way(published: Configuration, target: Target, alias: AliasState | None) -> str:
    """Unchanged is what users get already: the live version itself, or one of the same code and
    configuration under another number."""
    if alias is None:
        return "first"
    if alias.is_weighted:
        return "deploy"
    if alias.version == published.version:
        return "unchanged"
    live = lambda_functions.configuration(target.function, alias.version)
    same_code = live.code_sha256 == published.code_sha256
    same = same_code and configuration_sha256(live.settings) == configuration_sha256(
        published.settings
    )
    return "unchanged" if same else "deploy"
