"""Lambda: functions as they are, new versions, and calls to them."""

import json
import logging
import time
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pilotage.artifact import Artifact
from pilotage.errors import RevisionNotReady, RevisionRefused
from pilotage.gateways.aws import client, code_of, message_of, patient_client
from pilotage.release import Release
from pilotage.target import AliasState, FunctionState

log = logging.getLogger(__name__)

# A check that takes longer than this has failed; a hook has ten minutes in all.
LONGEST_CALL_SECONDS = 120
NOT_THERE = ("ResourceNotFoundException", "AccessDeniedException")
# What Lambda says to who calls a version that is not awake. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
NOT_AWAKE = (
    "ResourceNotReadyException",
    "SnapStartNotReadyException",
    "ResourceConflictException",
)


class Configuration(NamedTuple):
    """`settings` is what makes two versions different besides their code. `asleep`: Lambda has taken
    its place back and runs it only some time after it was called."""

    version: str
    code_sha256: str
    revision_id: str
    architectures: tuple[str, ...]
    settled: bool
    failure: str
    settings: Mapping[str, Any]
    asleep: bool = False


class Answer(NamedTuple):
    payload: bytes
    error: str
    took_ms: int


def describe(function: str, alias: str) -> FunctionState | None:
    """The function with what calls it unqualified; None when AWS shows it not to us."""
    try:
        found = client("lambda").get_function(FunctionName=function)
    except Exception as error:
        if code_of(error) in NOT_THERE:
            return None
        raise
    if "TagsError" in found:
        raise PermissionError(f"the tags of {function}: {found['TagsError'].get('Message')}")
    configuration = found["Configuration"]
    return FunctionState(
        name=function,
        tags=found.get("Tags") or {},
        package_type=configuration.get("PackageType", "Zip"),
        layers=sum(layer.get("CodeSize", 0) for layer in configuration.get("Layers") or []),
        unqualified=tuple(_unqualified(function, configuration["FunctionArn"])),
        alias=alias_of(function, alias),
        runtime=configuration.get("Runtime", ""),
        handler=configuration.get("Handler", ""),
    )


def tags_of(function: str) -> Mapping[str, str]:
    """The tags of a function; none when AWS shows it not to us."""
    try:
        return client("lambda").get_function(FunctionName=function).get("Tags") or {}
    except Exception as error:
        if code_of(error) in NOT_THERE:
            return {}
        raise


