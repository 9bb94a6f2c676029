"""Cuts botocore down to what Pilotage calls: most of what a client costs at a cold start is reading
descriptions of operations that nobody calls here, and importing what writes manuals of them.

botocore reads its data from files of its own package, so nothing has to be told that they are fewer.
"""

import gzip
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

# Every operation of AWS that Pilotage calls. What is not here, the shipped botocore does not know.
CALLS: Mapping[str, tuple[str, ...]] = {
    "cloudwatch": ("DeleteAlarms", "DescribeAlarms", "PutMetricAlarm"),
    "codedeploy": (
        "BatchGetDeployments",
        "CreateDeployment",
        "CreateDeploymentConfig",
        "GetDeployment",
        "GetDeploymentConfig",
        "GetDeploymentGroup",
        "GetDeploymentTarget",
        "ListDeploymentTargets",
        "ListDeployments",
        "ListTagsForResource",
        "PutLifecycleEventHookExecutionStatus",
        "StopDeployment",
    ),
    "dynamodb": ("BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"),
    "events": ("PutEvents",),
    "lambda": (
        "CreateAlias",
        "GetAlias",
        "GetFunction",
        "GetPolicy",
        "Invoke",
        "ListEventSourceMappings",
        "ListFunctionUrlConfigs",
        "PublishVersion",
        "UpdateAlias",
        "UpdateFunctionCode",
    ),
    "s3": ("CopyObject", "GetObject", "HeadObject", "ListObjectVersions", "PutObject"),
    "scheduler": ("CreateSchedule",),
    "sns": ("Publish",),
    "sqs": ("ChangeMessageVisibility", "SendMessage"),
    "ssm": ("GetParameter",),
    "stepfunctions": (
        "DescribeExecution",
        "SendTaskFailure",
        "SendTaskSuccess",
        "StartExecution",
    ),
}
# What botocore reads whatever the service.
OF_ALL = ("_retry.json", "partitions.json", "sdk-default-configuration.json")


# What its clients import of its documentation: texts that are written once someone asks for help.
WITHOUT_MANUALS = '''\
class ClientMethodDocstring(str):
    """An empty text, whatever it was to tell of."""

    __slots__ = ()

    def __new__(cls, **_):
        return super().__new__(cls)


PaginatorDocstring = WaiterDocstring = ClientMethodDocstring
'''


def trim(botocore: Path) -> None:
    """Leave in botocore's folder what CALLS need."""
    _trim_data(botocore / "data")
    _trim_manuals(botocore / "docs")


def _trim_manuals(docs: Path) -> None:
    utils = (docs / "utils.py").read_text(encoding="utf-8")
    shutil.rmtree(docs)
    docs.mkdir()
    for name, text in {"__init__": "", "docstring": WITHOUT_MANUALS, "utils": utils}.items():
        (docs / f"{name}.py").write_text(text, encoding="utf-8")


def _trim_data(data: Path) -> None:
    trimmed = data.with_name("trimmed")
    for name in OF_ALL:
        _write(trimmed / name, _read(data / name))
    prefixes = set()
    for service, operations in CALLS.items():
        newest = max((data / service).iterdir())
        for name, content in _service(newest, operations):
            _write(trimmed / service / newest.name / name, content)
        prefixes.add(_read(newest / "service-2.json.gz")["metadata"]["endpointPrefix"])
    endpoints = _endpoints(_read(data / "endpoints.json"), prefixes)
    _write(trimmed / "endpoints.json", endpoints)
    shutil.rmtree(data)
    trimmed.rename(data)


def _service(folder: Path, operations: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    """A service's files: name and content."""
    yield "service-2.json", _model(_read(folder / "service-2.json.gz"), operations)
    yield "endpoint-rule-set-1.json", _read(folder / "endpoint-rule-set-1.json.gz")
    if (paginators := folder / "paginators-1.json").exists():
        pages = _read(paginators)["pagination"]
        yield paginators.name, {"pagination": {k: v for k, v in pages.items() if k in operations}}
    for extras in sorted(folder.glob("*.sdk-extras.json")):
        yield extras.name, _read(extras)


def _model(model: dict[str, Any], operations: tuple[str, ...]) -> dict[str, Any]:
    called = {name: model["operations"][name] for name in operations}
    shapes, needed = model["shapes"], set[str]()
    found = set(_shapes_named(called))
    while found:
        needed |= found
        found = {s for name in found for s in _shapes_named(shapes[name])} - needed
    kept = {name: shape for name, shape in shapes.items() if name in needed}
    return {**model, "operations": _untold(called), "shapes": _untold(kept)}


def _shapes_named(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("shape"), str):
            yield value["shape"]
        for inner in value.values():
            yield from _shapes_named(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _shapes_named(inner)


def _untold(value: Any) -> Any:
    """Without the documentation, which is most of a description."""
    if isinstance(value, dict):
        told = (k for k, v in value.items() if k == "documentation" and isinstance(v, str))
        without = value.keys() - set(told)
        return {k: _untold(v) for k, v in value.items() if k in without}
    return [_untold(inner) for inner in value] if isinstance(value, list) else value


def _endpoints(endpoints: dict[str, Any], prefixes: set[str]) -> dict[str, Any]:
    for partition in endpoints["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in services if name in prefixes}
    return endpoints


def _read(path: Path) -> Any:
    content = path.read_bytes()
    return json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, separators=(",", ":")), encoding="utf-8")
