"""Publish once: the same artifact always gives the same version, however often this is tried."""

from dataclasses import replace

from pilotage.errors import AlarmIsRed, AliasIsShared, CheckFailed, RevisionRefused, TargetBusy
from pilotage.gateways import alarms, code_deploy, lambda_functions
from pilotage.gateways.lambda_functions import Configuration
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.run_checks import run_checks
from pilotage.gateways.topic import Topic
from pilotage.platforms import lambda_function
from pilotage.platforms.lambda_function import configuration_sha256
from pilotage.release import Plan, Release, Revision
from pilotage.target import AliasState, Target, weights_in_words


def publish_revision(release_id: str, table: ReleaseTable, topic: Topic) -> str:
    """The way the revision goes live: deploy, first or unchanged."""
    release = table.load(release_id)
    if release is None or release.plan is None:
        raise LookupError(f"no inspected release {release_id} in the table")
    if release.outcome:  # swept meanwhile: nothing may change any more
        raise RevisionRefused("the release was over before its version was published")
    plan = release.plan
    if release.revision is None:
        _look_before(plan)
        release = replace(release, step="publishing")
        table.save(release, "step")
        topic.tell(release.id)
        published = lambda_function.publish(release.artifact, plan.target, lambda_functions)
        release = replace(release, revision=_revision(published, plan))
        table.save(release, "revision")
    assert release.revision is not None
    if release.revision.way == "first":
        _go_live_first(release, plan, release.revision, table)
    return release.revision.way


def _look_before(plan: Plan) -> None:
    """Nothing is published while the target is busy, shared by hand, or one of its alarms is red."""
    application, group = plan.target.application, plan.target.group
    if others := code_deploy.running(application, group):
        raise TargetBusy(f"deployment {others[0].id} runs on {plan.target.name}")
    alias = lambda_functions.alias_of(plan.target.function, plan.target.alias)
    if alias and alias.is_weighted:
        raise AliasIsShared(weights_in_words(plan.target, alias))
    watched = code_deploy.watched_alarms(application, group)
    if red := alarms.red(watched):
        names = ", ".join(red)
        raise AlarmIsRed(f"{names} is in ALARM. Nothing was published; upload again when it is OK.")


def _revision(published: Configuration, plan: Plan) -> Revision:
    target = plan.target
    alias = lambda_functions.alias_of(target.function, target.alias)
    return Revision(
        version=published.version,
        code_sha256=published.code_sha256,
        configuration_sha256=configuration_sha256(published.settings),
        previous=alias.version if alias else "",
        way=_way(published, target, alias),
    )


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


def _go_live_first(release: Release, plan: Plan, revision: Revision, table: ReleaseTable) -> None:
    """There is no traffic to move yet: the checks decide whether the alias is made."""
    target = plan.target
    alias = lambda_functions.alias_of(target.function, target.alias)
    if alias and alias.version == revision.version:
        return  # an earlier try made it, after its checks had passed
    result = run_checks("before", plan.before, target.function, revision.version)
    if plan.before_hook:  # CodeDeploy calls hooks, and there is no deployment of a first version
        note = "only that the version is Active; your hook runs from the second release on"
        result = replace(result, reason=result.reason or note)
    table.save(release.with_check(result), "checks")
    if not result.passed:
        raise CheckFailed(result.reason)
    lambda_functions.create_alias(target.function, target.alias, revision.version)
