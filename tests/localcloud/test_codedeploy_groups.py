"""Deployment groups of every platform: made, changed, refused.

https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeploymentGroup.html
"""

import pytest

from tests.builders import unique
from tests.localcloud.codedeploy_shop import refusal, trusting

PAIR = {
    "targetGroups": [{"name": "blue"}, {"name": "green"}],
    "prodTrafficRoute": {"listenerArns": ["arn:listener"]},
}
STYLE = {"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"}
NOTE = {"triggerName": "t", "triggerTargetArn": "arn:aws:sns:us-east-1:123456789012:t"}


def tags(count):
    return [{"Key": f"k{n}", "Value": "v", "Type": "KEY_AND_VALUE"} for n in range(count)]


GOOD = {
    "a Server group with two tag groups": ("Server", {"ec2TagSet": {"ec2TagSetList": [tags(1)]}}),
    "a Server group of its own machines": ("Server", {"onPremisesInstanceTagFilters": tags(2)}),
    "a Server group behind a load balancer": (
        "Server",
        {
            "deploymentStyle": {**STYLE, "deploymentType": "IN_PLACE"},
            "loadBalancerInfo": {"targetGroupInfoList": [{"name": "tg"}]},
            "autoScalingGroups": ["asg"],
            "ec2DeploymentOptions": {"autoScalingGroupProcessesToSuspend": ["AZRebalance"]},
        },
    ),
    "a blue/green Server group": (
        "Server",
        {
            "deploymentStyle": {
                "deploymentType": "BLUE_GREEN",
                "deploymentOption": "WITHOUT_TRAFFIC_CONTROL",
            },
            "blueGreenDeploymentConfiguration": {
                "terminateBlueInstancesOnDeploymentSuccess": {
                    "action": "TERMINATE",
                    "terminationWaitTimeInMinutes": 2880,
                },
                "deploymentReadyOption": {"actionOnTimeout": "STOP_DEPLOYMENT"},
                "greenFleetProvisioningOption": {"action": "DISCOVER_EXISTING"},
            },
        },
    ),
    "an ECS group": (
        "ECS",
        {
            "deploymentStyle": STYLE,
            "deploymentConfigName": "CodeDeployDefault.ECSCanary10Percent5Minutes",
            "ecsServices": [{"serviceName": "s", "clusterName": "c"}],
            "loadBalancerInfo": {"targetGroupPairInfoList": [PAIR]},
        },
    ),
    "a Lambda group": (
        "Lambda",
        {
            "deploymentStyle": STYLE,
            "deploymentConfigName": "CodeDeployDefault.LambdaCanary10Percent5Minutes",
            "alarmConfiguration": {"enabled": False, "alarms": [{"name": "a"}]},
            "autoRollbackConfiguration": {"enabled": True, "events": ["DEPLOYMENT_FAILURE"]},
        },
    ),
}


@pytest.mark.parametrize("what", GOOD)
def test_a_group_is_shown_as_it_was_made(client, apps, role, what):
    platform, settings = GOOD[what]
    where = {"applicationName": apps[platform], "deploymentGroupName": unique("g")}
    client.create_deployment_group(**where, serviceRoleArn=role, **settings)
    found = client.get_deployment_group(**where)["deploymentGroupInfo"]
    found["autoScalingGroups"] = [each["name"] for each in found["autoScalingGroups"]]
    assert {key: found[key] for key in settings} == settings
    assert (found["computePlatform"], found["serviceRoleArn"]) == (platform, role)


def test_a_group_made_without_has_the_defaults_of_its_platform(client, apps, role):
    wanted = {"Server": "OneAtATime", "Lambda": "LambdaAllAtOnce", "ECS": "ECSAllAtOnce"}
    for platform, config in wanted.items():
        where = {"applicationName": apps[platform], "deploymentGroupName": unique("g")}
        client.create_deployment_group(**where, serviceRoleArn=role)
        found = client.get_deployment_group(**where)["deploymentGroupInfo"]
        assert found["deploymentConfigName"] == f"CodeDeployDefault.{config}"


