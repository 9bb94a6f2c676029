"""SSM parameters."""

from localcloud.cloudformation.resource_type import (
    Asked,
    Made,
    ResourceFailed,
    ResourceType,
    call,
    define,
    only,
    tags_of,
)

_SETTINGS = ("AllowedPattern", "DataType", "Description", "Policies", "Tier", "Type", "Value")


def _create(asked: Asked) -> Made:
    tags = tags_of(asked.properties) or None
    return _put(asked.name("Name"), asked, Tags=tags)


def _put(name: str, asked: Asked, **more: object) -> Made:
    given = only(asked.properties, *_SETTINGS)
    if given["Type"] == "SecureString":
        # https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-ssm/pull/60
        text = "SSM Parameters of type SecureString cannot be created using CloudFormation"
        raise ResourceFailed(text)
    call("ssm", "PutParameter", Name=name, **given, **more)
    return Made(name, {"Type": given["Type"], "Value": given["Value"]})


define(
    ResourceType(
        "AWS::SSM::Parameter",
        _create,
        lambda made: call("ssm", "DeleteParameter", Name=made.physical_id),
        lambda made, asked: _put(made.physical_id, asked, Overwrite=True),
        ("Name",),
    )
)
