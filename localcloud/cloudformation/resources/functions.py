"""Lambda functions, versions, and who may call them."""

import time
from typing import Any

from localcloud.account import name_of
from localcloud.cloudformation.resource_type import (
    Asked,
    Made,
    Properties,
    ResourceFailed,
    ResourceType,
    call,
    define,
    ignore_missing,
    only,
    tag_map,
)

_CONFIGURATION = [
    "Role",
    "Handler",
    "Description",
    "Timeout",
    "MemorySize",
    "VpcConfig",
    "Environment",
    "Runtime",
    "DeadLetterConfig",
    "KMSKeyArn",
    "TracingConfig",
    "Layers",
    "FileSystemConfigs",
    "ImageConfig",
    "EphemeralStorage",
    "SnapStart",
    "LoggingConfig",
]


def _settings(properties: Properties) -> dict[str, Any]:
    settings = only(properties, *_CONFIGURATION)
    if "KmsKeyArn" in properties:
        settings["KMSKeyArn"] = properties["KmsKeyArn"]
    return settings


def _create_function(asked: Asked) -> Made:
    properties = asked.properties
    made = call(
        "lambda",
        "CreateFunction",
        FunctionName=asked.name("FunctionName"),
        Code=_code(properties["Code"]),
        Tags=tag_map(properties) or None,
        **_settings(properties),
        **only(properties, "PackageType", "Architectures"),
    )
    return Made(made["FunctionName"], {"Arn": made["FunctionArn"]})


def _update_function(made: Made, asked: Asked) -> Made:
    name = made.physical_id
    _wait_settled(name)
    architectures = asked.properties.get("Architectures")
    call(
        "lambda",
        "UpdateFunctionCode",
        FunctionName=name,
        Architectures=architectures,
        **_code(asked.properties["Code"]),
    )
    _wait_settled(name)
    call("lambda", "UpdateFunctionConfiguration", FunctionName=name, **_settings(asked.properties))
    _wait_settled(name)
    if tags := tag_map(asked.properties):
        call("lambda", "TagResource", Resource=made.attributes["Arn"], Tags=tags)
    return made


def _wait_settled(name: str) -> None:
    while (
        call("lambda", "GetFunction", FunctionName=name)["Configuration"]["LastUpdateStatus"]
        == "InProgress"
    ):
        time.sleep(0.05)


def _code(code: Properties) -> dict[str, Any]:
    if "ZipFile" in code:
        return {"ZipFile": _inline(code["ZipFile"])}
    return only(code, "S3Bucket", "S3Key", "S3ObjectVersion", "ImageUri")


def _inline(source: str) -> bytes:
    """Code written into the template itself becomes `index.py`, as CloudFormation does it."""
    import io
    import zipfile

    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr(zipfile.ZipInfo("index.py", (1980, 1, 1, 0, 0, 0)), source)
    return body.getvalue()


define(
    ResourceType(
        "AWS::Lambda::Function",
        _create_function,
        lambda made: ignore_missing(
            lambda: call("lambda", "DeleteFunction", FunctionName=made.physical_id)
        ),
        _update_function,
        ("FunctionName", "PackageType"),
        "FunctionName",
    )
)


def _create_version(asked: Asked) -> Made:
    name = asked.properties["FunctionName"]
    _wait_settled(name)
    made = call(
        "lambda", "PublishVersion", FunctionName=name, **only(asked.properties, "Description")
    )
    version = made["Version"]
    return Made(
        f"{made['FunctionArn'].removesuffix(':' + version)}:{version}", {"Version": version}
    )


def _delete_version(made: Made) -> None:
    function, _, version = made.physical_id.rpartition(":")
    ignore_missing(
        lambda: call("lambda", "DeleteFunction", FunctionName=function, Qualifier=version)
    )


define(ResourceType("AWS::Lambda::Version", _create_version, _delete_version))


def _add_permission(asked: Asked) -> Made:
    statement = asked.name("Id", 100)
    function = asked.properties["FunctionName"]
    given = only(
        asked.properties,
        "Action",
        "Principal",
        "SourceArn",
        "SourceAccount",
        "FunctionUrlAuthType",
        "EventSourceToken",
        "InvokedViaFunctionUrl",
    )
    call("lambda", "AddPermission", FunctionName=function, StatementId=statement, **given)
    return Made(statement, {"Function": function})


def _remove_permission(made: Made) -> None:
    ignore_missing(
        lambda: call(
            "lambda",
            "RemovePermission",
            FunctionName=made.attributes["Function"],
            StatementId=made.physical_id,
        )
    )


define(ResourceType("AWS::Lambda::Permission", _add_permission, _remove_permission))


def _put_async_settings(asked: Asked) -> Made:
    names = (
        "FunctionName",
        "Qualifier",
        "MaximumRetryAttempts",
        "MaximumEventAgeInSeconds",
        "DestinationConfig",
    )
    given = only(asked.properties, *names)
    if given.get("Qualifier") == "$LATEST":
        del given["Qualifier"]
    call("lambda", "PutFunctionEventInvokeConfig", **given)
    return Made(f"{given['FunctionName']}|config", {"Function": given["FunctionName"]})


define(
    ResourceType(
        "AWS::Lambda::EventInvokeConfig",
        _put_async_settings,
        lambda made: ignore_missing(
            lambda: call(
                "lambda",
                "DeleteFunctionEventInvokeConfig",
                FunctionName=made.attributes["Function"],
            )
        ),
        lambda _, asked: _put_async_settings(asked),
        ("FunctionName", "Qualifier"),
    )
)

_MAPPING = [
    "BatchSize",
    "Enabled",
    "FunctionName",
    "MaximumBatchingWindowInSeconds",
    "FunctionResponseTypes",
    "ScalingConfig",
    "FilterCriteria",
]


def _create_mapping(asked: Asked) -> Made:
    source = asked.properties["EventSourceArn"]
    given = only(asked.properties, *_MAPPING)
    made = call("lambda", "CreateEventSourceMapping", EventSourceArn=source, **given)
    return Made(made["UUID"], {"Id": made["UUID"]})


def _update_mapping(made: Made, asked: Asked) -> Made:
    given = only(asked.properties, *_MAPPING)
    call("lambda", "UpdateEventSourceMapping", UUID=made.physical_id, **given)
    return made


define(
    ResourceType(
        "AWS::Lambda::EventSourceMapping",
        _create_mapping,
        lambda made: ignore_missing(
            lambda: call("lambda", "DeleteEventSourceMapping", UUID=made.physical_id)
        ),
        _update_mapping,
        ("EventSourceArn",),
    )
)


def _create_url(asked: Asked) -> Made:
    properties = asked.properties
    function = properties["TargetFunctionArn"]
    given = only(properties, "Qualifier", "AuthType", "Cors", "InvokeMode")
    made = call("lambda", "CreateFunctionUrlConfig", FunctionName=function, **given)
    if not made:
        raise ResourceFailed("No function URL was made")
    attributes = {"FunctionUrl": made["FunctionUrl"], "FunctionArn": made["FunctionArn"]}
    return Made(made["FunctionArn"], attributes)


define(
    ResourceType(
        "AWS::Lambda::Url",
        _create_url,
        lambda made: ignore_missing(
            lambda: call(
                "lambda", "DeleteFunctionUrlConfig", FunctionName=name_of(made.physical_id)
            )
        ),
    )
)
