"""Do what an operator asks, once, and say what came of it."""

from contextlib import suppress
from typing import NamedTuple

from pilotage import instruction as instructions
from pilotage.artifact import from_event
from pilotage.button import RELEASE_AGAIN, buttons_of, too_old
from pilotage.durations import epoch
from pilotage.errors import ReleaseAlreadyKnown
from pilotage.fault import Fault, shown
from pilotage.gateways import deployment_groups, workflow
from pilotage.gateways.artifact_store import ObjectGone, ObjectUnreadable
from pilotage.gateways.clock import now
from pilotage.gateways.instruction_table import InstructionTable
from pilotage.gateways.release_table import ReleaseTable
from pilotage.gateways.stop_release import stop_release
from pilotage.gateways.topic import Topic
from pilotage.gateways.turn_table import TurnTable
from pilotage.gateways.upload_again import upload_again
from pilotage.hold import EVERYTHING, Freeze
from pilotage.instruction import Answer, Instruction
from pilotage.release import Release, RollBack, Stop, roll_back_event
from take_turn.step import Turns

# Events have whole seconds, and senders' clocks are not ours.
CLOCK_SKEW_SECONDS = 5
KEPT = "Users get what they had."


class Operator(NamedTuple):
    releases: ReleaseTable
    table: TurnTable
    answers: InstructionTable
    turns: Turns
    topic: Topic
    bucket: str
    machine: str

    def obey(self, asked: Instruction, faults: list[Fault]) -> Answer:
        """What came of the instruction; the first answer when it comes twice."""
        answer = self.answers.answer(asked.id)
        if answer is None:
            faults = faults or self._target_faults(asked)
            answer = Answer(asked, tuple(faults)) if faults else self._done(asked)
            answer = answer._replace(channel=self._channel(asked))
            self.answers.put_answer(answer)
        if answer.faults or not asked.is_seen:
            self.topic.tell_answer(asked.id)
        return answer

    def _channel(self, asked: Instruction) -> str:
        """The channel of the release that it is about; "" for the stack's own."""
        about = self.releases.load(asked.release) if asked.release else None
        return about.plan.target.channel if about and about.plan else ""

    def _target_faults(self, asked: Instruction) -> list[Fault]:
        if asked.target == EVERYTHING:
            return []
        try:
            deployment_groups.group_settings(asked.application, asked.group)
        except deployment_groups.NoSuchTarget as missing:
            fix = "Write <application>/<deployment group> as CodeDeploy has them."
            return [Fault(f"target {asked.target}", shown(str(missing), 200), fix)]
        return []

    def _done(self, asked: Instruction) -> Answer:
        match asked.kind:
            case instructions.FREEZE:
                return self._freeze(asked)
            case instructions.THAW:
                return self._thaw(asked)
            case instructions.STOP:
                return self._stop(asked)
            case instructions.RELEASE_AGAIN:
                return self._release_again(asked)
        return self._roll_back(asked)

    def _freeze(self, asked: Instruction) -> Answer:
        freeze = Freeze(asked.target, True, asked.by, asked.reason, asked.at)
        if not self.table.put_freeze(freeze):
            return self._too_late(asked)
        on_target = self._on(asked.target)
        for target in sorted({release.target_name for release in on_target}):
            self.turns.tell_waiting(target)
        running = [release for release in on_target if release.step != "waiting"]
        done = ["What is uploaded now waits until someone thaws it."]
        done += [f"{release.id} {_frozen_means(release)}" for release in running[:5]]
        held = all(release.is_held_up for release in running)
        kept = KEPT if held else "What is on its way moves users on until it ends."
        return Answer(asked, users_get=kept, done=tuple(done))

    def _thaw(self, asked: Instruction) -> Answer:
        freeze = Freeze(asked.target, False, asked.by, asked.reason, asked.at)
        if not self.table.put_freeze(freeze):
            return self._too_late(asked)
        targets = {release.target_name for release in self._on(asked.target)}
        gone_on = [target for target in sorted(targets) if self.turns.look_again(target)]
        done = [f"On {target} the next release goes on." for target in gone_on]
        return Answer(
            asked,
            users_get=KEPT,
            done=tuple(done) or ("Nothing was waiting for it.",),
        )

    def _stop(self, asked: Instruction) -> Answer:
        """The release that is named; else the one that has the target's turn, or would be next."""
        found = self._named(asked)
        if found is None:
            reason = "is not on its way." if asked.release else "has no release on its way."
            fix = 'To go back from what is live, put a "Roll Back" on the bus.'
            place = f"release {asked.release}" if asked.release else f"target {asked.target}"
            return Answer(asked, (Fault(place, reason, fix),))
        if not asked.release and _began_after(found, asked):
            reason = f"has another release on its way by now: {found.id}."
            fix = f'To stop that one, say "release": "{found.id}".'
            return Answer(asked, (Fault(f"target {asked.target}", reason, fix),))
        stop_release(found, Stop(asked.by, asked.reason, asked.at), self.releases)
        self.topic.tell(found.id)
        kept = (
            "Its users are being brought back." if found.deployment else "It ends before any user."
        )
        return Answer(asked, users_get=kept, done=(f"{found.id} is being stopped.",))

    def _roll_back(self, asked: Instruction) -> Answer:
        if late := self._went_live_after(asked):
            return Answer(asked, (late,))
        leaves, found = "", None
        if asked.release:
            found = self.releases.load(asked.release)
            if found is None or found.target_name != asked.target or not _went_live(found):
                fault = Fault(f"release {asked.release}", f"never went live on {asked.target}.")
                return Answer(asked, (fault,))
            leaves = found.revision.version if found.revision else ""
        back = RollBack(asked.by, asked.reason, asked.version, leaves, bool(leaves), asked.release)
        event = roll_back_event(self.bucket, asked.target, back, asked.id, asked.at)
        about = f"roll back {asked.id}"
        # Claimed here, so that sweep finds it whatever becomes of its execution.
        execution = workflow.execution_of(self.machine, about)
        with suppress(ReleaseAlreadyKnown):
            release = Release(from_event(event), execution, now("milliseconds"), roll_back=back)
            self.releases.claim(release)
        if found:
            self._followed(found, f"{asked.target}/roll-back-{asked.id}")
        workflow.start(self.machine, about, event)
        holder = self.table.turn(asked.target).holder
        done = [f"It is release {asked.target}/roll-back-{asked.id}."]
        if holder:
            done.append(f"{holder.release} is on its way and ends first; stop it to go at once.")
        return Answer(asked, users_get="Users get what they had until it goes.", done=tuple(done))

    def _release_again(self, asked: Instruction) -> Answer:
        """The artifact is uploaded once more, by the same key: a new object version, and so a new
        release, which is looked at and waits like any other."""
        found = self.releases.load(asked.release)
        place = f"release {asked.release}"
        if found is None or found.roll_back or found.target_name != asked.target:
            return Answer(asked, (Fault(place, f"is no upload to {asked.target}."),))
        if found.followed_by:
            return Answer(
                asked, (Fault(place, f"was released again already: {found.followed_by}."),)
            )
        if RELEASE_AGAIN not in (button.action for button in buttons_of(found)):
            reason = "is not over, or went live, or was turned away."
            return Answer(asked, (Fault(place, reason, "Only what was stopped goes again."),))
        if why := too_old(found, self.table.turn(asked.target)):
            return Answer(asked, (Fault(place, f"is old: {why}"),))
        asked = self.answers.pin(asked)  # so that the new release knows who asked for it
        try:
            version = upload_again(found.artifact, asked.id)
        except ObjectGone:
            reason = "its artifact is not in the bucket any more."
            return Answer(asked, (Fault(place, reason, "Upload it anew."),))
        except ObjectUnreadable as unreadable:
            reason = f"its artifact cannot be read. {shown(str(unreadable), 300)}"
            return Answer(asked, (Fault(place, reason, "Upload it anew."),))
        self._followed(found, f"{asked.target}/{version}")
        return Answer(
            asked,
            users_get="Users get what they had until it goes live.",
            done=(f"It is release {asked.target}/{version}.",),
        )

    def _followed(self, release: Release, by: str) -> None:
        """From here on its message offers that no more, unless what follows comes to nothing."""
        self.releases.save(release._replace(followed_by=by), "followed_by")
        self.topic.tell(release.id)

    def _named(self, asked: Instruction) -> Release | None:
        if not asked.release and (everyone := self.table.turn(asked.target).everyone):
            asked = asked._replace(release=everyone[0].release)
        # Pinned, so that the same event never stops the release that comes after it.
        named = self.answers.pin(asked).release
        found = self.releases.load(named) if named else None
        on_its_way = found and not found.outcome and found.target_name == asked.target
        return found if on_its_way else None

    def _went_live_after(self, asked: Instruction) -> Fault | None:
        """A roll back that names no release goes back from what was live when it was asked for, and
        from nothing that came after."""
        lives = self.table.turn(asked.target).lives
        if asked.release or not lives:
            return None
        life = self.releases.load(lives[0].release)
        if life is None or life.outcome is None or not _is_later(life.outcome.at, asked.at):
            return None
        reason = f"was given {life.id} since that was asked for."
        fix = f'To go back from it, say "release": "{life.id}".'
        return Fault(f"target {asked.target}", reason, fix)

    def _on(self, target: str) -> list[Release]:
        """The releases that are open on the target, or on all of them."""
        found = self.releases.open_releases()
        return [r for r in found if not r.outcome and target in (EVERYTHING, r.target_name)]

    def _too_late(self, asked: Instruction) -> Answer:
        fault = Fault(f"target {asked.target}", "something later was said about it already.")
        return Answer(asked, (fault,))


def _frozen_means(release: Release) -> str:
    return "waits before its deployment." if release.is_held_up else "is on its way and ends."


def _began_after(release: Release, asked: Instruction) -> bool:
    """Whether a release had not its turn yet when the instruction was given: an event may be late."""
    return _is_later(release.times.get("publishing", release.claimed_at), asked.at)


def _is_later(one: str, other: str) -> bool:
    """By more than clocks differ."""
    return epoch(one) > epoch(other) + CLOCK_SKEW_SECONDS


def _went_live(release: Release) -> bool:
    return release.outcome is not None and release.outcome.is_live
