"""Functions and their configuration: CreateFunction, UpdateFunctionCode and what reads them."""

from typing import Any

from localcloud.awslambda import languages
from localcloud.awslambda.inputs import operations
from localcloud.awslambda.model import (
    LATEST,
    Function,
    Functions,
    Settings,
    Version,
    addressed,
    iso,
    split,
)
from localcloud.awslambda.packages import package
from localcloud.clock import Clock
from localcloud.wire import AwsError, Params

SETTINGS = [
    "Runtime",
    "Role",
    "Handler",
    "Timeout",
    "MemorySize",
    "VpcConfig",
    "DeadLetterConfig",
    "Environment",
    "KMSKeyArn",
    "TracingConfig",
    "Layers",
    "FileSystemConfigs",
    "ImageConfig",
    "EphemeralStorage",
    "SnapStart",
    "LoggingConfig",
    "PackageType",
    "Architectures",
    "Description",
]

DEFAULTS: dict[str, Any] = {
    "Timeout": 3,
    "MemorySize": 128,
    "PackageType": "Zip",
    "Architectures": ["x86_64"],
    "TracingConfig": {"Mode": "PassThrough"},
    "EphemeralStorage": {"Size": 512},
}


@operations
class FunctionOperations:
    def __init__(self, functions: Functions, clock: Clock) -> None:
        self._functions = functions
        self._clock = clock

    def create_function(self, params: Params) -> Params:
        code = package(params["Code"], self._functions.code_store)
        _check_language(params)
        settings = {**DEFAULTS, **{k: params[k] for k in SETTINGS if k in params}}
        now = self._clock.now()
        latest = Version(LATEST, code, Settings(settings), now, new=True)
        function = Function(split(params["FunctionName"])[0], latest, tags=params.get("Tags", {}))
        self._functions.add(function)
        version = function.publish(now) if params.get("Publish") else latest
        return configuration(function, version, now)

    def get_function(self, params: Params) -> Params:
        function, version, qualifier = self._find(params)
        return {
            "Configuration": configuration(function, version, self._clock.now(), qualifier),
            "Code": {"RepositoryType": "S3", "Location": version.code.folder.as_uri()},
            "Tags": function.tags or None,
        }

    def get_function_configuration(self, params: Params) -> Params:
        function, version, qualifier = self._find(params)
        return configuration(function, version, self._clock.now(), qualifier)

    def list_functions(self, _: Params) -> Params:
        now = self._clock.now()
        return {"Functions": [configuration(f, f.latest, now) for f in self._functions.all()]}

    def update_function_code(self, params: Params) -> Params:
        # Lambda takes x86_64 when Architectures is left out, whatever the function has
        # (the model's documentation; whether it resets an arm64 function is unverified).
        architectures = params.get("Architectures", ["x86_64"])
        function = self._changeable(params)
        code = package(params, self._functions.code_store)
        settings = function.latest.settings.changed({"Architectures": architectures})
        now = self._clock.now()
        version = Version(LATEST, code, settings, now)
        if not params.get("DryRun"):
            function.latest = version
            if params.get("Publish"):
                version = function.publish(now)
        return configuration(function, version, now)

    def update_function_configuration(self, params: Params) -> Params:
        function = self._changeable(params)
        if "Runtime" in params:
            _check_runtime(params["Runtime"])
        settings = function.latest.settings.changed({k: params[k] for k in SETTINGS if k in params})
        function.latest = Version(LATEST, function.latest.code, settings, self._clock.now())
        return configuration(function, function.latest, self._clock.now())

    def delete_function(self, params: Params) -> None:
        name, qualifier = addressed(params)
        function = self._functions.get(name)
        if not qualifier:
            self._functions.remove(name)
        elif any(qualifier in (a.version, *a.weights) for a in function.aliases.values()):
            message = f"Version {qualifier} is in use by an alias."
            raise AwsError("ResourceConflictException", message, Type="User")
        else:
            function.versions.pop(qualifier, None)

    def get_function_code_signing_config(self, params: Params) -> Params:
        return {"FunctionName": self._functions.get(params["FunctionName"]).name}

    def put_function_concurrency(self, params: Params) -> Params:
        function = self._functions.get(params["FunctionName"])
        function.concurrency = params["ReservedConcurrentExecutions"]
        return {"ReservedConcurrentExecutions": function.concurrency}

    def get_function_concurrency(self, params: Params) -> Params:
        function = self._functions.get(params["FunctionName"])
        return {"ReservedConcurrentExecutions": function.concurrency}

    def delete_function_concurrency(self, params: Params) -> None:
        self._functions.get(params["FunctionName"]).concurrency = None

    def tag_resource(self, params: Params) -> None:
        self._functions.get(params["Resource"]).tags.update(params["Tags"])

    def untag_resource(self, params: Params) -> None:
        tags = self._functions.get(params["Resource"]).tags
        for key in params["TagKeys"]:
            tags.pop(key, None)

    def list_tags(self, params: Params) -> Params:
        return {"Tags": self._functions.get(params["Resource"]).tags}

    def _find(self, params: Params) -> tuple[Function, Version, str]:
        name, qualifier = addressed(params)
        function = self._functions.get(name)
        return function, function.version(qualifier), qualifier

    def _changeable(self, params: Params) -> Function:
        """The function, where the caller's guard holds and no update is under way."""
        function = self._functions.get(params["FunctionName"])
        now = self._clock.now()
        function.check_settled(now)
        guard_revision(params.get("RevisionId"), function.latest.revision_id(now))
        return function


