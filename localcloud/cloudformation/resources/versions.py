"""Published versions of functions."""

from localcloud.cloudformation.resource_type import (
    Asked,
    Made,
    ResourceType,
    call,
    define,
    only,
)
from localcloud.cloudformation.resources.functions import wait_settled


def _create_version(asked: Asked) -> Made:
    name = asked.properties["FunctionName"]
    wait_settled(name)
    made = call(
        "lambda", "PublishVersion", FunctionName=name, **only(asked.properties, "Description")
    )
    # A function that has not changed since its last version gives that one again, and the stack
    # takes it. AWS does not document what CloudFormation does then.
    version = made["Version"]
    return Made(
        f"{made['FunctionArn'].removesuffix(':' + version)}:{version}", {"Version": version}
    )


def _delete_version(made: Made) -> None:
    function, _, version = made.physical_id.rpartition(":")
    call("lambda", "DeleteFunction", FunctionName=function, Qualifier=version)


define(ResourceType("AWS::Lambda::Version", _create_version, _delete_version))
