"""What Lambda keeps: functions, their versions, aliases and policies."""

import base64
import contextlib
import hashlib
import io
import random
import uuid
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from localcloud.account import arn
from localcloud.wire import AwsError, Params

LATEST = "$LATEST"

# Lambda takes a few seconds to settle an update. The local cloud takes this many real seconds:
# long enough that a caller who does not wait meets ResourceConflictException, as on AWS.
SETTLE_SECONDS = 0.15


@dataclass(frozen=True)
class Code:
    """A deployment package, unpacked once into `folder`."""

    sha256: str
    size: int
    folder: Path

    @classmethod
    def from_zip(cls, body: bytes, store: Path) -> "Code":
        digest = hashlib.sha256(body).digest()
        folder = store / digest.hex()
        if not folder.exists():
            _unpack(body, folder)
        return cls(base64.b64encode(digest).decode(), len(body), folder)


def _unpack(body: bytes, folder: Path) -> None:
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
    except zipfile.BadZipFile:
        message = "Could not unzip uploaded file. Please check your file, then try to upload again."
        raise AwsError("InvalidParameterValueException", message) from None
    partial = folder.with_name(f"{folder.name}.{uuid.uuid4().hex}")
    archive.extractall(partial)
    with contextlib.suppress(OSError):  # the same package was unpacked by another call meanwhile
        partial.rename(folder)


@dataclass(frozen=True)
class Settings:
    """A function's configuration: what UpdateFunctionConfiguration may change, by AWS's names."""

    values: Mapping[str, Any]

    def changed(self, new: Mapping[str, Any]) -> "Settings":
        return Settings(MappingProxyType({**self.values, **new}))

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)


@dataclass
class Version:
    """`$LATEST` or a published version. A published one never changes."""

    number: str
    code: Code
    settings: Settings
    created_at: float
    description: str = ""
    # The first `$LATEST` of a function, which takes no call until it has settled.
    new: bool = False
    # RevisionId changes with the update and again when the update has settled, so whoever reads
    # it too early gets a 412 later: the reason why it must be read after the update settled.
    revision_ids: tuple[str, str] = field(
        default_factory=lambda: (str(uuid.uuid4()), str(uuid.uuid4()))
    )
    asleep: bool = False
    woken_at: float | None = None

    def settled(self, now: float) -> bool:
        return now >= self.created_at + SETTLE_SECONDS

    def is_waking(self, now: float) -> bool:
        return self.woken_at is not None and now < self.woken_at + SETTLE_SECONDS

    def take_call(self, now: float) -> None:
        """Raises while it sleeps, which wakes it, and until it is awake."""
        if self.asleep:
            self.asleep, self.woken_at = False, now
        if self.is_waking(now):
            message = (
                "Lambda is initializing your function. "
                "It will be ready to invoke once your function state becomes ACTIVE."
            )
            raise AwsError("SnapStartNotReadyException", message, 409, Type="User")

    def revision_id(self, now: float) -> str:
        return self.revision_ids[self.settled(now)]

    def same_as(self, other: "Version") -> bool:
        return self.code.sha256 == other.code.sha256 and self.settings == other.settings


@dataclass
class Alias:
    name: str
    version: str
    description: str = ""
    weights: dict[str, float] = field(default_factory=dict)
    revision_id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass
