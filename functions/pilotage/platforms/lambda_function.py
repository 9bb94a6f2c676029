"""Lambda: a revision is a published version, code and configuration."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from pilotage import appspec as appspecs
from pilotage.artifact import Artifact
from pilotage.checksum import difference
from pilotage.errors import RevisionNotReady, RevisionRefused
from pilotage.target import Target

# Most updates settle within seconds; what takes longer is left to the state machine's retry, so
# that a waiting release costs nothing.
PATIENCE_SECONDS = 20.0
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 2.0


class Configuration(Protocol):
    @property
    def version(self) -> str: ...
    @property
    def code_sha256(self) -> str: ...
    @property
    def settled(self) -> bool: ...
    @property
    def failure(self) -> str: ...


class Functions(Protocol):
    """What is asked of Lambda."""

    def configuration(self, function: str, version: str = "") -> Any: ...
    def update_code(self, function: str, artifact: Artifact, current: Any) -> Any: ...
    def publish(self, function: str, settled: Any, description: str) -> Any: ...


def publish(
    artifact: Artifact,
    target: Target,
    functions: Functions,
    sleep: Callable[[float], None] = time.sleep,
    sha256: str = "",
) -> Any:
    """A version of the artifact that is Active. RevisionId is read after the update settled, so
    nobody's change slips in between. Raises RevisionNotReady when Lambda takes its time, and
    RevisionRefused when it holds other bytes than the upload's `sha256` (hex, "" for not known)."""
    function = target.function
    # What failed before may be what this artifact mends.
    current = _settled(functions, function, "", sleep, ignore_failure=True)
    updated = functions.update_code(function, artifact, current)
    settled = _settled(functions, function, "", sleep)
    if settled.code_sha256 != updated.code_sha256:
        raise RevisionNotReady("someone else changed the function meanwhile")
    if other := difference(sha256, settled.code_sha256):
        raise RevisionRefused(other)
    published = functions.publish(function, settled, f"pilotage {artifact.release_id}")
    return _settled(functions, function, published.version, sleep)


def appspec(target: Target, current: str, new: str, hooks: Mapping[str, str]) -> str:
    return appspecs.write(target, current, new, hooks)


def configuration_sha256(settings: Mapping[str, Any]) -> str:
    """A hash of everything but the code that makes two versions different."""
    kept = {k: v for k, v in settings.items() if k not in ("CodeSha256", "CodeSize", "MasterArn")}
    return hashlib.sha256(json.dumps(kept, sort_keys=True, default=str).encode()).hexdigest()


def _settled(
    functions: Functions,
    function: str,
    version: str,
    sleep: Callable[[float], None],
    *,
    ignore_failure: bool = False,
) -> Any:
    waited, pause = 0.0, FIRST_PAUSE_SECONDS
    while True:
        found = functions.configuration(function, version)
        if found.failure and not ignore_failure:
            raise RevisionRefused(f"Lambda says: {found.failure}")
        if found.settled:
            return found
        if waited >= PATIENCE_SECONDS:
            raise RevisionNotReady(f"{function} is still settling after {waited:.0f} s")
        sleep(pause)
        waited += pause
        pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)
