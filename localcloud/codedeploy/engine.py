"""One Lambda deployment from its first event to its end, and the rollback that may follow.

Three lifecycle events; hooks that call back; an alias moved through Lambda's own API with the
group's service role; alarms polled all the while.
"""

import logging
import threading
from dataclasses import dataclass, field, replace
from typing import Any

from botocore.exceptions import ClientError

from localcloud import clients
from localcloud.clock import Clock
from localcloud.codedeploy import alarms, choices, rollback
from localcloud.codedeploy.announcements import BY_STATUS, ROLLBACK, START, Announcer
from localcloud.codedeploy.appspec import InvalidAppSpec, LambdaAppSpec, parse
from localcloud.codedeploy.causes import Aborted, Cause, lambda_refused, stopped_by_request
from localcloud.codedeploy.configurations import steps
from localcloud.codedeploy.hooks import HookCalls
from localcloud.codedeploy.model import Deployment, Group, LifecycleEvent, Store

log = logging.getLogger(__name__)


@dataclass
class Engine:
    """Starts deployments and stops them. One thread drives each."""

    store: Store
    clock: Clock
    hooks: HookCalls
    announcer: Announcer
    _running: dict[str, "LambdaDeployment"] = field(default_factory=dict)

    def start(self, deployment: Deployment, group: Group) -> None:
        running = LambdaDeployment(self, deployment, group)
        self._running[deployment.id] = running
        threading.Thread(target=running.run, name=deployment.id, daemon=True).start()

    def stop(self, deployment: Deployment, rollback_asked: bool | None) -> None:
        self._running[deployment.id].abort(stopped_by_request(rollback_asked))


