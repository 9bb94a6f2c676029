"""Claim the object version, look at archive and target, and keep what was found."""

from typing import NamedTuple

from inspect_artifact import roll_backs
from pilotage import appspec, archive_faults, documents, manifest
from pilotage.archive import Archive, Unreadable
from pilotage.artifact import Artifact, key_faults
from pilotage.checksum import missing_faults
from pilotage.documents import Document
from pilotage.errors import ArtifactNotOurs, ArtifactRejected
from pilotage.fault import Fault, few, shown
from pilotage.gateways import artifact_store, deployment_groups, lambda_functions
from pilotage.gateways.artifact_store import ObjectGone, ObjectSource, ObjectUnreadable
from pilotage.gateways.clock import now
from pilotage.gateways.instruction_table import InstructionTable
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.turn_table import TurnTable
from pilotage.gateways.upload_again import ASKED
from pilotage.handler import handler_faults
from pilotage.instruction import RELEASE_AGAIN
from pilotage.manifest import Manifest
from pilotage.release import Plan, Release, RollBack
from pilotage.target import (
    Group,
    Target,
    function_faults,
    grant_faults,
    hook_function_faults,
    hook_name_faults,
    is_owned,
    read_target,
    urgent_faults,
)

NO_MANIFEST = Manifest()
FACT_NAMES = ("version", "commit", "by", "url", "notes", "run")


class Contents(NamedTuple):
    """What the archive holds of interest."""

    manifest: Manifest = NO_MANIFEST
    appspec: Document | None = None
    archive: Archive | None = None
    name: str = ""

    @property
    def appspec_hooks(self) -> dict[str, str]:
        """The hook functions that the user's own AppSpec names."""
        return appspec.own_hooks(self.appspec) if self.appspec else {}

    @property
    def hooks(self) -> list[str]:
        """Every hook function that the archive names, wherever."""
        named = {self.manifest.before_hook, self.manifest.after_hook, *self.appspec_hooks.values()}
        return sorted(named - {""})


