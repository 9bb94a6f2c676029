"""Versions and aliases: PublishVersion, and the rules of aliases with weights."""

import re
from typing import Any

from localcloud.awslambda.functions import configuration, guard_revision
from localcloud.awslambda.inputs import operations
from localcloud.awslambda.model import LATEST, Alias, Function, Functions, not_found
from localcloud.awslambda.pages import page
from localcloud.clock import Clock
from localcloud.wire import AwsError, Params


@operations
class VersionOperations:
    def __init__(self, functions: Functions, clock: Clock) -> None:
        self._functions = functions
        self._clock = clock

    def publish_version(self, params: Params) -> Params:
        function = self._functions.get(params["FunctionName"])
        now = self._clock.now()
        self._guard(function, params, now)
        version = function.publish(now, params.get("Description", ""))
        return configuration(function, version, now)

    def list_versions_by_function(self, params: Params) -> Params:
        function = self._functions.get(params["FunctionName"])
        versions = [function.latest, *function.versions.values()]
        now = self._clock.now()
        shown = [configuration(function, v, now, v.number) for v in versions]
        return page("Versions", shown, params)

    def create_alias(self, params: Params) -> Params:
        function = self._functions.get(params["FunctionName"])
        name = params["Name"]
        if name in function.aliases:
            message = f"Alias already exists: {function.qualified_arn(name)}"
            raise AwsError("ResourceConflictException", message, Type="User")
        if not re.fullmatch(r"(?!^[0-9]+$)[a-zA-Z0-9-_]{1,128}", name):
            raise AwsError("InvalidParameterValueException", f"Bad alias name: {name}", Type="User")
        alias = Alias(name, params["FunctionVersion"], params.get("Description", ""))
        alias.weights = _weights(params)
        _check(function, alias)
        function.aliases[name] = alias
        return _shown(function, alias)

    def get_alias(self, params: Params) -> Params:
        function = self._functions.get(params["FunctionName"])
        return _shown(function, function.alias(params["Name"]))

    def list_aliases(self, params: Params) -> Params:
        function = self._functions.get(params["FunctionName"])
        only = params.get("FunctionVersion")
        aliases = [
            a for a in function.aliases.values() if not only or only in (a.version, *a.weights)
        ]
        return page("Aliases", [_shown(function, alias) for alias in aliases], params)

    def update_alias(self, params: Params) -> Params:
        function = self._functions.get(params["FunctionName"])
        old = function.alias(params["Name"])
        guard_revision(params.get("RevisionId"), old.revision_id)
        weights = _weights(params) if "RoutingConfig" in params else old.weights
        version = params.get("FunctionVersion", old.version)
        alias = Alias(old.name, version, params.get("Description", old.description), weights)
        _check(function, alias)
        function.aliases[alias.name] = alias
        return _shown(function, alias)

    def delete_alias(self, params: Params) -> None:
        self._functions.get(params["FunctionName"]).aliases.pop(params["Name"], None)

    def get_provisioned_concurrency_config(self, params: Params) -> Params:
        self._functions.get(params["FunctionName"])
        message = "No Provisioned Concurrency Config found for this function"
        raise AwsError("ProvisionedConcurrencyConfigNotFoundException", message, Type="User")

    def _guard(self, function: Function, params: Params, now: float) -> None:
        function.check_settled(now)
        guard_revision(params.get("RevisionId"), function.latest.revision_id(now))
        given = params.get("CodeSha256")
        if given and given != function.latest.code.sha256:
            message = f"CodeSHA256 ({given}) is different from current CodeSHA256 in $LATEST"
            raise AwsError("InvalidParameterValueException", message, Type="User")


def _weights(params: Params) -> dict[str, float]:
    routing: dict[str, Any] = params.get("RoutingConfig") or {}
    return dict(routing.get("AdditionalVersionWeights") or {})


def _check(function: Function, alias: Alias) -> None:
    """The alias rules of Lambda's developer guide, "configuring-alias-routing"."""
    numbers = (alias.version, *alias.weights)
    if len(numbers) > 2:
        raise _invalid("An alias can point to at most two versions.")
    if LATEST in numbers and alias.weights:
        raise _invalid("$LATEST is not supported for an alias pointing to more than 1 version")
    for number in numbers:
        if number != LATEST and number not in function.versions:
            raise not_found(function.qualified_arn(number))
    if any(not 0.0 <= weight <= 1.0 for weight in alias.weights.values()):
        raise _invalid("A version's weight must be between 0.0 and 1.0.")
    if alias.version in alias.weights:
        raise _invalid("The additional version must differ from the alias's version.")
    _check_alike(function, alias)


def _check_alike(function: Function, alias: Alias) -> None:
    first = function.version(alias.version).settings
    for number in alias.weights:
        other = function.version(number).settings
        if (first["Role"], first["DeadLetterConfig"]) != (other["Role"], other["DeadLetterConfig"]):
            raise _invalid("Both versions need the same execution role and dead-letter queue.")


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterValueException", message, Type="User")


def _shown(function: Function, alias: Alias) -> Params:
    routing = {"AdditionalVersionWeights": alias.weights} if alias.weights else None
    return {
        "AliasArn": function.qualified_arn(alias.name),
        "Name": alias.name,
        "FunctionVersion": alias.version,
        "Description": alias.description,
        "RoutingConfig": routing,
        "RevisionId": alias.revision_id,
    }
