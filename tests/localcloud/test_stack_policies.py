"""What the template says shall stay, stays: when it is left out, replaced, or rolled back."""

import pytest

from tests.builders import unique
from tests.localcloud.stack_calls import Stack, bad, exists, queue


def named(name, **policies):
    return {**queue(QueueName=name), **policies}


def test_what_is_left_out_stays_by_its_deletion_policy(aws):
    stack = Stack(aws)
    stack.create({"Kept": queue(), "Other": queue()})
    stack.update({"Kept": {**queue(), "DeletionPolicy": "Retain"}, "Other": queue(DelaySeconds=1)})
    url = stack.ids()["Kept"]
    stack.update({"Other": queue()})
    assert exists(aws, url)
    assert stack.told("Kept")[-1][0] == "DELETE_SKIPPED"


@pytest.mark.parametrize(
    ("policies", "stays"),
    [({"UpdateReplacePolicy": "Retain"}, True), ({"DeletionPolicy": "Retain"}, False)],
)
def test_what_is_replaced_stays_by_its_replace_policy_alone(aws, policies, stays):
    stack = Stack(aws)
    stack.create({"Queue": named(unique("queue"), **policies)})
    url = stack.ids()["Queue"]
    stack.update({"Queue": named(unique("queue"), **policies)})
    assert stack.ids()["Queue"] != url
    assert exists(aws, url) == stays


@pytest.mark.parametrize(
    ("policy", "stays"), [("Retain", True), ("RetainExceptOnCreate", False), ("Delete", False)]
)
def test_a_failed_creation_leaves_what_is_retained(aws, policy, stays):
    stack, name = Stack(aws), unique("queue")
    stack.create({"Queue": named(name, DeletionPolicy=policy), "Bad": bad("Queue")})
    found = aws.sqs.list_queues(QueueNamePrefix=name).get("QueueUrls", [])
    assert bool(found) == stays


def test_a_deleted_stack_leaves_what_is_retained(aws):
    stack = Stack(aws)
    stack.create({"Queue": {**queue(), "DeletionPolicy": "RetainExceptOnCreate"}})
    url = stack.ids()["Queue"]
    assert stack.delete() is None
    assert exists(aws, url)
