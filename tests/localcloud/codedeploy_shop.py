"""A shop to deploy to: one function with published versions, and an alias for each group."""

import http.client
import json
from functools import cache

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from localcloud.codedeploy.inputs import MODEL, OPERATIONS
from tests import builders
from tests.builders import appspec, revision, unique, wait_for

ALL_EVENTS = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"]
ALL_AT_ONCE = "CodeDeployDefault.LambdaAllAtOnce"
OVER = ("Succeeded", "Failed", "Stopped")


# What AWS's JSON services answer in general.
GENERAL = {"SerializationException", "ValidationException"}
ERRORS = {
    name: {error.name for error in MODEL.operation_model(name).error_shapes} | GENERAL
    for name in MODEL.operation_names
}


@cache
def plain_client(cloud):
    """A client that sends what it is told to, right or wrong, and once."""
    config = Config(parameter_validation=False, retries={"total_max_attempts": 1})
    return boto3.client("codedeploy", endpoint_url=cloud.endpoint, config=config)


@cache
def the_shop(aws):
    """One shop for all tests of a run: its functions are slow to make."""
    return Shop(aws)


@cache
def the_silent_hook(aws):
    return Silent(aws)


def refusal(call, **params):
    """How CodeDeploy refuses a call: the error's name without "Exception", and its message.

    It must be one of those that the operation models, or of those that all of AWS's services have.
    """
    try:
        call(**params)
    except ClientError as error:
        told = error.response["Error"]
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 400
        assert told["Code"] in ERRORS[OPERATIONS[call.__name__]]
        return told["Code"].removesuffix("Exception"), told["Message"]
    raise AssertionError("it was not refused")


def post(cloud, operation, body):
    """(status, answer) as they are on the wire: botocore neither writes nor reads them."""
    connection = http.client.HTTPConnection("localhost", cloud.port, timeout=30)
    credential = "AKIALOCALCLOUD000000/20260101/us-east-1/codedeploy/aws4_request"
    headers = {
        "X-Amz-Target": f"CodeDeploy_20141006.{operation}",
        "Content-Type": "application/x-amz-json-1.1",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, Signature=0",
    }
    connection.request("POST", "/", json.dumps(body), headers)
    response = connection.getresponse()
    return response.status, json.loads(response.read() or b"{}")


class Shop:
    def __init__(self, aws):
        self.aws = aws
        self.role = builders.role(aws)
        self.function = builders.function(aws, Role=self.role)
        builders.publish(aws, self.function)
        builders.publish(aws, self.function, "two = 2")
        self.minute = self.configuration("TimeBasedCanary", 10, 1)

    def configuration(self, kind, percent, minutes):
        word = "canary" if kind == "TimeBasedCanary" else "linear"
        name = unique("config")
        self.aws.codedeploy.create_deployment_config(
            deploymentConfigName=name,
            computePlatform="Lambda",
            trafficRoutingConfig={
                "type": kind,
                f"timeBased{word.title()}": {
                    f"{word}Percentage": percent,
                    f"{word}Interval": minutes,
                },
            },
        )
        return name

    def group(self, config=ALL_AT_ONCE, rollback=ALL_EVENTS, **settings):
        return Group(self, config, rollback, settings)