@pytest.mark.parametrize(
    ("platform", "settings", "error"),
    [
        ("Lambda", {"serviceRoleArn": ""}, "RoleRequired"),
        ("Lambda", {"serviceRoleArn": "me"}, "InvalidRole"),
        ("Lambda", {"deploymentConfigName": "nobody"}, "DeploymentConfigDoesNotExist"),
        (
            "Lambda",
            {"deploymentConfigName": "CodeDeployDefault.OneAtATime"},
            "InvalidDeploymentConfigName",
        ),
        ("Lambda", {"deploymentStyle": {}}, "InvalidDeploymentStyle"),
        (
            "Lambda",
            {"deploymentStyle": {**STYLE, "deploymentOption": "Yes"}},
            "InvalidDeploymentStyle",
        ),
        (
            "Lambda",
            {"deploymentStyle": {**STYLE, "deploymentType": "IN_PLACE"}},
            "InvalidDeploymentStyle",
        ),
        ("Lambda", {"autoRollbackConfiguration": {"enabled": True}}, "InvalidAutoRollbackConfig"),
        (
            "Lambda",
            {"autoRollbackConfiguration": {"enabled": True, "events": ["RAIN"]}},
            "InvalidAutoRollbackConfig",
        ),
        ("Lambda", {"alarmConfiguration": {"enabled": True}}, "InvalidAlarmConfig"),
        ("Lambda", {"alarmConfiguration": {"alarms": [{"name": "a" * 256}]}}, "InvalidAlarmConfig"),
        ("Lambda", {"alarmConfiguration": {"alarms": [{"name": "a"}] * 2}}, "InvalidAlarmConfig"),
        ("Lambda", {"alarmConfiguration": {"alarms": [{}]}}, "InvalidAlarmConfig"),
        ("Lambda", {"triggerConfigurations": [NOTE]}, "InvalidTriggerConfig"),
        (
            "Lambda",
            {"triggerConfigurations": [{**NOTE, "triggerEvents": ["Rain"]}]},
            "InvalidTriggerConfig",
        ),
        (
            "Lambda",
            {
                "triggerConfigurations": [
                    {**NOTE, "triggerTargetArn": "x", "triggerEvents": ["DeploymentStart"]}
                ]
            },
            "InvalidTriggerConfig",
        ),
        ("Lambda", {"tags": [{"Key": "aws:x", "Value": "v"}]}, "InvalidTagsToAdd"),
        ("Lambda", {"ec2TagFilters": tags(1)}, "InvalidInput"),
        (
            "Lambda",
            {"ecsServices": [{"serviceName": "s", "clusterName": "c"}]},
            "InvalidECSService",
        ),
        (
            "Lambda",
            {
                "blueGreenDeploymentConfiguration": {
                    "deploymentReadyOption": {"waitTimeInMinutes": 1}
                }
            },
            "InvalidBlueGreenDeploymentConfiguration",
        ),
        ("Lambda", {"outdatedInstancesStrategy": "SELL"}, "InvalidInput"),
        (
            "Server",
            {"ec2TagFilters": tags(1), "ec2TagSet": {"ec2TagSetList": [tags(1)]}},
            "InvalidEC2TagCombination",
        ),
        ("Server", {"ec2TagSet": {"ec2TagSetList": [tags(1)] * 4}}, "TagSetListLimitExceeded"),
        ("Server", {"ec2TagFilters": tags(11)}, "InvalidEC2Tag"),
        ("Server", {"ec2TagFilters": [{"Key": "k", "Type": "SMELL"}]}, "InvalidEC2Tag"),
        ("Server", {"onPremisesInstanceTagFilters": [{"Type": "KEY_ONLY"}]}, "InvalidTag"),
        (
            "Server",
            {
                "onPremisesInstanceTagFilters": tags(1),
                "onPremisesTagSet": {"onPremisesTagSetList": [tags(1)]},
            },
            "InvalidOnPremisesTagCombination",
        ),
        ("Server", {"autoScalingGroups": ["a"] * 11}, "InvalidAutoScalingGroup"),
        (
            "Server",
            {"ec2DeploymentOptions": {"autoScalingGroupProcessesToSuspend": ["Launch"]}},
            "InvalidAutoScalingGroupProcessToSuspend",
        ),
        ("Server", {"deploymentStyle": STYLE}, "InvalidLoadBalancerInfo"),
        (
            "Server",
            {"loadBalancerInfo": {"elbInfoList": [{"name": "e"}] * 11}},
            "InvalidLoadBalancerInfo",
        ),
        (
            "ECS",
            {"loadBalancerInfo": {"targetGroupPairInfoList": [PAIR, PAIR]}},
            "InvalidTargetGroupPair",
        ),
        ("ECS", {"ecsServices": [{"serviceName": "s"}]}, "InvalidECSService"),
        (
            "ECS",
            {
                "blueGreenDeploymentConfiguration": {
                    "terminateBlueInstancesOnDeploymentSuccess": {
                        "terminationWaitTimeInMinutes": 2881
                    }
                }
            },
            "InvalidBlueGreenDeploymentConfiguration",
        ),
    ],
)
def test_settings_that_cannot_be_are_refused(client, apps, role, platform, settings, error):
    params = {"serviceRoleArn": role, **settings}
    code, _ = refusal(
        client.create_deployment_group,
        applicationName=apps[platform],
        deploymentGroupName="x",
        **params,
    )
    assert code == error


