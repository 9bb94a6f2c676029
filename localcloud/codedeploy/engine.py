"""One Lambda deployment from its first event to its end, and the rollback that may follow.

Three lifecycle events; hooks that call back; an alias that moves; alarms polled all the while.
https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html
"""

import logging
import threading
from dataclasses import dataclass, replace

from localcloud.clock import Clock
from localcloud.codedeploy import alarms, choices, rollback
from localcloud.codedeploy.alias import MovedAlias
from localcloud.codedeploy.announcements import BY_STATUS, ROLLBACK, START, Announcer
from localcloud.codedeploy.appspec import InvalidAppSpec, LambdaAppSpec, parse
from localcloud.codedeploy.appspec_source import text_of
from localcloud.codedeploy.causes import Aborted, Cause, missing
from localcloud.codedeploy.configurations import steps
from localcloud.codedeploy.hooks import HookCalls
from localcloud.codedeploy.model import Deployment, Group, LifecycleEvent, Store
from localcloud.codedeploy.service_role import ServiceRoles

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Engine:
    """Starts deployments; one thread drives each. They stop when their `halt` says so."""

    store: Store
    clock: Clock
    hooks: HookCalls
    announcer: Announcer
    roles: ServiceRoles

    def start(self, deployment: Deployment, group: Group) -> None:
        running = LambdaDeployment(self, deployment, group)
        threading.Thread(target=running.run, name=deployment.id, daemon=True).start()


