"""Everything that can go wrong, by the name the state machine catches it by.

PilotageError
├── ReleaseAlreadyKnown      another execution has this object version
├── ArtifactNotOurs          the event is of a bucket that is not the stack's own
├── ReleaseOver              the release was finished while its execution went on
├── NothingClaimed           the execution ended before it could claim its object version
├── ReleaseSuperseded        a newer upload took the place of a waiting release
├── ReleaseStopped           users stay where they are, and the reason is known
│   ├── ArtifactRejected     the upload cannot become a release; all its faults are on record
│   ├── CheckFailed          the first version of a target failed its checks
│   ├── RevisionRefused      Lambda refused the code or its configuration
│   └── StopAsked            someone asked to stop the release
├── AliasIsShared            someone else sends the alias to two versions: a person must choose
├── RevisionNotReady         Lambda is still settling: come back (retried)
├── FunctionBusy             another target of the function is publishing: come back (retried)
├── TurnContested            many wrote the turn at once: come back (retried)
├── TargetHeld               what held the target up may be gone: look again (retried)
├── DeploymentRuns           users may still be moved: nothing can be judged yet (retried)
└── AwsUnavailable           throttled or a fault on AWS's side: come back (retried)
"""


class PilotageError(Exception):
    """The class name is the error's name in the state machine."""


class ReleaseAlreadyKnown(PilotageError):
    pass


class ArtifactNotOurs(PilotageError):
    pass


class ReleaseOver(PilotageError):
    pass


class NothingClaimed(PilotageError):
    pass


class ReleaseSuperseded(PilotageError):
    pass


class ReleaseStopped(PilotageError):
    pass


class ArtifactRejected(ReleaseStopped):
    pass


class CheckFailed(ReleaseStopped):
    pass


class RevisionRefused(ReleaseStopped):
    pass


class StopAsked(ReleaseStopped):
    pass


class AliasIsShared(PilotageError):
    pass


class RevisionNotReady(PilotageError):
    pass


class FunctionBusy(PilotageError):
    pass


class TurnContested(PilotageError):
    pass


class TargetHeld(PilotageError):
    pass


class DeploymentRuns(PilotageError):
    pass


class AwsUnavailable(PilotageError):
    pass
