"""Lambda functions."""

import time
from typing import Any

from localcloud.cloudformation.resource_type import (
    Asked,
    Made,
    Properties,
    ResourceType,
    call,
    completing,
    define,
    only,
    tag_map,
)

# What a function has of a setting that its template no longer gives: Lambda's defaults, as
# CreateFunction's documentation has them, and nothing where there is none. AWS does not document
# what CloudFormation sends for a property that was taken away.
_SETTINGS: dict[str, Any] = {
    "DeadLetterConfig": {"TargetArn": ""},
    "Description": "",
    "Environment": {"Variables": {}},
    "EphemeralStorage": {"Size": 512},
    "FileSystemConfigs": [],
    "Handler": "",
    "ImageConfig": {},
    "KmsKeyArn": "",
    "Layers": [],
    "LoggingConfig": {"LogFormat": "Text"},
    "MemorySize": 128,
    "Role": "",
    "Runtime": "",
    "SnapStart": {"ApplyOn": "None"},
    "Timeout": 3,
    "TracingConfig": {"Mode": "PassThrough"},
    "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": []},
}
_CODE = ("Code", "Architectures")


def _create(asked: Asked) -> Made:
    properties = asked.properties
    answer = call(
        "lambda",
        "CreateFunction",
        FunctionName=asked.name("FunctionName"),
        Code=_code(properties["Code"]),
        Tags=tag_map(properties) or None,
        **_settings(asked),
        **only(properties, "PackageType", "Architectures"),
    )
    wait_settled(answer["FunctionName"])
    with completing(Made(answer["FunctionName"], {"Arn": answer["FunctionArn"]})) as made:
        _reserve(made.physical_id, asked)
    return made


def _update(made: Made, asked: Asked) -> Made:
    """What is as before is left alone, so that what others changed meanwhile stays."""
    name, changed = made.physical_id, asked.changed()
    wait_settled(name)
    if changed & set(_CODE):
        code = {**_code(asked.properties["Code"]), **only(asked.properties, "Architectures")}
        call("lambda", "UpdateFunctionCode", FunctionName=name, **code)
        wait_settled(name)
    if changed & set(_SETTINGS):
        call("lambda", "UpdateFunctionConfiguration", FunctionName=name, **_settings(asked))
        wait_settled(name)
    if "Tags" in changed:
        _tag(made.attributes["Arn"], asked)
    if "ReservedConcurrentExecutions" in changed:
        _reserve(name, asked)
    return made


def _settings(asked: Asked) -> dict[str, Any]:
    given = only(asked.properties, *_SETTINGS)
    gone = {name: _SETTINGS[name] for name in only(asked.before, *_SETTINGS) if name not in given}
    settings = {**given, **gone}
    return {("KMSKeyArn" if n == "KmsKeyArn" else n): value for n, value in settings.items()}


def _tag(function_arn: str, asked: Asked) -> None:
    tags = tag_map(asked.properties)
    if gone := [key for key in tag_map(asked.before) if key not in tags]:
        call("lambda", "UntagResource", Resource=function_arn, TagKeys=gone)
    if tags:
        call("lambda", "TagResource", Resource=function_arn, Tags=tags)


def _reserve(name: str, asked: Asked) -> None:
    reserved = asked.properties.get("ReservedConcurrentExecutions")
    if reserved is not None:
        call(
            "lambda",
            "PutFunctionConcurrency",
            FunctionName=name,
            ReservedConcurrentExecutions=reserved,
        )
    elif "ReservedConcurrentExecutions" in asked.before:
        call("lambda", "DeleteFunctionConcurrency", FunctionName=name)


def wait_settled(name: str) -> None:
    while (
        call("lambda", "GetFunction", FunctionName=name)["Configuration"].get("LastUpdateStatus")
        != "Successful"
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
        _create,
        lambda made: call("lambda", "DeleteFunction", FunctionName=made.physical_id),
        _update,
        ("FunctionName", "PackageType"),
        "FunctionName",
    )
)
