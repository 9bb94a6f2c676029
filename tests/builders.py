"""Small things that tests make: archives, functions, targets."""

import io
import itertools
import json
import time
import zipfile

_count = itertools.count(1)

GOOD = 'def handler(event, context):\n    return {"statusCode": 200, "saw": event.get("path")}\n'
BAD = 'def handler(event, context):\n    return {"statusCode": 500}\n'


def unique(word):
    return f"{word}{next(_count)}"


def zipped(files):
    """A zip of {name: text or bytes}."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            info = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            archive.writestr(info, text, zipfile.ZIP_DEFLATED)
    return body.getvalue()


def wait_for(look, seconds=90.0, every=0.05):
    """What `look` gives, as soon as it gives something true."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(every)
    raise AssertionError(f"nothing came within {seconds} s")


EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def role(aws, name=None, allow=EVERYTHING):
    """A role that may do everything, for tests that are not about permissions."""
    name = name or unique("role")
    made = aws.iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {
                            "Service": ["lambda.amazonaws.com", "codedeploy.amazonaws.com"]
                        },
                        "Action": "sts:AssumeRole",
                    }
                ],
            }
        ),
    )
    document = {"Version": "2012-10-17", "Statement": [allow]}
    aws.iam.put_role_policy(RoleName=name, PolicyName="only", PolicyDocument=json.dumps(document))
    return made["Role"]["Arn"]


def function(aws, name=None, code=GOOD, **settings):
    """A function of one file, settled; gives its name."""
    name = name or unique("fn")
    aws.lambda_.create_function(
        FunctionName=name,
        Runtime="python3.11",
        Role=settings.pop("Role", None) or role(aws),
        Handler="index.handler",
        Code={"ZipFile": zipped({"index.py": code})},
        **settings,
    )
    settle(aws, name)
    return name


def settle(aws, name):
    wait_for(
        lambda: (
            aws.lambda_.get_function(FunctionName=name)["Configuration"].get("LastUpdateStatus")
            == "Successful"
        )
    )


def publish(aws, name, code=None):
    """A new version, of new code when some is given; gives its number."""
    if code is not None:
        aws.lambda_.update_function_code(FunctionName=name, ZipFile=zipped({"index.py": code}))
        settle(aws, name)
    return aws.lambda_.publish_version(FunctionName=name)["Version"]


def part_of_pilotage(aws, logical_id):
    """The name that a resource of Pilotage's template got."""
    return aws.cloudformation.describe_stack_resource(
        StackName="pilotage", LogicalResourceId=logical_id
    )["StackResourceDetail"]["PhysicalResourceId"]


def alarm(aws, name, missing):
    """An alarm without data, so that it is what `missing` says: breaching or notBreaching."""
    aws.cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Test",
        MetricName="Up",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="LessThanThreshold",
        TreatMissingData=missing,
    )


def red_alarm(aws, name=None):
    """An alarm that is in ALARM and stays so; gives its name."""
    name = name or unique("alarm")
    alarm(aws, name, missing="breaching")

    def is_red():
        (found,) = aws.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
        return found["StateValue"] == "ALARM"

    wait_for(is_red)
    return name


def appspec(name, current, target, alias="live", hooks=None):
    body = {
        "version": 0.0,
        "Resources": [
            {
                "f": {
                    "Type": "AWS::Lambda::Function",
                    "Properties": {
                        "Name": name,
                        "Alias": alias,
                        "CurrentVersion": current,
                        "TargetVersion": target,
                    },
                }
            }
        ],
    }
    if hooks:
        body["Hooks"] = [{event: hook} for event, hook in hooks.items()]
    return json.dumps(body)


def revision(text):
    return {"revisionType": "AppSpecContent", "appSpecContent": {"content": text}}
