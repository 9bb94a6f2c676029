"""Parameters are held to what the template says of them."""

import pytest
from botocore.exceptions import ClientError

from tests.builders import unique
from tests.localcloud.stack_calls import Stack, topic


def declared(**declaration):
    return {"Parameters": {"P": {"Type": "String", **declaration}}}


def given(value):
    return [{"ParameterKey": "P", "ParameterValue": value}]


@pytest.mark.parametrize(
    ("declaration", "value", "refused"),
    [
        ({"AllowedValues": ["a", "b"]}, "c", "Parameter 'P' must be one of AllowedValues"),
        ({"AllowedPattern": "[a-z]+"}, "A", r"Parameter 'P' must match pattern \[a-z\]\+"),
        ({"MinLength": 3}, "ab", "Parameter 'P' must contain at least 3 characters"),
        ({"MaxLength": "3"}, "abcd", "Parameter 'P' must contain at most 3 characters"),
        ({"Type": "Number"}, "many", "Parameter 'P' must be a number"),
        ({"Type": "Number", "MinValue": 1}, "0", "'P' must be a number not less than 1"),
        ({"Type": "Number", "MaxValue": 9.5}, "10", "'P' must be a number not greater than 9.5"),
        ({"Type": "List<Number>", "MaxValue": 2}, "1, 3", "must be a number not greater than 2"),
        (
            {"MinLength": 3, "ConstraintDescription": "is three long."},
            "ab",
            "Parameter P failed to satisfy constraint: is three long.",
        ),
    ],
)
def test_a_value_that_may_not_be_is_refused(aws, declaration, value, refused):
    stack = Stack(aws)
    with pytest.raises(ClientError, match=refused):
        stack.create({"T": topic()}, rest=declared(**declaration), Parameters=given(value))
    assert stack.settled() is None


@pytest.mark.parametrize(
    ("declaration", "value"),
    [
        ({"Type": "Number", "MinValue": 1, "MaxValue": 10}, "10"),
        ({"Type": "CommaDelimitedList", "AllowedValues": ["a", "b"]}, "b, a"),
        ({"MinLength": 2, "MaxLength": 2, "AllowedPattern": "a?b?"}, "ab"),
    ],
)
def test_a_value_at_its_bound_is_taken(aws, declaration, value):
    stack = Stack(aws)
    ended = stack.create({"T": topic()}, rest=declared(**declaration), Parameters=given(value))
    assert ended["StackStatus"] == "CREATE_COMPLETE"
    assert ended["Parameters"] == given(value)


SHOWN = {"T": topic(DisplayName={"Ref": "P"})}


def display_name(aws, stack):
    attributes = aws.sns.get_topic_attributes(TopicArn=stack.ids()["T"])["Attributes"]
    return attributes["DisplayName"]


def test_a_parameter_of_ssm_gives_what_is_held_there(aws):
    name, stack = f"/{unique('held')}", Stack(aws)
    rest = declared(Type="AWS::SSM::Parameter::Value<String>")
    aws.ssm.put_parameter(Name=name, Value="one", Type="String")
    ended = stack.create(SHOWN, rest=rest, Parameters=given(name))
    assert display_name(aws, stack) == "one"
    (parameter,) = ended["Parameters"]
    assert (parameter["ParameterValue"], parameter["ResolvedValue"]) == (name, "one")
    aws.ssm.put_parameter(Name=name, Value="two", Type="String", Overwrite=True)
    stack.update(SHOWN, rest=rest, Parameters=[{"ParameterKey": "P", "UsePreviousValue": True}])
    assert display_name(aws, stack) == "two"


def test_a_parameter_of_ssm_that_is_not_there_or_secret_is_refused(aws):
    rest = declared(Type="AWS::SSM::Parameter::Value<String>")
    with pytest.raises(ClientError, match=r"Unable to fetch parameters \[/none\] from parameter"):
        Stack(aws).create(SHOWN, rest=rest, Parameters=given("/none"))
    name = f"/{unique('held')}"
    aws.ssm.put_parameter(Name=name, Value="one", Type="SecureString")
    with pytest.raises(ClientError, match="have types not supported by CloudFormation"):
        Stack(aws).create(SHOWN, rest=rest, Parameters=given(name))


def test_a_parameter_that_is_not_echoed_is_not_shown(aws):
    stack = Stack(aws)
    ended = stack.create(SHOWN, rest=declared(NoEcho=True), Parameters=given("hidden"))
    assert ended["Parameters"] == given("****")
    assert display_name(aws, stack) == "hidden"
