"""On-premises instances: registered, tagged, listed, deregistered.

https://docs.aws.amazon.com/codedeploy/latest/userguide/on-premises-instances-register.html
"""

import pytest

from tests.builders import unique
from tests.localcloud.codedeploy_shop import refusal

TAG = {"Key": "stage", "Value": "prod"}


def user():
    return f"arn:aws:iam::123456789012:user/{unique('user')}"


def registered(client, **tags):
    name = unique("machine")
    client.register_on_premises_instance(instanceName=name, iamUserArn=user())
    if tags:
        given = [{"Key": key, "Value": value} for key, value in tags.items()]
        client.add_tags_to_on_premises_instances(tags=given, instanceNames=[name])
    return name


def test_an_instance_is_known_by_its_name_and_tags(client):
    name = registered(client, stage="prod")
    info = client.get_on_premises_instance(instanceName=name)["instanceInfo"]
    assert (info["instanceName"], info["tags"]) == (name, [TAG])
    assert info["instanceArn"].startswith("arn:aws:codedeploy:us-east-1:123456789012:instance/")
    client.remove_tags_from_on_premises_instances(tags=[TAG], instanceNames=[name])
    (info,) = client.batch_get_on_premises_instances(instanceNames=[name, "nobody"])[
        "instanceInfos"
    ]
    assert info["tags"] == []


def test_a_deregistered_instance_stays_known_and_its_name_is_free(client):
    name = registered(client)
    client.deregister_on_premises_instance(instanceName=name)
    assert client.get_on_premises_instance(instanceName=name)["instanceInfo"]["deregisterTime"]
    listed = client.list_on_premises_instances
    assert name in listed(registrationStatus="Deregistered")["instanceNames"]
    assert name not in listed(registrationStatus="Registered")["instanceNames"]
    assert name in listed()["instanceNames"]
    tagged = {"tags": [TAG], "instanceNames": [name]}
    code, _ = refusal(client.add_tags_to_on_premises_instances, **tagged)
    assert code == "InstanceNotRegistered"
    client.register_on_premises_instance(instanceName=name, iamUserArn=user())
    client.deregister_on_premises_instance(instanceName="nobody")


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"Key": "stage", "Type": "KEY_ONLY"}, True),
        ({"Value": "a-test", "Type": "VALUE_ONLY"}, True),
        ({"Key": "stage", "Value": "a-test", "Type": "KEY_AND_VALUE"}, True),
        ({"Key": "stage", "Value": "prod", "Type": "KEY_AND_VALUE"}, False),
    ],
)
def test_instances_are_listed_by_their_tags(client, given, found):
    name = registered(client, stage="a-test")
    names = client.list_on_premises_instances(tagFilters=[given])["instanceNames"]
    assert (name in names) is found


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({}, "InstanceNameRequired"),
        ({"instanceName": "a b", "iamUserArn": user()}, "InvalidInstanceName"),
        ({"instanceName": "m"}, "IamArnRequired"),
        ({"instanceName": "m", "iamUserArn": "me"}, "InvalidIamUserArn"),
        ({"instanceName": "m", "iamSessionArn": "me"}, "InvalidIamSessionArn"),
        (
            {"instanceName": "m", "iamSessionArn": "me", "iamUserArn": user()},
            "MultipleIamArnsProvided",
        ),
    ],
)
def test_a_registration_that_cannot_be_is_refused(client, params, error):
    assert refusal(client.register_on_premises_instance, **params)[0] == error


def test_a_name_and_an_identity_are_registered_once(client):
    name, arn = unique("machine"), user()
    session = "arn:aws:sts::123456789012:assumed-role/role/" + name
    register = client.register_on_premises_instance
    register(instanceName=name, iamUserArn=arn)
    register(instanceName=f"{name}-2", iamSessionArn=session)
    assert refusal(register, instanceName=name, iamUserArn=user())[0] == (
        "InstanceNameAlreadyRegistered"
    )
    assert refusal(register, instanceName="m", iamUserArn=arn)[0] == "IamUserArnAlreadyRegistered"
    assert refusal(register, instanceName="m", iamSessionArn=session)[0] == (
        "IamSessionArnAlreadyRegistered"
    )


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"instanceNames": ["x"]}, "TagRequired"),
        ({"tags": [TAG]}, "InstanceNameRequired"),
        ({"tags": [{"Key": "k"}], "instanceNames": ["x"]}, "InvalidTag"),
        ({"tags": [TAG], "instanceNames": ["nobody"]}, "InstanceNotRegistered"),
        ({"tags": [TAG], "instanceNames": ["x"] * 101}, "InstanceLimitExceeded"),
    ],
)
def test_tags_that_cannot_be_are_refused(client, params, error):
    assert refusal(client.add_tags_to_on_premises_instances, **params)[0] == error


def test_an_instance_has_few_tags(client):
    name = registered(client)
    many = [{"Key": f"k{n}", "Value": "v"} for n in range(11)]
    code, _ = refusal(client.add_tags_to_on_premises_instances, tags=many, instanceNames=[name])
    assert code == "TagLimitExceeded"


@pytest.mark.parametrize(
    ("params", "error"),
    [
        ({"registrationStatus": "Lost"}, "InvalidRegistrationStatus"),
        ({"tagFilters": [{"Key": "k", "Type": "SMELL"}]}, "InvalidTagFilter"),
        ({"tagFilters": [{"Type": "KEY_ONLY"}]}, "InvalidTagFilter"),
        ({"nextToken": "x"}, "InvalidNextToken"),
    ],
)
def test_a_list_that_cannot_be_asked_for_is_refused(client, params, error):
    assert refusal(client.list_on_premises_instances, **params)[0] == error


def test_a_batch_has_25_names_at_most(client):
    names = [f"m{n}" for n in range(26)]
    code, _ = refusal(client.batch_get_on_premises_instances, instanceNames=names)
    assert code == "BatchLimitExceeded"
