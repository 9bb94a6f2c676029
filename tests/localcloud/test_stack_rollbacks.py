"""A step that took half effect is undone whole."""

from localcloud.faults.plan import Fault
from tests.builders import unique
from tests.localcloud.stack_calls import IAM, ROLE, Stack, function


def test_a_resource_whose_second_call_failed_is_taken_back_whole(aws, cloud):
    stack = Stack(aws)
    stack.create({"Role": ROLE, "F": function("one = 1")}, Capabilities=IAM)
    name = stack.ids()["F"]
    code = aws.lambda_.get_function(FunctionName=name)["Configuration"]["CodeSha256"]
    cloud.faults.set(
        [Fault("denied", "lambda", "UpdateFunctionConfiguration", caller="owner", times=1)]
    )
    try:
        changed = function("two = 2", Description="new")
        ended = stack.update({"Role": ROLE, "F": changed}, Capabilities=IAM)
    finally:
        cloud.faults.clear()
    assert ended["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    found = aws.lambda_.get_function(FunctionName=name)["Configuration"]
    assert (found["CodeSha256"], found["Description"]) == (code, "")


def test_a_resource_that_was_made_half_is_removed(aws, cloud):
    stack, name = Stack(aws), unique("half")
    bucket = {"BucketName": name, "VersioningConfiguration": {"Status": "Enabled"}}
    cloud.faults.set([Fault("denied", "s3", "PutBucketVersioning", caller="owner", times=1)])
    try:
        ended = stack.create({"B": {"Type": "AWS::S3::Bucket", "Properties": bucket}})
    finally:
        cloud.faults.clear()
    assert ended["StackStatus"] == "ROLLBACK_COMPLETE"
    assert name not in [b["Name"] for b in aws.s3.list_buckets()["Buckets"]]
