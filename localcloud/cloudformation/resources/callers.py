"""Who may call functions, and how: permissions, asynchronous calls, event sources, URLs."""

from localcloud.cloudformation.resource_type import (
    Asked,
    Made,
    Properties,
    ResourceType,
    call,
    define,
    only,
)


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
    call(
        "lambda",
        "RemovePermission",
        FunctionName=made.attributes["Function"],
        StatementId=made.physical_id,
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
    where = only(given, "FunctionName", "Qualifier")
    return Made("|".join(where.values()), {"Where": where})


def _remove_async_settings(made: Made) -> None:
    where = made.attributes["Where"]
    call("lambda", "DeleteFunctionEventInvokeConfig", **where)


define(
    ResourceType(
        "AWS::Lambda::EventInvokeConfig",
        _put_async_settings,
        _remove_async_settings,
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
        lambda made: call("lambda", "DeleteEventSourceMapping", UUID=made.physical_id),
        _update_mapping,
        ("EventSourceArn",),
    )
)


def _create_url(asked: Asked) -> Made:
    where = {"FunctionName": asked.properties["TargetFunctionArn"]}
    where |= only(asked.properties, "Qualifier")
    made = call("lambda", "CreateFunctionUrlConfig", **where, **_url_settings(asked))
    return _url(made, where)


def _update_url(made: Made, asked: Asked) -> Made:
    where = made.attributes["Where"]
    return _url(call("lambda", "UpdateFunctionUrlConfig", **where, **_url_settings(asked)), where)


def _url_settings(asked: Asked) -> Properties:
    return only(asked.properties, "AuthType", "Cors", "InvokeMode")


def _url(answer: Properties, where: Properties) -> Made:
    return Made(
        answer["FunctionArn"], {**only(answer, "FunctionUrl", "FunctionArn"), "Where": where}
    )


def _delete_url(made: Made) -> None:
    where = made.attributes["Where"]
    call("lambda", "DeleteFunctionUrlConfig", **where)


define(
    ResourceType(
        "AWS::Lambda::Url",
        _create_url,
        _delete_url,
        _update_url,
        ("TargetFunctionArn", "Qualifier"),
    )
)
