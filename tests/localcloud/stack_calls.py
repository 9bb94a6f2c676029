"""What the tests of stacks share: deploy a few resources, wait for the end, look at what is there."""

import json

from botocore.exceptions import ClientError

from tests.builders import unique, wait_for

IAM = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"]
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
ROLE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}}


class Stack:
    """A stack of the test's own; `create` and `update` give its description when it has settled."""

    def __init__(self, aws, name=None):
        self.calls = aws.cloudformation
        self.name = name or unique("stack")

    def create(self, resources, **given):
        return self._deploy(self.calls.create_stack, resources, given)

    def update(self, resources, **given):
        return self._deploy(self.calls.update_stack, resources, given)

    def delete(self, **given):
        """Its description when the stack could not be deleted, None when it is gone."""
        self.calls.delete_stack(StackName=self.name, **given)
        return self.settled()

    def settled(self):
        return wait_for(self._settled)[0]

    def ids(self):
        """Physical ids by logical ones."""
        found = self.calls.describe_stack_resources(StackName=self.name)["StackResources"]
        return {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in found}

    def told(self, logical_id):
        """The events of a resource, first one first: what happened, and why."""
        events = self.calls.describe_stack_events(StackName=self.name)["StackEvents"]
        return [
            (e["ResourceStatus"], e.get("ResourceStatusReason", ""))
            for e in reversed(events)
            if e["LogicalResourceId"] == logical_id
        ]

    def _deploy(self, call, resources, given):
        call(StackName=self.name, TemplateBody=body(resources, given.pop("rest", {})), **given)
        return self.settled()

    def _settled(self):
        try:
            (found,) = self.calls.describe_stacks(StackName=self.name)["Stacks"]
        except ClientError as error:
            assert "does not exist" in str(error), error
            return [None]
        return None if found["StackStatus"].endswith("_IN_PROGRESS") else [found]


def body(resources, rest=None):
    return json.dumps({"Resources": resources, **(rest or {})})


def queue(**properties):
    return {"Type": "AWS::SQS::Queue", "Properties": properties}


def topic(**properties):
    return {"Type": "AWS::SNS::Topic", "Properties": properties}


def bad(*after):
    """A resource that cannot be made."""
    return {"Type": "AWS::No::Such", "DependsOn": list(after)}


def exists(aws, url):
    try:
        aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
    except ClientError:
        return False
    return True


def function(code="one = 1", **settings):
    """A function with the role that the template calls Role."""
    given = {"Handler": "index.handler", "Runtime": "python3.11", "Code": {"ZipFile": code}}
    role = {"Fn::GetAtt": ["Role", "Arn"]}
    return {"Type": "AWS::Lambda::Function", "Properties": {**given, "Role": role, **settings}}