class Function:
    name: str
    latest: Version
    versions: dict[str, Version] = field(default_factory=dict)
    aliases: dict[str, Alias] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    statements: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    async_settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    url_settings: dict[str, dict[str, Any]] = field(default_factory=dict)
    concurrency: int | None = None
    published: int = 0

    @property
    def arn(self) -> str:
        return arn("lambda", f"function:{self.name}")

    def check_active(self, now: float) -> None:
        """Raises while the function is being created.
        https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html"""
        if self.latest.new and not self.latest.settled(now):
            raise _conflict("The function is currently in the following state: Pending")

    def check_settled(self, now: float) -> None:
        """Raises while the function is being created or updated."""
        self.check_active(now)
        if not self.latest.settled(now):
            raise _conflict(f"An update is in progress for resource: {self.arn}")

    def publish(self, now: float, description: str = "") -> Version:
        """A version of `$LATEST`: a new one, unless nothing has changed since the last."""
        last = self.versions.get(str(self.published))
        if last and last.same_as(self.latest):
            return last
        self.published += 1
        latest = self.latest
        version = Version(str(self.published), latest.code, latest.settings, now, description)
        self.versions[version.number] = version
        return version

    def qualified_arn(self, qualifier: str) -> str:
        return f"{self.arn}:{qualifier}"

    def version(self, qualifier: str) -> Version:
        """The version that a number, `$LATEST` or an unweighted reading of an alias means."""
        if qualifier in ("", LATEST):
            return self.latest
        number = self.aliases[qualifier].version if qualifier in self.aliases else qualifier
        if number not in self.versions:
            raise not_found(self.qualified_arn(qualifier))
        return self.versions[number]

    def draw(self, qualifier: str) -> Version:
        """The version that serves one invocation: an alias with weights draws one."""
        if qualifier not in self.aliases:
            return self.version(qualifier)
        alias = self.aliases[qualifier]
        draw = random.random()
        for number, weight in alias.weights.items():
            if draw < weight:
                return self.versions[number]
            draw -= weight
        return self.version(alias.version)

    def alias(self, name: str) -> Alias:
        if name not in self.aliases:
            raise AwsError(
                "ResourceNotFoundException",
                f"Cannot find alias arn: {self.qualified_arn(name)}",
                Type="User",
            )
        return self.aliases[name]


def _conflict(why: str) -> AwsError:
    message = f"The operation cannot be performed at this time. {why}"
    return AwsError("ResourceConflictException", message, Type="User")


def not_found(function_arn: str) -> AwsError:
    return AwsError("ResourceNotFoundException", f"Function not found: {function_arn}", Type="User")


class Functions:
    """All functions of the account, by name."""

    def __init__(self, code_store: Path) -> None:
        self.code_store = code_store
        self._by_name: dict[str, Function] = {}

    def get(self, name_or_arn: str) -> Function:
        name, _ = split(name_or_arn)
        if name not in self._by_name:
            raise not_found(arn("lambda", f"function:{name}"))
        return self._by_name[name]

    def find(self, name: str) -> Function | None:
        return self._by_name.get(name)

    def add(self, function: Function) -> None:
        if function.name in self._by_name:
            message = f"Function already exist: {function.name}"
            raise AwsError("ResourceConflictException", message, Type="User")
        self._by_name[function.name] = function

    def remove(self, name_or_arn: str) -> None:
        del self._by_name[self.get(name_or_arn).name]

    def all(self) -> list[Function]:
        return sorted(self._by_name.values(), key=lambda function: function.name)

    def clear(self) -> None:
        self._by_name.clear()


def split(name_or_arn: str, qualifier: str = "") -> tuple[str, str]:
    """Function name and qualifier of a name, a partial ARN or an ARN, with or without qualifier."""
    parts = name_or_arn.split(":")
    if "function" in parts:
        parts = parts[parts.index("function") + 1 :]
    found = parts[1] if len(parts) > 1 else ""
    return parts[0], qualifier or found


def addressed(params: Params) -> tuple[str, str]:
    """Name and qualifier of the function that a request is about. Raises where they contradict."""
    _, of_arn = split(params["FunctionName"])
    if of_arn and of_arn != params.get("Qualifier", of_arn):
        message = (
            "The derived qualifier from the function name does not match the specified qualifier."
        )
        raise AwsError("InvalidParameterValueException", message, Type="User")
    return split(params["FunctionName"], params.get("Qualifier", ""))


def iso(timestamp: float) -> str:
    """A time as Lambda writes LastModified: 2026-03-03T10:15:30.000+0000."""
    moment = datetime.fromtimestamp(timestamp, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}+0000"