@pytest.mark.parametrize(
    ("style", "message"),
    [
        (
            {"deploymentType": "IN_PLACE"},
            "Deployment type or deployment option cannot be null or empty",
        ),
        (
            {"deploymentType": "IN_PLACE", "deploymentOption": "Yes"},
            "Deployment option can only be WITH_TRAFFIC_CONTROL or WITHOUT_TRAFFIC_CONTROL",
        ),
    ],
)
def test_a_style_is_refused_in_the_words_that_people_know(client, apps, role, style, message):
    told = refusal(
        client.create_deployment_group,
        applicationName=apps["Server"],
        deploymentGroupName="x",
        serviceRoleArn=role,
        deploymentStyle=style,
    )
    assert told == ("InvalidDeploymentStyle", message)


def test_a_load_balancer_that_is_not_named_is_missed_in_awss_words(client, apps, role):
    told = refusal(
        client.create_deployment_group,
        applicationName=apps["Server"],
        deploymentGroupName="x",
        serviceRoleArn=role,
        deploymentStyle=STYLE,
    )
    assert told == (
        "InvalidLoadBalancerInfo",
        "The specification for load balancing in the deployment group is invalid. The "
        "deploymentOption value is set to WITH_TRAFFIC_CONTROL, but either no load balancer was "
        "specified in elbInfoList or no target group was specified in targetGroupInfoList.",
    )


def test_a_role_that_does_not_let_codedeploy_in_is_refused(aws, client, apps):
    role = trusting(aws, "lambda")
    where = {"applicationName": apps["Lambda"], "deploymentGroupName": unique("g")}
    code, message = refusal(client.create_deployment_group, **where, serviceRoleArn=role)
    assert code == "InvalidRole"
    assert f"permissions required to assume the role {role}" in message


def test_an_ecs_service_belongs_to_one_group(client, apps, role):
    service = {"ecsServices": [{"serviceName": unique("s"), "clusterName": "c"}]}
    group = {"applicationName": apps["ECS"], "serviceRoleArn": role, **service}
    client.create_deployment_group(deploymentGroupName=unique("g"), **group)
    code, _ = refusal(client.create_deployment_group, deploymentGroupName="other", **group)
    assert code == "ECSServiceMappingLimitExceeded"


def test_an_update_changes_what_it_names_and_leaves_the_rest(client, apps, role):
    old, new = unique("g"), unique("g")
    alarms = {"enabled": True, "alarms": [{"name": "a"}]}
    where = {"applicationName": apps["Lambda"]}
    client.create_deployment_group(
        **where, deploymentGroupName=old, serviceRoleArn=role, alarmConfiguration=alarms
    )
    client.update_deployment_group(
        **where,
        currentDeploymentGroupName=old,
        newDeploymentGroupName=new,
        autoRollbackConfiguration={"enabled": True, "events": ["DEPLOYMENT_FAILURE"]},
    )
    found = client.get_deployment_group(**where, deploymentGroupName=new)["deploymentGroupInfo"]
    assert found["alarmConfiguration"] == alarms
    assert found["autoRollbackConfiguration"]["enabled"]
    silent = {"enabled": False, "alarms": []}
    client.update_deployment_group(
        **where, currentDeploymentGroupName=new, alarmConfiguration=silent
    )
    found = client.get_deployment_group(**where, deploymentGroupName=new)["deploymentGroupInfo"]
    assert found["alarmConfiguration"] == silent
    code, _ = refusal(client.get_deployment_group, **where, deploymentGroupName=old)
    assert code == "DeploymentGroupDoesNotExist"


def test_a_batch_gives_the_groups_that_are_there(client, apps, role):
    name = unique("g")
    client.create_deployment_group(
        applicationName=apps["Lambda"], deploymentGroupName=name, serviceRoleArn=role
    )
    found = client.batch_get_deployment_groups(
        applicationName=apps["Lambda"], deploymentGroupNames=[name, "nobody"]
    )
    assert [group["deploymentGroupName"] for group in found["deploymentGroupsInfo"]] == [name]
    assert found["errorMessage"]


def test_tags_are_put_taken_away_and_gone_with_their_resource(client):
    name = unique("app")
    client.create_application(applicationName=name, tags=[{"Key": "a", "Value": "1"}])
    arn = f"arn:aws:codedeploy:us-east-1:123456789012:application:{name}"
    client.tag_resource(ResourceArn=arn, Tags=[{"Key": "b", "Value": "2"}])
    client.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
    client.delete_application(applicationName=name)
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == []
    tag = [{"Key": "b", "Value": "2"}]
    assert refusal(client.tag_resource, ResourceArn=arn, Tags=tag)[0] == "ApplicationDoesNotExist"
    assert refusal(client.tag_resource, ResourceArn=arn)[0] == "TagRequired"
