"""What a property refers to elsewhere is looked up, or the stack says that it is not."""

import pytest

from tests.builders import unique
from tests.localcloud.stack_calls import Stack, topic


def test_a_reference_to_ssm_gives_what_is_held_there(aws):
    stack, name = Stack(aws), f"/{unique('held')}"
    aws.ssm.put_parameter(Name=name, Value="one", Type="String")
    reference = {"Fn::Sub": f"<{{{{resolve:ssm:{name}}}}}>"}
    stack.create({"T": topic(DisplayName=reference)})
    found = aws.sns.get_topic_attributes(TopicArn=stack.ids()["T"])["Attributes"]
    assert found["DisplayName"] == "<one>"


@pytest.mark.parametrize(
    "reference", ["{{resolve:secretsmanager:mine:SecretString:key}}", "{{resolve:ssm:/none}}"]
)
def test_a_reference_that_leads_nowhere_fails_the_stack(aws, reference):
    ended = Stack(aws).create({"T": topic(DisplayName=reference)})
    assert ended["StackStatus"] == "ROLLBACK_COMPLETE"
    assert reference in ended["StackStatusReason"]
