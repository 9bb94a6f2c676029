"""EventBridge Scheduler's schedules, those that fire once."""

from localcloud.account import arn
from localcloud.cloudformation.resource_type import (
    Asked,
    Made,
    ResourceFailed,
    ResourceType,
    call,
    define,
    only,
)

_SETTINGS = (
    "Description",
    "EndDate",
    "FlexibleTimeWindow",
    "KmsKeyArn",
    "ScheduleExpression",
    "ScheduleExpressionTimezone",
    "StartDate",
    "State",
    "Target",
)
_DELIVERED_TO = ("states", "lambda", "sqs", "sns", "logs")


def _create(asked: Asked) -> Made:
    _refuse_what_never_fires(asked)
    name, group = asked.name("Name"), asked.properties.get("GroupName", "default")
    given = only(asked.properties, *_SETTINGS)
    call("scheduler", "CreateSchedule", Name=name, GroupName=group, **given)
    return Made(name, {"Arn": arn("scheduler", f"schedule/{group}/{name}"), "Group": group})


def _update(made: Made, asked: Asked) -> Made:
    _refuse_what_never_fires(asked)
    given = only(asked.properties, *_SETTINGS)
    where = {"Name": made.physical_id, "GroupName": made.attributes["Group"]}
    call("scheduler", "UpdateSchedule", **where, **given)
    return made


def _refuse_what_never_fires(asked: Asked) -> None:
    """The stack fails instead of having a schedule that nobody ever hears of."""
    expression = str(asked.properties["ScheduleExpression"])
    zone = asked.properties.get("ScheduleExpressionTimezone", "UTC")
    target = str(asked.properties["Target"]["Arn"])
    if not expression.startswith("at("):
        raise ResourceFailed(
            f"The local cloud does not fire an AWS::Scheduler::Schedule of {expression} yet: one-time "
            "schedules alone, at(…)."
        )
    if zone != "UTC":
        raise ResourceFailed(f"The local cloud knows no time zone but UTC, and so not {zone}.")
    if target.split(":")[2] not in _DELIVERED_TO:
        raise ResourceFailed(f"The local cloud does not have a schedule call {target} yet.")


def _delete(made: Made) -> None:
    where = {"Name": made.physical_id, "GroupName": made.attributes["Group"]}
    call("scheduler", "DeleteSchedule", **where)


define(ResourceType("AWS::Scheduler::Schedule", _create, _delete, _update, ("Name", "GroupName")))