class Inspection:
    """`bucket` is the stack's own: no other's artifact becomes a release."""

    def __init__(
        self,
        table: ReleaseTable,
        turns: TurnTable,
        instructions: InstructionTable,
        bucket: str,
    ) -> None:
        self._instructions = instructions
        self._table = table
        self._turns = turns
        self._bucket = bucket
        self._faults: list[Fault] = []
        self._channel = ""

    def run(self, artifact: Artifact, execution: str, roll_back: RollBack | None = None) -> Release:
        """Raises ArtifactNotOurs, ReleaseAlreadyKnown, or ArtifactRejected with every fault on
        record."""
        if artifact.bucket != self._bucket:
            raise ArtifactNotOurs(f"bucket {shown(artifact.bucket)} is not this stack's own")
        release = Release(artifact, execution, now("milliseconds"), roll_back=roll_back)
        release = self._table.claim(release)
        release = self._look_back(release, roll_back) if roll_back else self._look(release)
        release = release._replace(channel=self._channel)
        found = ("facts", "sha256", "faults", "plan", "urgent", "roll_back", "channel")
        self._table.save(release, *found)
        if release.faults:
            raise ArtifactRejected(f"{len(release.faults)} faults, the first: {release.faults[0]}")
        return release

    def _look(self, release: Release) -> Release:
        artifact = release.artifact
        self._faults += key_faults(artifact.key)
        if self._faults:
            return release._replace(faults=few(self._faults))
        try:
            stored = artifact_store.head(artifact)
            found = self._target(release)
            contents = self._contents(artifact)
        except (ObjectGone, ObjectUnreadable) as error:
            self._faults.append(_object_fault(artifact, error))
            return release._replace(faults=few(self._faults))
        facts = {name: stored.metadata[name] for name in FACT_NAMES if stored.metadata.get(name)}
        facts.update(contents.manifest.facts)
        facts.update(self._asked_again(release, stored.metadata.get(ASKED, "")))
        plan = self._plan_for(*found, contents) if found else None
        urgent = stored.metadata.get("urgent")
        if plan:
            self._faults += urgent_faults(plan.target, urgent)
            self._faults += missing_faults(
                plan.target, artifact, stored.sha256, in_parts=stored.in_parts
            )
        return release._replace(
            facts={name: shown(text, 2000) for name, text in facts.items()},
            sha256=stored.sha256,
            plan=plan,
            urgent=shown(urgent or "", 300),
            faults=few(self._faults),
        )

    def _asked_again(self, release: Release, instruction_id: str) -> dict[str, str]:
        """Who asked for the artifact to be released again. Metadata may say anything: it counts
        when such an instruction was given for this target, and this may be the upload it made."""
        asked = self._instructions.pinned(instruction_id) if instruction_id else None
        if not asked or asked.kind != RELEASE_AGAIN or asked.target != release.target_name:
            return {}
        first = self._table.load(asked.release)
        if first is None or not first.may_be_followed_by(release):
            return {}
        return {"again": asked.by, "asked_from": asked.release}

    def _look_back(self, release: Release, asked: RollBack) -> Release:
        """A roll back has no archive: it names a version, or goes to the one that was live before.
        What only matters when code is published is not looked at."""
        plan = None
        if found := self._target(release):
            target, _ = found
            function = lambda_functions.describe(target.function, target.alias)
            if function is None or not is_owned(target, function.tags):
                self._faults += function_faults(target, function)
            else:
                live = function.alias.version if function.alias else ""
                plan = Plan(target, live, roll_backs.ALL_AT_ONCE)
                turn = self._turns.turn(release.target_name)
                asked, faults = roll_backs.find_version(asked, plan, function.alias, turn)
                self._faults += faults
        facts = {"by": asked.by, "notes": asked.reason, "asked_from": asked.asked_from}
        return release._replace(facts=facts, plan=plan, roll_back=asked, faults=few(self._faults))

    def _contents(self, artifact: Artifact) -> Contents:
        if artifact.file_name.endswith(".release.yml"):
            reason = "names an image or another release, to which Pilotage cannot release yet."
            self._faults.append(Fault(artifact.file_name, reason, "Upload a zip archive."))
            return Contents()
        try:
            found = Archive(ObjectSource(artifact))
            self._faults += archive_faults.content_faults(found)
            ours = self._document(found, manifest.FILE_NAMES)
            theirs = self._document(found, appspec.FILE_NAMES)
        except Unreadable as unreadable:
            self._faults.append(Fault(shown(artifact.file_name), str(unreadable), "Pack it again."))
            return Contents()
        if ours is None:
            return Contents(appspec=theirs, archive=found, name=theirs.name if theirs else "")
        read, faults = manifest.read(ours)
        self._faults += faults
        return Contents(read, theirs, found, ours.name)

    def _document(self, found: Archive, names: tuple[str, ...]) -> Document | None:
        entry = found.named(*names)
        if entry is None:
            return None
        if others := [name for name in names if name != entry.name and found.named(name)]:
            reason = f"stands there beside {others[0]}; which of them counts cannot be known."
            self._faults.append(Fault(entry.name, reason, "Keep one."))
        document = documents.parse(entry.name, found.read(entry))
        if isinstance(document, Fault):
            self._faults.append(document)
            return None
        return document

    def _target(self, release: Release) -> tuple[Target, Group] | None:
        """Where the release goes. None when its group is missing or is no target."""
        artifact = release.artifact
        arn = deployment_groups.group_arn(artifact, release.execution)
        try:
            group = deployment_groups.group(artifact.application, artifact.group, arn)
        except deployment_groups.NoSuchTarget as missing:
            place = f"target {shown(artifact.application)}/{shown(artifact.group)}"
            fix = "Make it, or mend the key: <application>/<deployment group>/<file name>."
            self._faults.append(Fault(place, shown(str(missing), 200).rstrip(".") + ".", fix))
            return None
        target, faults = read_target(group)
        self._faults += faults
        if target is None:
            return None
        self._channel = target.channel
        return target, group

    def _plan_for(self, target: Target, group: Group, contents: Contents) -> Plan | None:
        """None when the function is not the target's to release to: nothing of it is told."""
        function = lambda_functions.describe(target.function, target.alias)
        self._faults += function_faults(target, function)
        self._faults += self._content_faults(target, contents)
        if function is None or not is_owned(target, function.tags):
            return None
        if contents.archive:
            names = (entry.name for entry in contents.archive.entries)
            self._faults += handler_faults(function, names)
        if contents.archive and function.layers:
            self._faults += archive_faults.size_faults(contents.archive, function.layers)
        wanted, own = contents.manifest, contents.appspec_hooks
        return Plan(
            target=target,
            live=function.alias.version if function.alias else "",
            rollout=wanted.rollout,
            before=wanted.before,
            after=wanted.after,
            before_hook=own.get("beforeallowtraffic") or wanted.before_hook,
            after_hook=own.get("afterallowtraffic") or wanted.after_hook,
            group_rollout=group.configuration,
        )

    def _content_faults(self, target: Target, contents: Contents) -> list[Fault]:
        asks = contents.manifest.asks
        if contents.appspec_hooks and "checks" not in asks:
            asks = (*asks, "checks")
        faults = grant_faults(target, asks, contents.name) + self._rollout_faults(contents)
        if contents.appspec:
            faults += appspec.contradictions(contents.appspec, target)
            faults += appspec.hook_faults(contents.appspec, contents.manifest)
        for hook in contents.hooks:
            if bad := hook_name_faults(hook, contents.name):
                faults += bad
                continue
            tags = lambda_functions.tags_of(hook)
            faults += hook_function_faults(target, hook, tags, contents.name)
        return faults

    def _rollout_faults(self, contents: Contents) -> list[Fault]:
        """A configuration that a manifest names must exist; a phrase's is made when needed."""
        rollout = contents.manifest.rollout
        if rollout is None or rollout.kind != "named":
            return []
        if deployment_groups.configuration_exists(rollout.name):
            return []
        reason = f'names the rollout "{shown(rollout.name)}", which CodeDeploy does not know.'
        return [Fault(contents.name, reason, 'Say for example "canary 10% 5m".')]


def _object_fault(artifact: Artifact, error: ObjectGone | ObjectUnreadable) -> Fault:
    place = f'object "{shown(artifact.key)}"'
    if isinstance(error, ObjectGone):
        return Fault(place, "was deleted before it could be inspected.", "Upload it again.")
    reason = f"cannot be read. {shown(str(error), 300)}"
    fix = "Upload it with the bucket's own encryption, in a storage class that is read at once."
    return Fault(place, reason, fix)