class LambdaDeployment:
    def __init__(self, engine: Engine, deployment: Deployment, group: Group) -> None:
        self._engine = engine
        self._clock = engine.clock
        self._deployment = deployment
        self._group = group
        self._is_rollback = deployment.creator == rollback.CREATOR
        self._aborted = threading.Event()
        self._cause: Cause | None = None

    def run(self) -> None:
        self._announce(START)
        deployment = self._deployment
        deployment.started_at = self._clock.now()
        deployment.status = deployment.target_status = "InProgress"
        try:
            self._go()
        except Aborted as aborted:
            self._end_badly(aborted.cause)
        except Exception:
            log.exception("deployment %s broke", deployment.id)
            self._end_badly(Cause("Failed", "INTERNAL_ERROR", "The deployment engine broke."))

    def abort(self, cause: Cause) -> None:
        """End at the next moment the deployment looks; the first cause wins."""
        if self._cause is None:
            self._cause = cause
            self._aborted.set()

    def _go(self) -> None:
        spec = self._rolled_back_spec() if self._is_rollback else self._checked_spec()
        self._deployment.function = {
            "functionName": spec.function,
            "functionAlias": spec.alias,
            "currentVersion": spec.current,
            "targetVersion": spec.target,
            "targetVersionWeight": 0.0,
        }
        if not self._is_rollback:
            alarms.look(self._deployment, self._group)
            threading.Thread(target=self._watch_alarms, daemon=True).start()
        before, shift, after = self._deployment.events
        self._run_hook(before, spec)
        self._run_shift(shift, spec)
        self._run_hook(after, spec)
        self._end_well()

    def _rolled_back_spec(self) -> LambdaAppSpec:
        spec = parse(self._deployment.content)
        return replace(spec, current=spec.target, target=spec.current, hooks={})

    def _checked_spec(self) -> LambdaAppSpec:
        """The AppSpec, where its alias is ready for it. Nothing was touched when it is not."""
        try:
            spec = parse(self._deployment.content)
            self._check_alias(spec)
        except InvalidAppSpec as invalid:
            raise Aborted(Cause("Failed", choices.ALIAS_NOT_READY_CODE, str(invalid))) from None
        return spec

    def _check_alias(self, spec: LambdaAppSpec) -> None:
        try:
            alias = self._lambda().get_alias(FunctionName=spec.function, Name=spec.alias)
        except ClientError as error:
            raise Aborted(lambda_refused(error, self._group)) from error
        version = alias["FunctionVersion"]
        if (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights"):
            raise InvalidAppSpec("The alias already sends traffic to two versions.")
        if version != spec.current:
            text = f"The alias points to version {version}, not to CurrentVersion {spec.current}."
            raise InvalidAppSpec(text)
        gradual = len(steps(self._deployment.configuration.routing)) > 1
        if spec.current == spec.target and gradual:
            raise InvalidAppSpec("CurrentVersion and TargetVersion are the same.")

    def _run_hook(self, event: LifecycleEvent, spec: LambdaAppSpec) -> None:
        self._begin(event)
        hook = spec.hooks.get(event.name)
        if hook is None:
            self._finish(event, choices.STATUS_WITHOUT_HOOK)
            return
        cause = self._engine.hooks.call(hook, event, self._deployment, self._group, self._aborted)
        self._look_for_abort()
        if cause is not None:
            raise Aborted(cause)
        self._finish(event, "Succeeded")

    def _run_shift(self, event: LifecycleEvent, spec: LambdaAppSpec) -> None:
        self._begin(event)
        for step in steps(self._deployment.configuration.routing):
            self._look_for_abort()
            self._move(spec, step.percent)
            self._clock.wait(step.minutes * 60, self._aborted)
        self._look_for_abort()
        self._finish(event, "Succeeded")

    def _move(self, spec: LambdaAppSpec, percent: float) -> None:
        """Weights below 100 percent; at 100 the version flips and the weights go, in one update."""
        done = percent >= 100
        try:
            self._lambda().update_alias(
                FunctionName=spec.function,
                Name=spec.alias,
                FunctionVersion=spec.target if done else spec.current,
                RoutingConfig={
                    "AdditionalVersionWeights": {} if done else {spec.target: percent / 100}
                },
            )
        except ClientError as error:
            raise Aborted(lambda_refused(error, self._group)) from error
        self._deployment.function["targetVersionWeight"] = percent / 100
        self._deployment.updated_at = self._clock.now()

    def _watch_alarms(self) -> None:
        while not self._deployment.over and not self._aborted.is_set():
            self._clock.wait(choices.ALARM_POLL_SECONDS, self._aborted)
            try:
                alarms.look(self._deployment, self._group)
            except Aborted as aborted:
                self.abort(aborted.cause)

    def _look_for_abort(self) -> None:
        if self._cause is not None:
            raise Aborted(self._cause)

    def _begin(self, event: LifecycleEvent) -> None:
        self._look_for_abort()
        event.status, event.started_at = "InProgress", self._clock.now()

    def _finish(self, event: LifecycleEvent, status: str) -> None:
        event.status, event.ended_at = status, self._clock.now()

    def _end_well(self) -> None:
        with self._engine.store.lock:
            self._look_for_abort()
            self._close("Succeeded", "Succeeded")
            self._group.last_successful = self._deployment.id
            self._group.active = ""
        self._announce(BY_STATUS["Succeeded"])

    def _end_badly(self, cause: Cause) -> None:
        """The end and the rollback are one moment: in between the group would look free."""
        deployment, store = self._deployment, self._engine.store
        with store.lock:
            self._mark_events()
            deployment.error = {"code": cause.code, "message": cause.message}
            self._close(cause.status, choices.TARGET_STATUS_AFTER_ABORT)
            wanted = rollback.is_wanted(cause, deployment, self._group)
            follower = rollback.make(deployment, store) if wanted else None
            self._group.active = follower.id if follower else ""
        self._announce(BY_STATUS[cause.status])
        if follower:
            self._engine.start(follower, self._group)

    def _mark_events(self) -> None:
        """The event under way failed, whatever the cause; the later ones are skipped."""
        now = self._clock.now()
        for event in self._deployment.events:
            if event.status == "InProgress":
                event.status, event.ended_at = "Failed", now
            elif event.status == "Pending":
                event.status = "Skipped"
        if not any(event.status == "Failed" for event in self._deployment.events):
            skipped = [event for event in self._deployment.events if event.status == "Skipped"]
            if skipped:
                skipped[0].status = "Failed"

    def _close(self, status: str, target_status: str) -> None:
        deployment = self._deployment
        deployment.completed_at = deployment.updated_at = self._clock.now()
        deployment.target_status = target_status
        deployment.status = status

    def _announce(self, happened: tuple[str, str, str]) -> None:
        application = self._engine.store.applications.get(self._deployment.application)
        if application is None:
            return
        announce = self._engine.announcer.announce
        announce(happened, self._deployment, self._group, application)
        if happened is START and self._is_rollback:
            announce(ROLLBACK, self._deployment, self._group, application)

    def _lambda(self) -> Any:
        return clients.client("lambda", self._group.settings["serviceRoleArn"])
