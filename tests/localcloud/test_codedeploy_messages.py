"""What CodeDeploy tells others: SNS triggers and EventBridge events, in their real form.

https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-sns-event-notifications.html
https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-codedeploy.html
"""

import json
import time

import pytest

from localcloud.codedeploy.inputs import MODEL
from localcloud.faults.plan import Fault
from tests import builders
from tests.builders import revision, unique, wait_for
from tests.localcloud.codedeploy_shop import Alarm, Silent, watching

EVENTS = [
    "DeploymentStart",
    "DeploymentSuccess",
    "DeploymentFailure",
    "DeploymentStop",
    "DeploymentRollback",
]


class Mailbox:
    """A topic, and a queue that keeps what it is told."""

    def __init__(self, aws):
        self.aws, self.topic = aws, aws.sns.create_topic(Name=unique("topic"))["TopicArn"]
        self.queue = aws.sqs.create_queue(QueueName=unique("queue"))["QueueUrl"]
        arn = self.queue_arn()
        aws.sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=arn)
        self.got = []

    def queue_arn(self):
        asked = {"QueueUrl": self.queue, "AttributeNames": ["QueueArn"]}
        return self.aws.sqs.get_queue_attributes(**asked)["Attributes"]["QueueArn"]

    def trigger(self, *events, name="t"):
        trigger = {
            "triggerName": name,
            "triggerTargetArn": self.topic,
            "triggerEvents": list(events) or EVENTS,
        }
        return {"triggerConfigurations": [trigger]}

    def letters(self, count):
        """The first letters, of which the very first is the test of a new trigger."""

        def come():
            asked = {"QueueUrl": self.queue, "MaxNumberOfMessages": 10}
            answer = self.aws.sqs.receive_message(**asked)
            self.got += [json.loads(m["Body"]) for m in answer.get("Messages", [])]
            return len(self.got) >= count

        wait_for(come)
        return self.got

    def told(self, count):
        return [json.loads(letter["Message"]) for letter in self.letters(count + 1)[1:]]


@pytest.fixture(scope="module")
def failed(shop, aws, cloud):
    """A group whose one deployment failed and was rolled back, and what was told of it."""
    mailbox, hook = Mailbox(aws), Silent(aws)
    group = shop.group(**mailbox.trigger())
    deployment = group.deploy(hooks={"BeforeAllowTraffic": hook.name})
    hook.answer(deployment, hook.execution(cloud, deployment), "Failed")
    rollback = group.rollback(deployment)["deploymentId"]
    return group, mailbox, deployment, rollback


def test_a_new_trigger_sends_a_message_without_an_application(failed):
    test = failed[1].letters(1)[0]
    assert "applicationName" not in test["Message"]
    assert test["Subject"]


def test_a_failure_and_its_rollback_are_told_in_five_messages(failed):
    _, mailbox, deployment, rollback = failed
    assert [(m["deploymentId"], m["status"]) for m in mailbox.told(5)] == [
        (deployment, "CREATED"),
        (deployment, "FAILED"),
        (rollback, "CREATED"),
        (rollback, "IN_PROGRESS"),
        (rollback, "SUCCEEDED"),
    ]


def test_a_success_is_told_in_two_messages(shop, aws):
    mailbox = Mailbox(aws)
    group = shop.group(**mailbox.trigger())
    group.run()
    assert [message["status"] for message in mailbox.told(2)] == ["CREATED", "SUCCEEDED"]


def test_a_stop_is_told_as_stopped(shop, aws):
    mailbox = Mailbox(aws)
    red = watching(Alarm(aws, red=True))
    shop.group(rollback=[], alarmConfiguration=red, **mailbox.trigger("DeploymentStop")).run()
    (message,) = mailbox.told(1)
    assert message["status"] == "STOPPED"
    assert json.loads(message["errorInformation"])["ErrorCode"] == "ALARM_ACTIVE"


def test_a_trigger_tells_only_of_its_events(shop, aws):
    mailbox = Mailbox(aws)
    shop.group(**mailbox.trigger("DeploymentSuccess")).run()
    assert [message["status"] for message in mailbox.told(1)] == ["SUCCEEDED"]


def test_the_subject_has_status_id_region_and_application(failed):
    group, mailbox, deployment, _ = failed
    assert mailbox.letters(3)[2]["Subject"] == (
        f"FAILED: AWS CodeDeploy {deployment} in us-east-1 to {group.app}"
    )


