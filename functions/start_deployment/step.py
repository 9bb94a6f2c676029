"""Start the deployment once.

A deployment can end before CreateDeployment has answered, so the token is stored first. A retry
may find that its own earlier try succeeded, so it looks for it first, by the release's id in the
deployment's description: CreateDeployment has no client token.
"""

import hashlib
from dataclasses import dataclass, replace

from pilotage.gateways import alarms, code_deploy, lambda_functions, workflow
from pilotage.gateways.code_deploy import Order
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.topic import Topic
from pilotage.platforms import lambda_function
from pilotage.release import Deployment, Plan, Release, Revision
from pilotage.target import Group


@dataclass(frozen=True, slots=True)
class Hooks:
    """Names of Pilotage's own hook functions: the AppSpec names these, whatever a user's says."""

    before: str
    after: str

    def by_event(self) -> dict[str, str]:
        return {"BeforeAllowTraffic": self.before, "AfterAllowTraffic": self.after}


def start_deployment(
    release_id: str, token: str, table: ReleaseTable, topic: Topic, hooks: Hooks
) -> None:
    release = table.load(release_id)
    if release is None or release.plan is None or release.revision is None:
        raise LookupError(f"no published release {release_id} in the table")
    tried_before = bool(release.token)
    release = replace(release, token=token, step="checking")
    table.save(release, "token", "step")
    earlier = _earlier(release) if tried_before else None
    if earlier:
        deployment = replace(release.deployment or Deployment(), id=earlier.id)
        table.save(replace(release, deployment=deployment), "deployment")
        if earlier.is_over and not earlier.rollback_id:
            workflow.succeed(token, {"release": release.id, "deployment": earlier.id})
        return
    _start(release, release.plan, release.revision, table, hooks)
    topic.tell(release.id)


def _earlier(release: Release) -> code_deploy.Deployment | None:
    return code_deploy.find(release.artifact.application, release.artifact.group, release.id)


def _start(
    release: Release, plan: Plan, revision: Revision, table: ReleaseTable, hooks: Hooks
) -> None:
    if plan.rollout and plan.rollout.is_made_by_us:
        code_deploy.ensure_configuration(plan.rollout)
    group = code_deploy.group_settings(plan.target.application, plan.target.group)
    deployment = _watched(plan, revision, group)
    table.save(replace(release, deployment=deployment), "deployment")
    order = _order(release, plan, revision, hooks, deployment, group)
    started = replace(deployment, id=code_deploy.create(order))
    table.save(replace(release, deployment=started), "deployment")


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


def _order(
    release: Release,
    plan: Plan,
    revision: Revision,
    hooks: Hooks,
    deployment: Deployment,
    group: Group,
) -> Order:
    target = plan.target
    alias = lambda_functions.alias_of(target.function, target.alias)
    current = alias.version if alias else revision.previous
    text = lambda_function.appspec(target, current, revision.version, hooks.by_event())
    return Order(
        application=target.application,
        group=target.group,
        description=release.id,
        appspec=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        configuration=plan.rollout.configuration if plan.rollout else "",
        alarms=deployment.alarms if deployment.alarm else (),
        ignore_poll_failure=group.ignore_poll_failure,
    )
