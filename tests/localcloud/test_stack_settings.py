"""What a template no longer says is no longer so; what it never said is left to others."""

import pytest

from tests.builders import settle, zipped
from tests.localcloud.stack_calls import IAM, ROLE, Stack, bad, function

GIVEN = {
    "Environment": {"Variables": {"NAME": "1"}},
    "Timeout": 30,
    "MemorySize": 512,
    "Description": "said",
    "DeadLetterConfig": {"TargetArn": "arn:aws:sqs:us-east-1:123456789012:dead"},
    "TracingConfig": {"Mode": "Active"},
    "Tags": [{"Key": "team", "Value": "one"}],
    "ReservedConcurrentExecutions": 2,
}


def settings(aws, stack):
    found = aws.lambda_.get_function(FunctionName=stack.ids()["F"])
    concurrency = aws.lambda_.get_function_concurrency(FunctionName=stack.ids()["F"])
    configuration = found["Configuration"]
    return {
        "Environment": configuration.get("Environment", {}).get("Variables") or {},
        "Timeout": configuration["Timeout"],
        "MemorySize": configuration["MemorySize"],
        "Description": configuration["Description"],
        "DeadLetterConfig": configuration.get("DeadLetterConfig", {}).get("TargetArn") or "",
        "TracingConfig": configuration["TracingConfig"]["Mode"],
        "Tags": found.get("Tags") or {},
        "Concurrency": concurrency.get("ReservedConcurrentExecutions"),
    }


def test_a_function_loses_what_its_template_no_longer_gives(aws):
    stack, plain = Stack(aws), Stack(aws)
    plain.create({"Role": ROLE, "F": function()}, Capabilities=IAM)
    stack.create({"Role": ROLE, "F": function(**GIVEN)}, Capabilities=IAM)
    assert settings(aws, stack)["Timeout"] == 30
    assert settings(aws, stack)["Concurrency"] == 2
    stack.update({"Role": ROLE, "F": function()}, Capabilities=IAM)
    assert settings(aws, stack) == settings(aws, plain)


def test_a_rollback_takes_away_what_the_update_gave(aws):
    stack = Stack(aws)
    stack.create({"Role": ROLE, "F": function()}, Capabilities=IAM)
    before = settings(aws, stack)
    ended = stack.update({"Role": ROLE, "F": function(**GIVEN), "Bad": bad("F")}, Capabilities=IAM)
    assert ended["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert settings(aws, stack) == before


def test_code_that_somebody_else_deployed_survives_an_update_of_settings(aws):
    stack = Stack(aws)
    stack.create({"Role": ROLE, "F": function()}, Capabilities=IAM)
    name = stack.ids()["F"]
    settle(aws, name)
    theirs = aws.lambda_.update_function_code(
        FunctionName=name, ZipFile=zipped({"index.py": "theirs = 1"})
    )
    stack.update({"Role": ROLE, "F": function(Timeout=9)}, Capabilities=IAM)
    found = aws.lambda_.get_function(FunctionName=name)["Configuration"]
    assert (found["CodeSha256"], found["Timeout"]) == (theirs["CodeSha256"], 9)


def versions(description, **alias):
    place = {"FunctionName": {"Ref": "F"}}
    one = {"Type": "AWS::Lambda::Version", "Properties": place}
    number = {"Fn::GetAtt": ["One", "Version"]}
    live = {**place, "Name": "live", "FunctionVersion": number, "Description": description}
    return {
        "Role": ROLE,
        "F": function(),
        "One": one,
        "Live": {"Type": "AWS::Lambda::Alias", "Properties": {**live, **alias}},
    }


@pytest.fixture
def shifting(aws):
    """A stack whose alias is on its way from version 1 to version 2, by somebody else's hand."""
    stack = Stack(aws)
    stack.create(versions("one"), Capabilities=IAM)
    name = stack.ids()["F"]
    settle(aws, name)
    aws.lambda_.update_function_code(FunctionName=name, ZipFile=zipped({"index.py": "two = 2"}))
    settle(aws, name)
    aws.lambda_.publish_version(FunctionName=name)
    weights = {"AdditionalVersionWeights": {"2": 0.1}}
    aws.lambda_.update_alias(FunctionName=name, Name="live", RoutingConfig=weights)
    return stack


def alias(aws, stack):
    found = aws.lambda_.get_alias(FunctionName=stack.ids()["F"], Name="live")
    weights = (found.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    return found["FunctionVersion"], found["Description"], weights


def test_an_aliass_weights_stay_when_the_template_says_nothing_of_them(aws, shifting):
    shifting.update(versions("two"), Capabilities=IAM)
    assert alias(aws, shifting) == ("1", "two", {"2": 0.1})


def test_an_aliass_weights_are_those_of_the_template_where_it_has_some(aws, shifting):
    weight = {"FunctionVersion": "2", "FunctionWeight": 0.5}
    routed = versions("two", RoutingConfig={"AdditionalVersionWeights": [weight]})
    shifting.update(routed, Capabilities=IAM)
    assert alias(aws, shifting) == ("1", "two", {"2": 0.5})
    shifting.update(versions("two"), Capabilities=IAM)
    assert alias(aws, shifting) == ("1", "two", {})


def test_asynchronous_settings_of_an_alias_go_with_the_stack(aws):
    stack = Stack(aws)
    where = {"FunctionName": {"Ref": "F"}, "Qualifier": "live"}
    later = {
        "Type": "AWS::Lambda::EventInvokeConfig",
        "DependsOn": "Live",
        "Properties": {**where, "MaximumRetryAttempts": 0},
    }
    stack.create({**versions("one"), "Later": later}, Capabilities=IAM)
    given = {"FunctionName": stack.ids()["F"], "Qualifier": "live"}
    assert aws.lambda_.get_function_event_invoke_config(**given)["MaximumRetryAttempts"] == 0
    stack.update(versions("one"), Capabilities=IAM)
    with pytest.raises(aws.lambda_.exceptions.ResourceNotFoundException):
        aws.lambda_.get_function_event_invoke_config(**given)
