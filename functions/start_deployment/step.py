"""Start the deployment once.

A deployment can end before CreateDeployment has answered, so the token is stored first. A retry
may find that its own earlier try succeeded, so it looks for it first, by the release's id in the
deployment's description: CreateDeployment has no client token.
"""

from dataclasses import dataclass, replace

from pilotage.errors import TargetBusy
from pilotage.gateways import alarms, code_deploy, lambda_functions, workflow
from pilotage.gateways.code_deploy import Order
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.topic import Topic
from pilotage.platforms import lambda_function
from pilotage.release import Deployment, Plan, Release, Revision
from pilotage.target import Group
from settle_deployment.step import settle


@dataclass(frozen=True, slots=True)
class Hooks:
    """Names of Pilotage's own hook functions: the AppSpec names these, whatever a user's says."""

    before: str
    after: str

    def by_event(self) -> dict[str, str]:
        return {"BeforeAllowTraffic": self.before, "AfterAllowTraffic": self.after}


class Start:
    """Starts the deployment of one release whose revision is published."""

    def __init__(self, table: ReleaseTable, topic: Topic, hooks: Hooks) -> None:
        self._table = table
        self._topic = topic
        self._hooks = hooks

    def run(self, release_id: str, token: str) -> None:
        """Raises TargetBusy when a deployment that is not ours runs on the group."""
        release = self._table.load(release_id)
        if release is None or release.plan is None or release.revision is None:
            raise LookupError(f"no published release {release_id} in the table")
        plan, revision = release.plan, release.revision
        if release.outcome:  # swept meanwhile: nothing may start any more
            return
        # Written before the deployment is created, so that a retry knows of an earlier try.
        tried_before = release.deployment is not None
        release = replace(release, token=token)
        self._table.save(release, "token")
        if not (tried_before and self._found_again(release)):
            self._start(replace(release, step="checking"), plan, revision)

    def _found_again(self, release: Release) -> bool:
        """Whether an earlier try of this state started the deployment already. Its end may have
        been told to the earlier token, so it is settled again."""
        earlier = code_deploy.find(release)
        if earlier is None:
            return False
        deployment = replace(release.deployment or Deployment(), id=earlier.id)
        self._table.save(replace(release, deployment=deployment), "deployment")
        settle(earlier.id, self._table)
        return True

    def _start(self, release: Release, plan: Plan, revision: Revision) -> None:
        revision = _from_where_users_are(plan, revision)
        if revision.way == "unchanged":  # someone else has moved users there
            self._table.save(replace(release, revision=revision), "revision")
            workflow.succeed(release.token, {"release": release.id})
            return
        if plan.rollout and plan.rollout.is_made_by_us:
            code_deploy.ensure_configuration(plan.rollout)
        group = code_deploy.group_settings(plan.target.application, plan.target.group)
        deployment = _watched(plan, revision, group)
        release = replace(release, revision=revision, deployment=deployment)
        self._table.save(release, "revision", "deployment", "step")
        self._topic.tell(release.id)
        order = Order(
            application=plan.target.application,
            group=plan.target.group,
            description=release.id,
            appspec=lambda_function.appspec(
                plan.target, revision.previous, revision.version, self._hooks.by_event()
            ),
            configuration=plan.rollout.configuration if plan.rollout else "",
            alarms=deployment.alarms if deployment.alarm else (),
            ignore_poll_failure=group.ignore_poll_failure,
        )
        started = replace(deployment, id=_created(order, release))
        self._table.save(replace(release, deployment=started), "deployment")


def _created(order: Order, release: Release) -> str:
    """The answer to an earlier, inner try may have been lost: then the group is busy with our own
    deployment."""
    try:
        return code_deploy.create(order)
    except TargetBusy:
        ours = code_deploy.find(release)
        if ours is None:
            raise
        return ours.id


def _from_where_users_are(plan: Plan, revision: Revision) -> Revision:
    """Someone may have moved the alias since the version was published."""
    alias = lambda_functions.alias_of(plan.target.function, plan.target.alias)
    if alias is None:
        return revision
    there = alias.version == revision.version and not alias.is_weighted
    return replace(revision, previous=alias.version, way="unchanged" if there else revision.way)


def _watched(plan: Plan, revision: Revision, group: Group) -> Deployment:
    """The group's alarms and, where the group asks for it, one for the new version alone."""
    target = plan.target
    configuration = plan.rollout.configuration if plan.rollout else ""
    watched = group.alarms if group.alarms_enabled else ()
    alarm = ""
    if target.max_errors:
        alarm = alarms.name_for(target, revision.version)
        alarms.put_version_alarm(alarm, target, revision.version)
        watched = (*watched, alarm)
    return Deployment("", configuration or group.configuration, alarm, watched)