class LambdaDeployment:
    def __init__(self, engine: Engine, deployment: Deployment, group: Group) -> None:
        self._engine = engine
        self._clock = engine.clock
        self._deployment = deployment
        self._group = group
        self._is_rollback = deployment.creator == rollback.CREATOR

    def run(self) -> None:
        deployment = self._deployment
        self._announce(START)
        deployment.started_at = self._clock.now()
        deployment.status = deployment.target_status = "InProgress"
        try:
            self._go()
        except Aborted as aborted:
            self._end_badly(aborted.cause)
        except InvalidAppSpec as invalid:
            self._end_badly(missing(choices.ALIAS_NOT_READY_CODE, str(invalid)))
        except Exception:
            log.exception("deployment %s broke", deployment.id)
            self._end_badly(missing("INTERNAL_ERROR", "The deployment engine broke."))

    def _go(self) -> None:
        self._check_owners()
        spec = self._spec()
        alias = MovedAlias(spec, self._role)
        if not self._is_rollback:
            alias.check(gradual=len(steps(self._deployment.configuration.routing)) > 1)
            self._deployment.ready_to_shift = True
            alarms.look(self._deployment, self._group)
            threading.Thread(target=self._watch_alarms, daemon=True).start()
        before, shift, after = self._deployment.events
        self._run_hook(before, spec)
        self._run_shift(shift, alias)
        self._run_hook(after, spec)
        self._end_well()

    @property
    def _role(self) -> str:
        return str(self._group.settings["serviceRoleArn"])

    def _check_owners(self) -> None:
        """What the deployment belongs to may have been deleted since it was asked for."""
        application = self._engine.store.applications.get(self._deployment.application)
        if application is None:
            message = choices.APPLICATION_MISSING_MESSAGE.format(name=self._deployment.application)
            raise Aborted(missing("APPLICATION_MISSING", message))
        if application.groups.get(self._group.name) is not self._group:
            message = choices.GROUP_MISSING_MESSAGE.format(name=self._group.name)
            raise Aborted(missing("DEPLOYMENT_GROUP_MISSING", message))
        if not self._engine.roles.assumable(self._role):
            message = f"IAM Role is missing for deployment group: {self._group.name}"
            raise Aborted(missing("IAM_ROLE_MISSING", message))

    def _spec(self) -> LambdaAppSpec:
        """A rollback goes the aborted deployment's way back, without its hooks."""
        deployment = self._deployment
        deployment.appspec = deployment.appspec or text_of(deployment.revision, self._role)
        spec = parse(deployment.appspec)
        if self._is_rollback:
            spec = replace(spec, current=spec.target, target=spec.current, hooks={})
        deployment.function = {
            "functionName": spec.function,
            "functionAlias": spec.alias,
            "currentVersion": spec.current,
            "targetVersion": spec.target,
            "targetVersionWeight": 0.0,
        }
        return spec

    def _run_hook(self, event: LifecycleEvent, spec: LambdaAppSpec) -> None:
        self._begin(event)
        hook = spec.hooks.get(event.name)
        if hook is None:
            self._finish(event, choices.STATUS_WITHOUT_HOOK)
            return
        cause = self._engine.hooks.call(hook, event, self._deployment, self._role)
        self._deployment.halt.look()
        if cause is not None:
            raise Aborted(cause)
        self._finish(event, "Succeeded")

    def _run_shift(self, event: LifecycleEvent, alias: MovedAlias) -> None:
        self._begin(event)
        halt = self._deployment.halt
        for step in steps(self._deployment.configuration.routing):
            halt.look()
            alias.move(step.percent)
            self._deployment.function["targetVersionWeight"] = step.percent / 100
            self._deployment.updated_at = self._clock.now()
            self._clock.wait(step.minutes * 60, halt.rung)
        halt.look()
        self._finish(event, "Succeeded")

    def _watch_alarms(self) -> None:
        halt = self._deployment.halt
        while not self._deployment.over and not halt.rung.is_set():
            self._clock.wait(choices.ALARM_POLL_SECONDS, halt.rung)
            try:
                alarms.look(self._deployment, self._group)
            except Aborted as aborted:
                halt.ask(aborted.cause)

    def _begin(self, event: LifecycleEvent) -> None:
        self._deployment.halt.look()
        event.status, event.started_at = "InProgress", self._clock.now()

    def _finish(self, event: LifecycleEvent, status: str) -> None:
        event.status, event.ended_at = status, self._clock.now()

    def _end_well(self) -> None:
        with self._engine.store.lock:
            self._deployment.halt.look()
            self._group.last_successful = self._deployment.id
            self._group.active = ""
            self._close("Succeeded", "Succeeded", self._clock.now())
        self._announce(BY_STATUS["Succeeded"])

    def _end_badly(self, cause: Cause) -> None:
        """The end and the rollback are one moment: in between the group would look free."""
        deployment, store, now = self._deployment, self._engine.store, self._clock.now()
        with store.lock:
            cause = deployment.halt.cause or cause  # who was told Pending sees Stopped
            self._mark_events(now)
            deployment.error = {"code": cause.code, "message": cause.message}
            wanted = rollback.is_wanted(cause, deployment, self._group)
            follower = rollback.make(deployment, store, now) if wanted else None
            self._group.active = follower.id if follower else ""
            self._group.last_attempted = self._group.active or deployment.id
            self._close(cause.status, choices.TARGET_STATUS_AFTER_ABORT, now)
        self._announce(BY_STATUS[cause.status])
        if follower:
            self._engine.start(follower, self._group)

    def _mark_events(self, now: float) -> None:
        """The event under way failed, whatever the cause; the later ones are skipped."""
        events = self._deployment.events
        open_events = [event for event in events if event.status in ("InProgress", "Pending")]
        if open_events and (self._deployment.ready_to_shift or self._is_rollback):
            open_events[0].status, open_events[0].ended_at = "Failed", now
        for event in events:
            if event.status == "Pending":
                event.status = "Skipped"

    def _close(self, status: str, target_status: str, now: float) -> None:
        """The status last: who sees the end sees all that belongs to it."""
        deployment = self._deployment
        deployment.completed_at = deployment.updated_at = now
        deployment.target_status = target_status
        deployment.status = status

    def _announce(self, happened: tuple[str, str, str]) -> None:
        """A message that cannot be sent must not end, or never end, a deployment."""
        application = self._engine.store.applications.get(self._deployment.application)
        if application is None:
            return
        announce = self._engine.announcer.announce
        try:
            announce(happened, self._deployment, self._group, application)
            if happened is START and self._is_rollback:
                announce(ROLLBACK, self._deployment, self._group, application)
        except Exception:
            log.exception("deployment %s could not tell of %s", self._deployment.id, happened)
