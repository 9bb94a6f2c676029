"""Ask for the target's turn, and act on what the decision comes to."""

from dataclasses import replace

from pilotage import turns
from pilotage.gateways import workflow
from pilotage.gateways.release_table import Conflict, ReleaseTable
from pilotage.gateways.topic import Topic
from pilotage.release import Release
from pilotage.turns import Claim, Move, Turn

MAX_TRIES = 20


def take_turn(release_id: str, token: str, table: ReleaseTable, topic: Topic) -> None:
    release = table.load(release_id)
    if release is None:
        raise LookupError(f"no release {release_id} in the table")
    if release.outcome:  # swept meanwhile
        return
    move = _decide(release, _claim(release, token), table)
    if move.superseded and move.by:
        cause = f"{move.by.name} was uploaded later and goes first."
        workflow.fail(move.superseded.token, "ReleaseSuperseded", cause)
    if move.goes_on:
        workflow.succeed(move.goes_on.token, {"release": move.goes_on.release})
    elif move.turn.waiting and move.turn.waiting.release == release.id:
        table.save(replace(release, step="waiting", token=token), "step", "token")
        topic.tell(release.id)


def _decide(release: Release, claim: Claim, table: ReleaseTable) -> Move:
    for _ in range(MAX_TRIES):
        turn = _without_the_dead(table.turn(release.target_name), table)
        move = turns.take(turn, claim)
        if move.turn == turn:
            return move
        try:
            table.put_turn(release.target_name, move.turn)
        except Conflict:
            continue
        return move
    raise Conflict(f"the turn of {release.target_name} was written {MAX_TRIES} times meanwhile")


def _without_the_dead(turn: Turn, table: ReleaseTable) -> Turn:
    """A holder whose release is over gave its turn to nobody: the turn is free."""
    holder = table.load(turn.holder.release) if turn.holder else None
    if holder is None or not holder.outcome:
        return turn
    return turns.give_back(turn, holder.id).turn


def _claim(release: Release, token: str) -> Claim:
    artifact = release.artifact
    return Claim(release.id, token, artifact.uploaded_at, artifact.sequencer, release.name)