def _check_language(params: Params) -> None:
    if not (params.get("Runtime") and params.get("Handler")):
        message = (
            "Runtime and Handler are mandatory parameters for functions created with deployment "
            "packages."
        )
        raise AwsError("InvalidParameterValueException", message, Type="User")
    _check_runtime(params["Runtime"])


def _check_runtime(runtime: str) -> None:
    if message := languages.refusal(runtime):
        raise AwsError("InvalidParameterValueException", message, Type="User")


_PENDING = {
    "State": "Pending",
    "StateReason": "The function is being created.",
    "StateReasonCode": "Creating",
}


def _state(version: Version, now: float, *, pending: bool) -> Params:
    """https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html"""
    if version.asleep:
        reason = "The function is inactive."
        return {"State": "Inactive", "StateReason": reason, "StateReasonCode": "Idle"}
    if version.is_waking(now):
        reason = "The function is being restored."
        return {"State": "Pending", "StateReason": reason, "StateReasonCode": "Restoring"}
    return _PENDING if pending else {"State": "Active"}


def _last_update(settled: bool) -> str:
    """First set "after function creation completes", the model says."""
    return "Successful" if settled else "InProgress"


def guard_revision(given: str | None, current: str) -> None:
    """RevisionId's promise: the change is refused when someone changed the thing meanwhile."""
    if given and given != current:
        message = (
            "The Revision Id provided does not match the latest Revision Id. "
            "Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
        )
        raise AwsError("PreconditionFailedException", message, Type="User")


def configuration(function: Function, version: Version, now: float, qualifier: str = "") -> Params:
    """FunctionConfiguration, as nine operations answer it."""
    pending = function.latest.new and not function.latest.settled(now)
    settled = version.settled(now)
    latest = version.number == LATEST
    named = qualifier or ("" if latest else version.number)
    return {
        **{key: value for key, value in version.settings.values.items() if value is not None},
        "Description": version.description or version.settings["Description"] or "",
        "FunctionName": function.name,
        "FunctionArn": function.qualified_arn(named) if named else function.arn,
        "Environment": version.settings["Environment"],
        "Layers": [{"Arn": layer} for layer in version.settings["Layers"] or []] or None,
        "Version": version.number,
        "CodeSize": version.code.size,
        "CodeSha256": version.code.sha256,
        "LastModified": iso(version.created_at),
        "RevisionId": version.revision_id(now),
        **_state(version, now, pending=pending or not (settled or latest)),
        "LastUpdateStatus": None if pending else _last_update(settled or not latest),
    }
