"""Everything that can go wrong, by the name the state machine catches it by.

PilotageError
├── ReleaseAlreadyKnown      another execution has this object version
├── ReleaseSuperseded        a newer upload took the place of a waiting release
├── ReleaseStopped           users stay where they are, and the reason is known
│   ├── ArtifactRejected     the upload cannot become a release; all its faults are on record
│   ├── AlarmIsRed           an alarm of the target is in ALARM before anything was done
│   ├── AliasIsShared        someone else sends the alias to two versions
│   ├── CheckFailed          the first version of a target failed its checks
│   └── RevisionRefused      Lambda refused the code or its configuration
├── RevisionNotReady         Lambda is still settling: come back (retried)
├── TargetBusy               someone else's deployment runs on the group: come back (retried)
├── DeploymentRuns           users may still be moved: nothing can be judged yet (retried)
└── AwsUnavailable           throttled or a fault on AWS's side: come back (retried)
"""


class PilotageError(Exception):
    """The class name is the error's name in the state machine."""


class ReleaseAlreadyKnown(PilotageError):
    pass


class ReleaseSuperseded(PilotageError):
    pass


class ReleaseStopped(PilotageError):
    pass


class ArtifactRejected(ReleaseStopped):
    pass


class AlarmIsRed(ReleaseStopped):
    pass


class AliasIsShared(ReleaseStopped):
    pass


class CheckFailed(ReleaseStopped):
    pass


class RevisionRefused(ReleaseStopped):
    pass


class RevisionNotReady(PilotageError):
    pass


class TargetBusy(PilotageError):
    pass


class DeploymentRuns(PilotageError):
    pass


class AwsUnavailable(PilotageError):
    pass
