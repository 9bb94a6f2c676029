"""Start the deployment once.

A deployment can end before CreateDeployment has answered, so the token is stored first. A retry
may find that its own earlier try succeeded, so it looks for it first, by the release's id in the
deployment's description: CreateDeployment has no client token.
"""

from typing import NamedTuple

from pilotage.attempt import Attempt
from pilotage.errors import AliasIsShared, TargetHeld
from pilotage.gateways import (
    alarms,
    deployment_groups,
    deployments,
    obstacles,
    workflow,
)
from pilotage.gateways.clock import now
from pilotage.gateways.deployments import Deployment as Found
from pilotage.gateways.deployments import Order, TargetBusy
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.stop_release import halt, stop_release
from pilotage.gateways.topic import Topic
from pilotage.gateways.turn_table import TurnTable
from pilotage.platforms import lambda_function
from pilotage.precedence import gives_way
from pilotage.release import Deployment, Plan, Release, Revision, Stop
from pilotage.target import Group, weights_in_words
from settle_deployment.step import ended, is_held_back, settle


class Hooks(NamedTuple):
    """Names of Pilotage's own hook functions: the AppSpec names these, whatever a user's says."""

    before: str
    after: str

    def by_event(self) -> dict[str, str]:
        return {"BeforeAllowTraffic": self.before, "AfterAllowTraffic": self.after}


class Start:
    """Starts the deployment of one release whose revision is published."""

    def __init__(self, table: ReleaseTable, turns: TurnTable, topic: Topic, hooks: Hooks) -> None:
        self._table = table
        self._turns = turns
        self._topic = topic
        self._hooks = hooks

    def run(self, release_id: str, attempt: Attempt) -> None:
        """Raises TargetHeld when what held the target up is gone by the second look."""
        release = self._table.load(release_id)
        if release is None or release.plan is None or release.revision is None:
            raise LookupError(f"no published release {release_id} in the table")
        plan, revision = release.plan, release.revision
        if release.outcome:  # swept meanwhile: nothing may start any more
            workflow.fail(attempt.token, "ReleaseOver", release.outcome.kind)
            return
        # Written before the deployment is created, so that a retry knows of an earlier try.
        tried_before = release.deployment is not None
        release = release.tried(attempt)._replace(hold=None)
        if not self._table.save_attempt(release, "hold"):
            return
        if tried_before:
            found = deployments.find(release)
            if found and self._is_to_wait_again(release, found):
                release = self._put_aside(release, found)
            elif found:
                self._found_again(release, found)
                return
        if release.stop:
            workflow.fail(attempt.token, "StopAsked", str(release.stop))
        elif not self._held_up(release):
            self._start(release, plan, revision)

    def _is_to_wait_again(self, release: Release, found: Found) -> bool:
        over = ended(found, stop_asked=release.stop is not None)
        return over is not None and is_held_back(over, release)

    def _put_aside(self, release: Release, found: Found) -> Release:
        """Go back to before the deployment, which an alarm ended before anyone got the version."""
        release = release.stepped("publishing", now())._replace(
            aside=(*release.aside, found.id),
            deployment=(release.deployment or Deployment())._replace(id=""),
            checks=(),
            alarms=(),
        )
        self._table.save(release, "step", "times", "aside", "deployment", "checks", "alarms")
        return release

    def _found_again(self, release: Release, earlier: Found) -> None:
        """An earlier try of this state started the deployment already. Its end may have been told
        to the earlier token, so it is settled again."""
        self._table.deployed_by(earlier.id, release.id)
        deployment = (release.deployment or Deployment())._replace(id=earlier.id)
        self._table.save(release._replace(deployment=deployment), "deployment")
        self._stop_when_asked(release.id)
        settle(earlier.id, self._table)

    def _held_up(self, release: Release) -> bool:
        """Since the turn was taken, someone may have started a deployment, or an alarm may have
        turned red. The release waits, by its token, until that is over."""
        found = obstacles.not_ready(release.target_name, release.claim.kind)
        if found is None:
            return False
        release = release._replace(hold=found)
        self._table.save(release, "hold")
        self._topic.tell(release.id)
        if first := self._goes_first(release):
            stop_release(release, Stop.for_another(first), self._table)
            return True
        # Who was to be woken may have been looked for before anyone could see that it waits.
        again = obstacles.not_ready(release.target_name, release.claim.kind)
        if again is None:
            raise TargetHeld(f"no more: {found.words}")
        if again != found and self._table.change_hold(release, again):
            self._topic.tell(release.id)
        return True

    def _goes_first(self, release: Release) -> Release | None:
        """The release that waits behind this one and that it gives way to."""
        turn = self._turns.turn(release.target_name)
        waiting = self._table.load(turn.waiting[0].release) if turn.waiting else None
        freezes = self._turns.freezes(release.target_name)
        return waiting if gives_way(release, waiting, freezes) else None

    def _start(self, release: Release, plan: Plan, revision: Revision) -> None:
        revision = _from_where_users_are(plan, revision)
        if revision.way == "unchanged":  # someone else has moved users there
            self._table.save(release._replace(revision=revision), "revision")
            workflow.succeed(release.token, {"release": release.id})
            return
        if plan.rollout and plan.rollout.is_made_by_us:
            deployment_groups.ensure_configuration(plan.rollout)
        group = deployment_groups.group_settings(plan.target.application, plan.target.group)
        watched = _watched(release, plan, revision, group)
        release = release.stepped("checking", now())._replace(revision=revision, deployment=watched)
        # Written first: whoever finishes the release knows then what may come to be.
        if not self._table.save_open(release, "revision", "deployment", "step", "times"):
            workflow.fail(release.token, "ReleaseOver", "it was finished meanwhile")
            return
        if watched.alarm:
            alarms.put_version_alarm(watched.alarm, plan.target, revision.version)
        self._topic.tell(release.id)
        started = watched._replace(id=_created(self._order(release, plan, revision, group)))
        self._table.deployed_by(started.id, release.id)
        self._table.save(release._replace(deployment=started), "deployment")
        self._stop_when_asked(release.id)

    def _order(self, release: Release, plan: Plan, revision: Revision, group: Group) -> Order:
        """A roll back runs no checks, so it names no hooks."""
        hooks = {} if release.roll_back else self._hooks.by_event()
        watched = release.deployment.alarms if release.deployment else ()
        own_alarms = watched == (group.alarms if group.alarms_enabled else ())
        return Order(
            application=plan.target.application,
            group=plan.target.group,
            description=release.id,
            appspec=lambda_function.appspec(
                plan.target, revision.previous, revision.version, hooks
            ),
            configuration=plan.rollout.configuration if plan.rollout else "",
            alarms=None if own_alarms else watched,
            ignore_poll_failure=group.ignore_poll_failure,
        )

    def _stop_when_asked(self, release_id: str) -> None:
        """A stop that was asked for while the deployment was being created."""
        release = self._table.load(release_id)
        if release and release.stop:
            halt(release)


