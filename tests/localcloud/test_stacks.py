"""CloudFormation: what it makes, changes, rolls back, and refuses to pretend."""

import json
import os
import signal
import subprocess
import sys
import urllib.request

import pytest
from botocore.exceptions import ClientError

from localcloud.cloudformation.order import in_order
from localcloud.cloudformation.template import TemplateError
from localcloud.metric_math import evaluate
from tests.builders import unique, wait_for


def template(**resources):
    return json.dumps({"Resources": resources})


def status(aws, name):
    return aws.cloudformation.describe_stacks(StackName=name)["Stacks"][0]


def test_an_unknown_type_fails_the_stack_with_a_clear_message(aws):
    name = unique("stack")
    aws.cloudformation.create_stack(
        StackName=name,
        TemplateBody=template(
            Queue={"Type": "AWS::SQS::Queue"},
            Ring={"Type": "AWS::Saturn::Ring", "DependsOn": "Queue"},
        ),
    )
    stack = wait_for(
        lambda: s if (s := status(aws, name))["StackStatus"] == "ROLLBACK_COMPLETE" else None
    )
    assert "does not make AWS::Saturn::Ring yet" in stack["StackStatusReason"]
    assert aws.cloudformation.describe_stack_resources(StackName=name)["StackResources"] == []


def test_a_failed_update_goes_back_to_what_was(aws):
    name = unique("stack")
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "one"}}
    aws.cloudformation.create_stack(StackName=name, TemplateBody=template(Topic=topic))
    wait_for(lambda: status(aws, name)["StackStatus"] == "CREATE_COMPLETE")
    worse = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "two"}}
    aws.cloudformation.update_stack(
        StackName=name,
        TemplateBody=template(Topic=worse, Bad={"Type": "AWS::No::Such", "DependsOn": "Topic"}),
    )
    wait_for(lambda: status(aws, name)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE")
    (resource,) = aws.cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    attributes = aws.sns.get_topic_attributes(TopicArn=resource["PhysicalResourceId"])["Attributes"]
    assert attributes["DisplayName"] == "one"


def test_the_same_template_again_changes_nothing(aws):
    name = unique("stack")
    body = template(Topic={"Type": "AWS::SNS::Topic"})
    aws.cloudformation.create_stack(StackName=name, TemplateBody=body)
    wait_for(lambda: status(aws, name)["StackStatus"] == "CREATE_COMPLETE")
    with pytest.raises(ClientError, match="No updates are to be performed"):
        aws.cloudformation.update_stack(StackName=name, TemplateBody=body)


def test_a_deleted_stack_is_gone_and_what_it_retains_stays(aws):
    name = unique("stack")
    aws.cloudformation.create_stack(
        StackName=name,
        TemplateBody=template(
            Kept={"Type": "AWS::SQS::Queue", "DeletionPolicy": "Retain"},
            Gone={"Type": "AWS::SQS::Queue"},
        ),
    )
    wait_for(lambda: status(aws, name)["StackStatus"] == "CREATE_COMPLETE")
    found = aws.cloudformation.describe_stack_resources(StackName=name)["StackResources"]
    urls = {r["LogicalResourceId"]: r["PhysicalResourceId"] for r in found}
    aws.cloudformation.delete_stack(StackName=name)

    def gone():
        try:
            status(aws, name)
        except ClientError:
            return True
        return False

    wait_for(gone)
    assert aws.sqs.get_queue_attributes(QueueUrl=urls["Kept"], AttributeNames=["All"])
    with pytest.raises(ClientError):
        aws.sqs.get_queue_attributes(QueueUrl=urls["Gone"], AttributeNames=["All"])


def test_a_circle_is_refused():
    with pytest.raises(TemplateError, match="Circular"):
        in_order({"A": {"DependsOn": "B"}, "B": {"Properties": {"x": {"Ref": "A"}}}})


@pytest.mark.parametrize(
    ("expression", "values", "result"),
    [
        ("IF(i >= 5, 100 * e / i, 0)", {"i": 10.0, "e": 1.0}, 10.0),
        ("IF(i >= 5, 100 * e / i, 0)", {"i": 4.0, "e": 4.0}, 0.0),
        ("IF(i >= 5, 100 * e / i, 0)", {"i": None, "e": None}, None),
        ("FILL(e, 0) + 1", {"e": None}, 1.0),
        ("a / b", {"a": 1.0, "b": 0.0}, None),
        ("SUM(a, b)", {"a": 1.0, "b": 2.0}, 3.0),
    ],
)
def test_metric_math_of_alarms(expression, values, result):
    assert evaluate(expression, values) == result


@pytest.mark.long
def test_up_prints_one_json_line_and_stops_cleanly():
    """Another process: a bare cloud that real clients reach, ended by SIGTERM."""
    process = subprocess.Popen(
        [sys.executable, "-m", "localcloud", "up", "--bare", "--port", "0", "--console-port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )
    try:
        line = json.loads(process.stdout.readline())
        assert set(line) >= {
            "endpoint",
            "region",
            "aws_access_key_id",
            "aws_secret_access_key",
            "slack_inbox",
            "console",
        }
        with urllib.request.urlopen(line["slack_inbox"]) as answer:
            assert json.load(answer) == []
        aws = [
            os.path.join(os.path.dirname(sys.executable), "aws"),
            "--endpoint-url",
            line["endpoint"],
        ]
        listed = subprocess.run(
            [*aws, "deploy", "list-deployment-configs", "--output", "json"],
            env={
                **os.environ,
                "AWS_ACCESS_KEY_ID": line["aws_access_key_id"],
                "AWS_SECRET_ACCESS_KEY": line["aws_secret_access_key"],
                "AWS_DEFAULT_REGION": line["region"],
            },
            capture_output=True,
            text=True,
            check=True,
        )
        assert len(json.loads(listed.stdout)["deploymentConfigsList"]) == 17
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