def test_members_come_in_their_order(failed):
    message = failed[1].told(5)[1]
    assert list(message) == [
        "region",
        "accountId",
        "eventTriggerName",
        "applicationName",
        "deploymentId",
        "deploymentGroupName",
        "createTime",
        "completeTime",
        "deploymentOverview",
        "status",
        "errorInformation",
        "rollbackInformation",
    ]


def test_times_are_javas_dates(failed):
    first, second = failed[1].told(5)[:2]
    assert time.strptime(second["createTime"], "%a %b %d %H:%M:%S UTC %Y")
    assert time.strptime(second["completeTime"], "%a %b %d %H:%M:%S UTC %Y")
    assert first["completeTime"] is None


def test_three_members_are_json_within_a_text(failed):
    message = failed[1].told(5)[1]
    assert json.loads(message["deploymentOverview"]) == {
        "Succeeded": 0,
        "Failed": 1,
        "Skipped": 0,
        "InProgress": 0,
        "Pending": 0,
    }
    error = json.loads(message["errorInformation"])
    assert (error["ErrorCode"], bool(error["ErrorMessage"])) == ("HOOK_EXECUTION_FAILURE", True)
    assert json.loads(message["rollbackInformation"]) == {}


def test_only_ends_have_an_overview_and_only_errors_an_error(failed):
    started, _, created, _, succeeded = failed[1].told(5)
    for message in (started, created):
        assert not {"deploymentOverview", "errorInformation"} & set(message)
    assert "errorInformation" not in succeeded
    assert "deploymentOverview" in succeeded


def test_a_rollback_names_what_it_rolls_back_in_each_message(failed):
    _, mailbox, deployment, _ = failed
    for message in mailbox.told(5)[2:]:
        told = json.loads(message["rollbackInformation"])
        assert told["RollbackTriggeringDeploymentId"] == deployment
        assert told["RollbackMessage"]


def test_an_event_has_six_details_and_two_resources(failed, cloud):
    group, _, deployment, rollback = failed
    ours = [e for e in cloud.bus.sent if e["detail"].get("application") == group.app]
    assert [(e["detail"]["deploymentId"], e["detail"]["state"]) for e in ours] == [
        (deployment, "START"),
        (deployment, "FAILURE"),
        (rollback, "START"),
        (rollback, "SUCCESS"),
    ]
    event = ours[0]
    assert event["source"] == "aws.codedeploy"
    assert event["detail-type"] == "CodeDeploy Deployment State-change Notification"
    prefix = "arn:aws:codedeploy:us-east-1:123456789012"
    assert event["resources"] == [
        f"{prefix}:application:{group.app}",
        f"{prefix}:deploymentgroup:{group.app}/{group.name}",
    ]
    assert set(event["detail"]) == {
        "instanceGroupId",
        "region",
        "application",
        "deploymentId",
        "state",
        "deploymentGroup",
    }


def test_a_stop_is_an_event_of_its_own(shop, aws, cloud):
    red = watching(Alarm(aws, red=True))
    group = shop.group(rollback=[], alarmConfiguration=red)
    group.run()
    ours = [e["detail"] for e in cloud.bus.sent if e["detail"].get("application") == group.app]
    assert [detail["state"] for detail in ours] == ["START", "STOP"]


def test_a_role_that_may_not_publish_fails_no_deployment(shop, aws):
    allow = {"Effect": "Allow", "Action": "lambda:*", "Resource": "*"}
    mailbox = Mailbox(aws)
    group = shop.group(serviceRoleArn=builders.role(aws, allow=allow), **mailbox.trigger())
    assert group.run()["status"] == "Succeeded"


def test_a_topic_that_is_gone_fails_no_deployment(shop, aws):
    mailbox = Mailbox(aws)
    group = shop.group(**mailbox.trigger())
    aws.sns.delete_topic(TopicArn=mailbox.topic)
    assert group.run()["status"] == "Succeeded"


def test_a_trigger_may_name_any_of_ten_events_and_on_lambda_half_of_them_happen(shop, aws):
    """No instance events and nothing about being ready: a Lambda deployment has neither."""
    events, mailbox = MODEL.shape_for("TriggerEventType").enum, Mailbox(aws)
    assert len(events) == 10
    assert {name for name in events if name not in EVENTS} == {
        "DeploymentReady",
        "InstanceFailure",
        "InstanceReady",
        "InstanceStart",
        "InstanceSuccess",
    }
    others = [name for name in events if name not in (*EVENTS, "DeploymentReady")]
    group = shop.group(**mailbox.trigger(*others, "DeploymentReady", "DeploymentSuccess"))
    group.run()
    assert group.run("2", "1")["status"] == "Succeeded"
    assert [message["status"] for message in mailbox.told(2)] == ["SUCCEEDED"] * 2


