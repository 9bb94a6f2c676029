"""Whatever is asked of CodeDeploy, in whatever order: it answers or refuses, and never breaks.

Requests are drawn from botocore's model, with names that meet each other and values that do not fit.
"""

import http.client
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localcloud.codedeploy.inputs import MODEL
from localcloud.model_inputs import walk
from tests.builders import appspec, wait_for
from tests.localcloud.codedeploy_shop import ERRORS, OVER, the_shop

OPERATIONS = sorted(MODEL.operation_names)
NEWEST = "the newest deployment"
NAMES = {
    "ApplicationName": ["app-one", "app-two", "a b"],
    "DeploymentGroupName": ["group-one", "group-two"],
    "DeploymentConfigName": ["CodeDeployDefault.LambdaAllAtOnce", "own", "nobody"],
    "DeploymentId": [NEWEST, "d-000000000", "nonsense"],
    "InstanceName": ["machine-one", "machine-two", ""],
    "IamUserArn": ["arn:aws:iam::123456789012:user/me", "me"],
    "Arn": ["arn:aws:codedeploy:us-east-1:123456789012:application:app-one", "nonsense"],
    "ComputePlatform": ["Lambda", "Lambda", "Lambda", "ECS", "Cloud"],
    "RevisionLocationType": ["AppSpecContent", "AppSpecContent", "S3", "Paper"],
}
JUNK = st.sampled_from(["", "x", "\u2603", "9" * 300, None])
# GetDeploymentConfig of a predefined configuration shows a type that no request may have.
OUTSIDE = {("MinimumHealthyHostsType", "MOST_CONCURRENCY")}


def values(shape, depth=0):
    """Values of a shape: mostly such as fit, and some that do not."""
    if shape.name in NAMES:
        return st.sampled_from(NAMES[shape.name])
    if shape.type_name == "structure":
        return structures(shape, depth)
    if shape.type_name == "list":
        return st.lists(values(shape.member, depth + 1), max_size=2)
    if shape.type_name == "map":
        return st.dictionaries(values(shape.key), values(shape.value, depth + 1), max_size=2)
    if getattr(shape, "enum", None):
        return st.sampled_from([*shape.enum, "Junk"])
    simple = {
        "boolean": st.booleans(),
        "integer": st.integers(-1, 3000),
        "long": st.integers(-1, 3000),
        "timestamp": st.floats(0, 4e9),
    }
    return simple.get(shape.type_name, JUNK)


def structures(shape, depth=0):
    required = {name: values(shape.members[name], depth + 1) for name in shape.required_members}
    others = (
        {}
        if depth > 3
        else {
            name: values(member, depth + 1)
            for name, member in shape.members.items()
            if name not in required
        }
    )
    return st.fixed_dictionaries(required, optional=others)


APP = {"applicationName": st.sampled_from(["app-one", "app-two"])}
GROUP = {**APP, "deploymentGroupName": st.sampled_from(["group-one", "group-two"])}
ABOUT = {"deploymentId": st.just(NEWEST)}
MACHINE = {"instanceName": st.just("machine-one")}
MACHINES = {
    "instanceNames": st.just(["machine-one"]),
    "tags": st.just([{"Key": "k", "Value": "v"}]),
}
TARGET = "the newest deployment's target"
LOCATION = {"revision": st.just({"revisionType": "AppSpecContent", "appSpecContent": {}})}
CONFIGS = st.sampled_from(["CodeDeployDefault.LambdaAllAtOnce", "own"])
EVENTS = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_REQUEST"]
# Requests that fit, so that there is something to ask about: it is made, shown, renamed, deleted.
FITTING = {
    "CreateApplication": {**APP, "computePlatform": st.just("Lambda")},
    "UpdateApplication": {**APP, "newApplicationName": st.sampled_from(["app-one", "app-two"])},
    "DeleteApplication": APP,
    "CreateDeploymentGroup": {
        **GROUP,
        "serviceRoleArn": st.just("role"),
        "deploymentConfigName": CONFIGS,
        "autoRollbackConfiguration": st.just({"enabled": True, "events": EVENTS}),
    },
    "UpdateDeploymentGroup": {
        **APP,
        "currentDeploymentGroupName": GROUP["deploymentGroupName"],
        "newDeploymentGroupName": GROUP["deploymentGroupName"],
    },
    "DeleteDeploymentGroup": GROUP,
    "GetDeploymentGroup": GROUP,
    "BatchGetDeploymentGroups": {**APP, "deploymentGroupNames": st.just(["group-one"])},
    "CreateDeploymentConfig": {
        "deploymentConfigName": st.just("own"),
        "computePlatform": st.just("Lambda"),
        "trafficRoutingConfig": st.just(
            {
                "type": "TimeBasedLinear",
                "timeBasedLinear": {"linearPercentage": 40, "linearInterval": 5},
            }
        ),
    },
    "GetDeploymentConfig": {"deploymentConfigName": CONFIGS},
    "RegisterApplicationRevision": {**APP, **LOCATION},
    "GetApplicationRevision": {**APP, **LOCATION},
    "CreateDeployment": {**GROUP, **LOCATION},
    "StopDeployment": {**ABOUT, "autoRollbackEnabled": st.booleans()},
    "GetDeployment": ABOUT,
    "ListDeployments": GROUP,
    "ListDeploymentTargets": ABOUT,
    "GetDeploymentTarget": {**ABOUT, "targetId": st.just(TARGET)},
    "BatchGetDeploymentTargets": {**ABOUT, "targetIds": st.just([TARGET])},
    "TagResource": {
        "ResourceArn": st.just(NAMES["Arn"][0]),
        "Tags": st.just([{"Key": "k", "Value": "v"}]),
    },
    "RegisterOnPremisesInstance": {**MACHINE, "iamUserArn": st.just(NAMES["IamUserArn"][0])},
    "GetOnPremisesInstance": MACHINE,
    "DeregisterOnPremisesInstance": MACHINE,
    "AddTagsToOnPremisesInstances": MACHINES,
    "RemoveTagsFromOnPremisesInstances": MACHINES,
}
OFTEN = ["CreateApplication", "CreateDeploymentGroup", "CreateDeployment", "StopDeployment"]