class Group:
    """A deployment group of its own application, whose alias is at version 1."""

    def __init__(self, shop, config, rollback, settings):
        self.shop, self.aws, self.name = shop, shop.aws, unique("group")
        self.app = unique("app")
        self.aws.lambda_.create_alias(
            FunctionName=shop.function, Name=self.name, FunctionVersion="1"
        )
        self.aws.codedeploy.create_application(applicationName=self.app, computePlatform="Lambda")
        self.aws.codedeploy.create_deployment_group(
            applicationName=self.app,
            deploymentGroupName=self.name,
            serviceRoleArn=settings.pop("serviceRoleArn", shop.role),
            deploymentConfigName=config,
            autoRollbackConfiguration={"enabled": bool(rollback), "events": rollback},
            **settings,
        )

    def appspec(self, current="1", target="2", hooks=None):
        return appspec(self.shop.function, current, target, self.name, hooks)

    def deploy(self, current="1", target="2", hooks=None, text=None, **params):
        text = text or self.appspec(current, target, hooks)
        params = {"revision": revision(text), **params}
        return self.aws.codedeploy.create_deployment(
            applicationName=self.app, deploymentGroupName=self.name, **params
        )["deploymentId"]

    def show(self, deployment):
        return self.aws.codedeploy.get_deployment(deploymentId=deployment)["deploymentInfo"]

    def end(self, deployment):
        def over():
            info = self.show(deployment)
            return info if info["status"] in OVER else None

        return wait_for(over, every=0.01)

    def run(self, *args, **params):
        """Deploy and see it to its end."""
        return self.end(self.deploy(*args, **params))

    def rollback(self, aborted):
        return self.end(self.end(aborted)["rollbackInfo"]["rollbackDeploymentId"])

    def stop(self, deployment, **params):
        return self.aws.codedeploy.stop_deployment(deploymentId=deployment, **params)

    def alias(self):
        """The version, and the weights of the other one or None."""
        found = self.aws.lambda_.get_alias(FunctionName=self.shop.function, Name=self.name)
        routing = found.get("RoutingConfig") or {}
        return found["FunctionVersion"], routing.get("AdditionalVersionWeights")

    def see(self, version, weights):
        wait_for(lambda: self.alias() == (version, weights), every=0.01)

    def target(self, deployment):
        codedeploy = self.aws.codedeploy

        def listed():
            try:
                return codedeploy.list_deployment_targets(deploymentId=deployment)["targetIds"]
            except codedeploy.exceptions.DeploymentNotStartedException:
                return None

        (target_id,) = wait_for(listed, every=0.01)
        found = codedeploy.get_deployment_target(deploymentId=deployment, targetId=target_id)
        return found["deploymentTarget"]["lambdaTarget"]

    def events(self, deployment):
        return [event["status"] for event in self.target(deployment)["lifecycleEvents"]]


class Alarm:
    """A CloudWatch alarm that is as it is told to be, and stays so."""

    def __init__(self, aws, red=False):
        self.aws, self.name = aws, unique("alarm")
        builders.alarm(aws, self.name, missing="breaching" if red else "notBreaching")
        self._say("ALARM" if red else "OK")

    def turn_red(self):
        builders.alarm(self.aws, self.name, missing="breaching")
        self._say("ALARM")

    def _say(self, state):
        self.aws.cloudwatch.set_alarm_state(
            AlarmName=self.name, StateValue=state, StateReason="a test says so"
        )


def watching(*alarms, **more):
    names = [{"name": getattr(alarm, "name", alarm)} for alarm in alarms]
    return {"enabled": True, "alarms": names, **more}


class Silent:
    """A hook function that nobody answers for but the test, and what it was called with."""

    def __init__(self, aws, code="def handler(event, context):\n    print('EVENT', event)\n"):
        self.aws, self.name = aws, builders.function(aws, code=code)

    def execution(self, cloud, deployment, event=0):
        """The id that the hook was called with."""
        kept = cloud.deployments.deployments[deployment]
        return wait_for(lambda: kept.events[event].execution_id, every=0.01)

    def answer(self, deployment, execution, status="Succeeded"):
        put = self.aws.codedeploy.put_lifecycle_event_hook_execution_status
        return put(deploymentId=deployment, lifecycleEventHookExecutionId=execution, status=status)

    def logged(self):
        group = f"/aws/lambda/{self.name}"
        try:
            return [
                event["message"]
                for event in self.aws.logs.filter_log_events(logGroupName=group)["events"]
            ]
        except self.aws.logs.exceptions.ResourceNotFoundException:
            return []


def trusting(aws, *services):
    """A role that may do everything and lets these services in."""
    principal = {"Service": [f"{service}.amazonaws.com" for service in services]}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    name = unique("role")
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)
    aws.iam.put_role_policy(
        RoleName=name,
        PolicyName="only",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [builders.EVERYTHING]}),
    )
    return made["Role"]["Arn"]


def waiting_in(group, hook, cloud, event=0):
    """A deployment that waits in a hook; gives its id and the hook execution's."""
    name = ("BeforeAllowTraffic", "", "AfterAllowTraffic")[event]
    deployment = group.deploy(hooks={name: hook.name})
    return deployment, hook.execution(cloud, deployment, event)


def engine_of(cloud):
    return next(part._engine for part in cloud.codedeploy.parts if hasattr(part, "_engine"))


def fails_by_hook(group, hook, cloud, event=0):
    deployment, execution = waiting_in(group, hook, cloud, event)
    hook.answer(deployment, execution, "Failed")
    return deployment
