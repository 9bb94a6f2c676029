"""Requests of Lambda that are incomplete, wrong or ask for the next page."""

import http.client
import json
import re

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from localcloud.awslambda.inputs import MODEL, OPERATIONS
from tests.builders import function, publish, role, unique, zipped

CREDENTIAL = "AKIALOCALCLOUD000000/20260101/us-east-1/lambda/aws4_request"
WRONG = ({}, [], 5, "text", True)
CODE = {"ZipFile": zipped({"index.py": "one = 1"})}


@pytest.fixture(scope="module")
def plain(cloud):
    """A client that sends what it is told to, right or wrong, and once."""
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    return boto3.client("lambda", endpoint_url=cloud.endpoint, config=config)


def post(cloud, operation, body, named="nothing"):
    """An answer to raw JSON at an operation's path: its status, and the error's code."""
    http_of = MODEL.operation_model(operation).http
    path = re.sub(r"\{\w+\+?\}", named, http_of["requestUri"].split("?")[0])
    connection = http.client.HTTPConnection("localhost", cloud.port, timeout=30)
    headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={CREDENTIAL}, Signature=0"}
    connection.request(http_of["method"], path, json.dumps(body), headers)
    response = connection.getresponse()
    return response.status, response.headers.get("x-amzn-errortype", "").split(":")[0]


def done(cloud):
    """The operations of Lambda that this cloud has."""
    parts = cloud.front._services["lambda"]
    return [name for method, name in OPERATIONS.items() if any(hasattr(p, method) for p in parts)]


def test_no_request_however_incomplete_breaks_lambda(cloud, aws):
    name = function(aws)
    for operation in done(cloud):
        if operation == "DeleteFunction":
            continue
        for named in ("nothing", name):
            assert post(cloud, operation, {}, named)[0] < 500, operation
        for member in MODEL.operation_model(operation).input_shape.members:
            for wrong in WRONG:
                status, code = post(cloud, operation, {member: wrong}, name)
                assert status < 500, (operation, member, wrong, code)


def refusal(call, **params):
    with pytest.raises(ClientError) as error:
        call(**params)
    answer = error.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], str(error.value)


def test_what_is_missing_or_out_of_range_is_a_validation_error_that_names_it(aws, plain):
    status, code, text = refusal(plain.create_function, FunctionName=unique("fn"), Code=CODE)
    assert (status, code) == (400, "ValidationException")
    assert "Value null at 'role' failed to satisfy constraint: Member must not be null" in text
    status, code, text = refusal(
        plain.create_function,
        FunctionName="no such name!",
        Role=role(aws),
        Code=CODE,
        Timeout=0,
    )
    assert (status, code) == (400, "ValidationException")
    assert "2 validation errors detected" in text
    assert "'timeout'" in text
    assert "'functionName'" in text


def test_an_unknown_runtime_is_an_invalid_parameter_value(aws, plain):
    status, code, text = refusal(
        plain.create_function,
        FunctionName=unique("fn"),
        Role=role(aws),
        Code=CODE,
        Handler="index.handler",
        Runtime="python9",
    )
    assert (status, code) == (400, "InvalidParameterValueException")
    assert "python9" in text


def test_a_package_without_runtime_handler_or_code_is_refused(aws, plain):
    given = {"Role": role(aws), "Handler": "index.handler", "Runtime": "python3.11"}
    for left_out in ("Handler", "Runtime"):
        some = {name: value for name, value in given.items() if name != left_out}
        status, code, _ = refusal(
            plain.create_function, FunctionName=unique("fn"), Code=CODE, **some
        )
        assert (status, code) == (400, "InvalidParameterValueException")
    status, code, _ = refusal(plain.create_function, FunctionName=unique("fn"), Code={}, **given)
    assert (status, code) == (400, "InvalidParameterValueException")
    name = function(aws)
    status, code, _ = refusal(plain.update_function_code, FunctionName=name)
    assert (status, code) == (400, "InvalidParameterValueException")


def test_a_qualifier_that_differs_from_the_arns_is_refused(aws, plain):
    name = function(aws)
    publish(aws, name)
    arn = aws.lambda_.get_function(FunctionName=name)["Configuration"]["FunctionArn"]
    for call in (plain.invoke, plain.get_function, plain.get_function_configuration):
        status, code, text = refusal(call, FunctionName=f"{arn}:1", Qualifier="$LATEST")
        assert (status, code) == (400, "InvalidParameterValueException")
        assert "qualifier" in text
    assert plain.get_function(FunctionName=f"{arn}:1", Qualifier="1")


def test_versions_and_aliases_come_in_pages(aws, plain):
    name = function(aws)
    for number in range(3):
        publish(aws, name, f"number = {number}")
        aws.lambda_.create_alias(FunctionName=name, Name=f"a{number}", FunctionVersion="1")
    for operation, member, key, wanted in (
        ("list_versions_by_function", "Versions", "Version", ["$LATEST", "1", "2", "3"]),
        ("list_aliases", "Aliases", "Name", ["a0", "a1", "a2"]),
    ):
        first = getattr(plain, operation)(FunctionName=name, MaxItems=2)
        assert len(first[member]) == 2
        pages = aws.lambda_.get_paginator(operation).paginate(
            FunctionName=name, PaginationConfig={"PageSize": 2}
        )
        assert [item[key] for page in pages for item in page[member]] == wanted
        last = getattr(plain, operation)(FunctionName=name, MaxItems=2, Marker=first["NextMarker"])
        assert "NextMarker" not in last
        status, code, _ = refusal(getattr(plain, operation), FunctionName=name, Marker="nonsense")
        assert (status, code) == (400, "InvalidParameterValueException")