def test_a_changed_trigger_sends_its_message_again_and_one_that_stays_does_not(shop, aws):
    mailbox = Mailbox(aws)
    group = shop.group(**mailbox.trigger())
    where = {"applicationName": group.app, "currentDeploymentGroupName": group.name}
    for name in ("t", "another"):
        aws.codedeploy.update_deployment_group(**where, **mailbox.trigger(name=name))
    group.run()
    letters = mailbox.letters(4)
    assert "another" in letters[1]["Message"]
    assert [json.loads(letter["Message"])["status"] for letter in letters[2:]] == [
        "CREATED",
        "SUCCEEDED",
    ]


def test_a_message_has_no_attributes(failed):
    assert not [letter for letter in failed[1].letters(6) if letter.get("MessageAttributes")]


def test_a_subject_is_no_longer_than_sns_takes(shop, aws):
    mailbox, group = Mailbox(aws), shop.group()
    where = {"applicationName": unique("a" * 95), "deploymentGroupName": "g"}
    aws.codedeploy.create_application(
        applicationName=where["applicationName"], computePlatform="Lambda"
    )
    aws.codedeploy.create_deployment_group(
        **where, serviceRoleArn=shop.role, **mailbox.trigger("DeploymentSuccess")
    )
    made = aws.codedeploy.create_deployment(**where, revision=revision(group.appspec()))
    group.end(made["deploymentId"])
    subject = mailbox.letters(2)[1]["Subject"]
    assert subject.startswith(
        f"SUCCEEDED: AWS CodeDeploy {made['deploymentId']} in us-east-1 to aa"
    )
    assert len(subject) == 100


def test_one_end_is_spelt_in_three_ways(failed, cloud):
    group, mailbox, deployment, _ = failed
    sent = [e["detail"] for e in cloud.bus.sent if e["detail"].get("deploymentId") == deployment]
    assert (group.show(deployment)["status"], mailbox.told(5)[1]["status"], sent[-1]["state"]) == (
        "Failed",
        "FAILED",
        "FAILURE",
    )


def test_an_event_comes_to_a_rule_of_the_default_bus_in_eventbridges_envelope(shop, aws):
    mailbox, group, rule = Mailbox(aws), shop.group(), unique("rule")
    pattern = {"source": ["aws.codedeploy"], "detail": {"application": [group.app]}}
    aws.events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    target = {"Id": "q", "Arn": mailbox.queue_arn()}
    aws.events.put_targets(Rule=rule, Targets=[target])
    group.run()
    events = mailbox.letters(2)
    assert {event["detail"]["state"] for event in events} == {"START", "SUCCESS"}
    for event in events:
        assert (event["version"], event["account"]) == ("0", "123456789012")
        assert event["region"] == event["detail"]["region"] == "us-east-1"
        assert event["id"]
        assert time.strptime(event["time"], "%Y-%m-%dT%H:%M:%SZ")


def test_nothing_but_starts_and_ends_is_an_event(failed, cloud):
    """No QUEUED, no READY, and no instance: a rollback looks like any other deployment."""
    ours = [e for e in cloud.bus.sent if e["source"] == "aws.codedeploy"]
    assert {e["detail"]["state"] for e in ours} <= {"START", "SUCCESS", "FAILURE", "STOP"}
    assert {e["detail-type"] for e in ours} == {"CodeDeploy Deployment State-change Notification"}
    of_failed, of_rollback = [
        next(e["detail"] for e in ours if e["detail"]["deploymentId"] == which)
        for which in failed[2:]
    ]
    assert {**of_failed, "deploymentId": ""} == {**of_rollback, "deploymentId": ""}


def test_an_event_may_get_lost_and_the_deployment_goes_on(shop, aws, cloud):
    mailbox, group, rule = Mailbox(aws), shop.group(), unique("rule")
    pattern = {"source": ["aws.codedeploy"], "detail": {"application": [group.app]}}
    aws.events.put_rule(Name=rule, EventPattern=json.dumps(pattern))
    aws.events.put_targets(Rule=rule, Targets=[{"Id": "q", "Arn": mailbox.queue_arn()}])
    cloud.faults.set([Fault("dropped", "aws.codedeploy")])
    try:
        assert group.run()["status"] == "Succeeded"
        assert mailbox.letters(1)[0]["detail"]["state"] == "SUCCESS"
    finally:
        cloud.faults.clear()