def alias_of(function: str, alias: str) -> AliasState | None:
    """Where the alias points; None when there is no such alias, or none that we may see."""
    try:
        found = client("lambda").get_alias(FunctionName=function, Name=alias)
    except Exception as error:
        if code_of(error) in NOT_THERE:
            return None
        raise
    weights = (found.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    return AliasState(found["FunctionVersion"], weights, found.get("RevisionId", ""))


def share_by_alias(release: Release) -> float | None:
    """The share of users (0 to 1) that gets a release's version now; None when nobody knows: no
    notice waits for this."""
    if release.plan is None or release.revision is None:
        return None
    target, version = release.plan.target, release.revision.version
    try:
        alias = alias_of(target.function, target.alias)
    except Exception:
        log.exception("the share of %s is not known", release.id)
        return None
    if alias is None:
        return None
    return 1.0 if alias.version == version else alias.weights.get(version, 0.0)


def end_sharing(function: str, alias: str, seen: AliasState) -> bool:
    """Send everyone to the alias's main version. False when someone changed the alias since it was
    seen: then it is not ours to change."""
    try:
        client("lambda").update_alias(
            FunctionName=function,
            Name=alias,
            FunctionVersion=seen.version,
            RoutingConfig={"AdditionalVersionWeights": {}},
            RevisionId=seen.revision_id,
        )
    except Exception as error:
        if code_of(error) in ("PreconditionFailedException", "ResourceConflictException"):
            return False
        raise
    return True


def configuration(function: str, version: str = "") -> Configuration:
    """GetFunction has a rate limit of its own (100 a second), so waiting costs nobody else.

    https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    """
    where = {"FunctionName": function, **({"Qualifier": version} if version else {})}
    return _configuration(client("lambda").get_function(**where)["Configuration"])


def update_code(function: str, artifact: Artifact, current: Configuration) -> Configuration:
    """The artifact's own object version becomes $LATEST. Raises RevisionNotReady when someone
    changed the function meanwhile, RevisionRefused when Lambda does not take the code."""
    try:
        return _configuration(
            client("lambda").update_function_code(
                FunctionName=function,
                S3Bucket=artifact.bucket,
                S3Key=artifact.key,
                S3ObjectVersion=artifact.version_id,
                Architectures=list(current.architectures),
                RevisionId=current.revision_id,
            )
        )
    except Exception as error:
        raise _refused(error) from error


def publish(function: str, settled: Configuration, description: str) -> Configuration:
    """A version of exactly this code and configuration; the existing one when nothing changed."""
    try:
        return _configuration(
            client("lambda").publish_version(
                FunctionName=function,
                CodeSha256=settled.code_sha256,
                RevisionId=settled.revision_id,
                Description=description[:256],
            )
        )
    except Exception as error:
        raise _refused(error) from error


def create_alias(function: str, alias: str, version: str) -> None:
    """Making it again is done already."""
    try:
        client("lambda").create_alias(FunctionName=function, Name=alias, FunctionVersion=version)
    except Exception as error:
        if code_of(error) != "ResourceConflictException":
            raise


def invoke(function: str, qualifier: str, event: Mapping[str, Any]) -> Answer:
    """Call a version or an alias once, and wait for the answer."""
    started = time.monotonic()
    found = patient_client("lambda", LONGEST_CALL_SECONDS).invoke(
        FunctionName=function, Qualifier=qualifier, Payload=json.dumps(event).encode()
    )
    payload = found["Payload"].read()
    took = round((time.monotonic() - started) * 1000)
    return Answer(payload, found.get("FunctionError", ""), took)


def wake(function: str, version: str) -> None:
    """Call a version that is asleep: Lambda refuses the call, and makes the version ready. Should it
    be ready already, it is called with an empty event.
    https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html"""
    try:
        invoke(function, version, {})
    except Exception as error:
        if code_of(error) not in NOT_AWAKE:
            raise


def forward(function: str, event: Mapping[str, Any]) -> None:
    """Hand an event to another function without waiting."""
    client("lambda").invoke(
        FunctionName=function, InvocationType="Event", Payload=json.dumps(event).encode()
    )


def _configuration(found: Mapping[str, Any]) -> Configuration:
    state, update = found.get("State", "Active"), found.get("LastUpdateStatus", "Successful")
    failed = "Failed" in (state, update)
    volatile = {"LastModified", "RevisionId", "Version", "FunctionArn", "Description", "State"}
    keep = {
        k: v
        for k, v in found.items()
        if k not in volatile and not k.startswith(("LastUpdate", "State"))
    }
    keep.pop("ResponseMetadata", None)
    return Configuration(
        version=found["Version"],
        code_sha256=found["CodeSha256"],
        revision_id=found["RevisionId"],
        architectures=tuple(found.get("Architectures") or ("x86_64",)),
        settled=state != "Pending" and update != "InProgress",
        failure=found.get("StateReason") or found.get("LastUpdateStatusReason") or ""
        if failed
        else "",
        settings=keep,
        asleep=state == "Inactive",
    )


def _unqualified(function: str, function_arn: str) -> Iterator[str]:
    """Who calls the function without an alias, in words."""
    aws = client("lambda")
    if principals := _policy_principals(function):
        yield f"its policy ({', '.join(principals)})"
    mappings = aws.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
    for mapping in mappings:
        if mapping["FunctionArn"] == function_arn:
            yield f"an event source ({mapping.get('EventSourceArn', '?').split(':')[-1]})"
    for url in aws.list_function_url_configs(FunctionName=function)["FunctionUrlConfigs"]:
        if url["FunctionArn"] == function_arn:
            yield "a function URL"


def _policy_principals(function: str) -> list[str]:
    try:
        policy = json.loads(client("lambda").get_policy(FunctionName=function)["Policy"])
    except Exception as error:
        if code_of(error) == "ResourceNotFoundException":
            return []
        raise
    found = []
    for statement in policy.get("Statement", []):
        principal = statement.get("Principal", "*")
        values = principal.values() if isinstance(principal, dict) else [principal]
        found += [str(value) for value in values]
    return sorted(set(found))


def _refused(error: Exception) -> Exception:
    """Lambda's refusal as ours: come back later, or never with this code."""
    code = code_of(error)
    if code in ("ResourceConflictException", "PreconditionFailedException"):
        return RevisionNotReady(message_of(error))
    if code in (
        "InvalidParameterValueException",
        "CodeStorageExceededException",
        "CodeVerificationFailedException",
        "InvalidCodeSignatureException",
        "RequestEntityTooLargeException",
    ):
        return RevisionRefused(f"Lambda refused the code: {message_of(error)}")
    return error