def _created(order: Order) -> str:
    """The answer to an earlier, inner try may have been lost: then the group is busy with our own
    deployment. Raises TargetHeld when it is busy with another's."""
    try:
        return deployments.create(order)
    except TargetBusy as busy:
        for deployment_id in deployments.running(order.application, order.group):
            found = deployments.deployment(deployment_id)
            if found and found.description == order.description and not found.rolls_back:
                return found.id
        raise TargetHeld(str(busy)) from busy


def _from_where_users_are(plan: Plan, revision: Revision) -> Revision:
    """Someone may have moved the alias since the version was published."""
    alias = obstacles.alias_unshared(plan.target)
    if alias is None:
        return revision
    if alias.is_weighted:
        if busy := deployments.running(plan.target.application, plan.target.group):
            raise TargetHeld(f"deployment {busy[0]} began meanwhile")
        raise AliasIsShared(weights_in_words(plan.target, alias))
    there = alias.version == revision.version and not alias.is_weighted
    return revision._replace(previous=alias.version, way="unchanged" if there else revision.way)


def _watched(release: Release, plan: Plan, revision: Revision, group: Group) -> Deployment:
    """The group's alarms and, where the group asks for it, one for the new version alone. An
    urgent release does without those that are red already, a roll back without any."""
    target = plan.target
    configuration = plan.rollout.configuration if plan.rollout else group.configuration
    if release.roll_back:
        return Deployment("", configuration)
    watched = group.alarms if group.alarms_enabled else ()
    if release.urgent:
        red = obstacles.red_alarms(group)
        watched = tuple(name for name in watched if name not in red)
    alarm = ""
    if target.max_errors:
        alarm = alarms.name_for(target, revision.version, release.id)
        watched = (*watched, alarm)
    return Deployment("", configuration, alarm, watched)