def requests():
    def drawn(operation):
        shape = MODEL.operation_model(operation).input_shape
        return st.tuples(st.just(operation), structures(shape))

    def fitting(operation):
        return st.tuples(st.just(operation), st.fixed_dictionaries(FITTING[operation]))

    return st.one_of(
        st.sampled_from(OPERATIONS).flatmap(drawn),
        st.sampled_from(sorted(FITTING)).flatmap(fitting),
        st.sampled_from(OFTEN).flatmap(fitting),
    )


class Door:
    """Sends raw requests, and knows the newest deployment and what makes requests real."""

    def __init__(self, cloud, shop):
        self.shop, self.newest = shop, "d-111111111"
        self.connection = http.client.HTTPConnection("localhost", cloud.port, timeout=60)
        self.alias = shop.group().name

    def ask(self, operation, params):
        credential = "AKIALOCALCLOUD000000/20260101/us-east-1/codedeploy/aws4_request"
        headers = {
            "X-Amz-Target": f"CodeDeploy_20141006.{operation}",
            "Content-Type": "application/x-amz-json-1.1",
            "Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, Signature=0",
        }
        self.connection.request("POST", "/", json.dumps(self.real(params)), headers)
        response = self.connection.getresponse()
        answer = json.loads(response.read() or b"{}")
        if response.status == 200 and operation == "CreateDeployment":
            self.newest = answer["deploymentId"]
        return response.status, answer

    def real(self, value):
        """The role and the AppSpec that exist in place of the ones that were drawn."""
        if isinstance(value, list):
            return [self.real(item) for item in value]
        if not isinstance(value, dict):
            known = {NEWEST: self.newest, TARGET: f"{self.shop.function}:{self.alias}"}
            return known.get(value, value) if isinstance(value, str) else value
        found = {key: self.real(item) for key, item in value.items()}
        if "serviceRoleArn" in found:
            found["serviceRoleArn"] = self.shop.role
        if isinstance(found.get("appSpecContent"), dict):
            text = appspec(self.shop.function, "1", "2", self.alias)
            found["appSpecContent"] = {"content": text}
        return found


@pytest.fixture(scope="module")
def door(cloud, aws):
    return Door(cloud, the_shop(aws))


BEGINNING = [
    ("CreateApplication", {"applicationName": "app-one", "computePlatform": "Lambda"}),
    (
        "CreateDeploymentGroup",
        {
            "applicationName": "app-one",
            "deploymentGroupName": "group-one",
            "serviceRoleArn": "role",
            "autoRollbackConfiguration": {"enabled": True, "events": EVENTS},
        },
    ),
]


def told(answer):
    return answer["__type"].split("#")[-1]


def check(door, steps):
    for operation, params in [*BEGINNING, *steps]:
        status, answer = door.ask(operation, params)
        assert status in (200, 400), (operation, answer)
        if status == 400:
            assert told(answer) in ERRORS[operation], (operation, params, answer)
        else:
            check_enums(MODEL.operation_model(operation).output_shape, answer)
    settle(door)


def check_enums(shape, answer):
    for path, member, value in walk(shape, answer):
        allowed = member.metadata.get("enum")
        assert not allowed or value in allowed or (member.name, value) in OUTSIDE, (path, value)


def settle(door):
    """Every deployment comes to an end, and the alias is where the next one begins."""
    codedeploy = door.shop.aws.codedeploy
    running = codedeploy.list_deployments(includeOnlyStatuses=["Created", "InProgress"])
    for deployment in running["deployments"]:
        door.ask("StopDeployment", {"deploymentId": deployment})

        def over(which=deployment):
            found = codedeploy.get_deployment(deploymentId=which)["deploymentInfo"]
            return found["status"] in OVER

        wait_for(over, every=0.01)
    door.shop.aws.lambda_.update_alias(
        FunctionName=door.shop.function,
        Name=door.alias,
        FunctionVersion="1",
        RoutingConfig={"AdditionalVersionWeights": {}},
    )


QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}


@settings(max_examples=25, derandomize=True, **QUIET)
@given(steps=st.lists(requests(), min_size=8, max_size=20))
def test_requests_in_any_order_never_break_anything(door, steps):
    check(door, steps)


@pytest.mark.long
@settings(max_examples=200, **QUIET)
@given(steps=st.lists(requests(), min_size=10, max_size=40))
def test_many_requests_in_any_order_never_break_anything(door, steps):
    check(door, steps)
