"""Every operation of CodeDeploy's API is answered, and wrong inputs in a modelled way.

The list is botocore's model, so an operation that AWS adds fails here.
https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_Operations.html
"""

import itertools
import pathlib
import re

import pytest
from botocore import xform_name

from localcloud import codedeploy
from localcloud.codedeploy import inputs
from localcloud.codedeploy.inputs import MODEL, OPERATIONS
from tests.builders import unique
from tests.localcloud.codedeploy_shop import ERRORS, GENERAL, post, refusal

ALL = sorted(MODEL.operation_names)
WRONG = (5, "text", [5], {}, True)


def answered(cloud, operation, body):
    """An answer to raw JSON: its status, and the error's code or ""."""
    status, answer = post(cloud, operation, body)
    return status, str((answer or {}).get("__type", "")).split("#")[-1]


def test_there_are_47_operations_and_each_has_one_place(cloud):
    assert len(ALL) == 47
    places = [
        name
        for part in cloud.codedeploy.parts
        for name in vars(type(part))
        if not name.startswith("_")
    ]
    assert sorted(places) == sorted(OPERATIONS)
    assert set(OPERATIONS) == {xform_name(name) for name in ALL}


@pytest.mark.parametrize("operation", ALL)
def test_an_empty_request_is_answered_or_refused_with_an_error_of_the_operation(cloud, operation):
    status, code = answered(cloud, operation, {})
    assert (status, code) == (200, "") or (status == 400 and code in ERRORS[operation])


def test_every_error_that_the_code_names_is_modelled():
    named = set()
    for path in pathlib.Path(codedeploy.__path__[0]).glob("*.py"):
        named |= set(re.findall(r'"(\w+Exception)"', path.read_text()))
    named |= {f"{name}Exception" for names in inputs._INVALID.values() for name in names}
    modelled = {error.name for error in MODEL.error_shapes}
    assert len(named) > 90
    assert named - modelled <= GENERAL


@pytest.mark.parametrize("body", [[], "text", 5, None])
def test_a_request_that_is_no_object_is_refused(cloud, body):
    assert answered(cloud, "GetDeployment", body)[0] == 400


@pytest.mark.parametrize("operation", ALL)
def test_json_of_a_wrong_type_never_breaks_anything(cloud, operation):
    shape = MODEL.operation_model(operation).input_shape
    for member, wrong in itertools.product(shape.members if shape else (), WRONG):
        status, code = answered(cloud, operation, {member: wrong})
        assert status == 200 or (status, code in ERRORS[operation]) == (400, True)


@pytest.mark.parametrize(
    ("operation", "params", "error"),
    [
        ("create_application", {"applicationName": 5}, "Serialization"),
        ("create_application", {"applicationName": "a b"}, "InvalidApplicationName"),
        ("create_application", {"applicationName": "x" * 101}, "InvalidApplicationName"),
        (
            "create_application",
            {"applicationName": "x", "computePlatform": "Cloud"},
            "InvalidComputePlatform",
        ),
        ("get_deployment", {"deploymentId": "nonsense"}, "InvalidDeploymentId"),
        ("get_deployment", {"deploymentId": "d-000000000"}, "DeploymentDoesNotExist"),
        ("batch_get_deployments", {"deploymentIds": ["nonsense"]}, "InvalidDeploymentId"),
        ("list_applications", {"nextToken": "x"}, "InvalidNextToken"),
        ("list_deployments", {"includeOnlyStatuses": ["Gone"]}, "InvalidDeploymentStatus"),
        ("list_deployments", {"applicationName": "x"}, "DeploymentGroupNameRequired"),
        ("list_deployments", {"deploymentGroupName": "x"}, "ApplicationNameRequired"),
        ("list_deployments", {"createTimeRange": {"start": 9, "end": 1}}, "InvalidTimeRange"),
        ("list_deployments", {"externalId": " "}, "InvalidExternalId"),
        ("delete_git_hub_account_token", {"tokenName": "x"}, "GitHubAccountTokenDoesNotExist"),
        ("list_tags_for_resource", {"ResourceArn": "x"}, "InvalidArn"),
        ("list_tags_for_resource", {"ResourceArn": "arn:aws:s3:::x"}, "ArnNotSupported"),
    ],
)
def test_a_wrong_value_has_its_own_error(client, operation, params, error):
    assert refusal(getattr(client, operation), **params)[0] == error


def test_lists_come_in_pages_that_follow_one_another(client):
    names = {unique("paged") for _ in range(120)}
    for name in names:
        client.create_application(applicationName=name)
    pages = list(client.get_paginator("list_applications").paginate())
    assert len(pages) > 1
    listed = [name for page in pages for name in page["applications"]]
    assert names <= set(listed)
    assert len(listed) == len(set(listed))
    token = pages[0]["nextToken"]
    assert refusal(client.list_deployment_configs, nextToken=token)[0] == "InvalidNextToken"
    for name in names:
        client.delete_application(applicationName=name)


def test_there_are_no_github_tokens_and_nothing_has_an_external_id(client):
    assert client.list_git_hub_account_token_names()["tokenNameList"] == []
    assert client.delete_resources_by_external_id(externalId="a-stack")
    assert client.list_deployments(externalId="a-stack")["deployments"] == []
