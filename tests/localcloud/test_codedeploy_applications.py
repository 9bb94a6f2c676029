"""Applications: made, renamed, deleted, and asked for in batches.

https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateApplication.html
"""

from tests.builders import unique
from tests.localcloud.codedeploy_shop import refusal


def test_an_application_is_of_the_server_platform_unless_it_says_otherwise(client):
    name = unique("app")
    client.create_application(applicationName=name)
    found = client.get_application(applicationName=name)["application"]
    assert (found["computePlatform"], found["linkedToGitHub"]) == ("Server", False)


def test_an_application_that_exists_is_not_made_again(client, apps):
    code, _ = refusal(client.create_application, applicationName=apps["Lambda"])
    assert code == "ApplicationAlreadyExists"


def test_a_renamed_application_keeps_its_groups_and_their_tags(client, role):
    old, new = unique("old"), unique("new")
    client.create_application(applicationName=old, computePlatform="Lambda")
    client.create_deployment_group(
        applicationName=old,
        deploymentGroupName="g",
        serviceRoleArn=role,
        tags=[{"Key": "team", "Value": "a"}],
    )
    client.update_application(applicationName=old, newApplicationName=new)
    assert client.list_deployment_groups(applicationName=new)["deploymentGroups"] == ["g"]
    arn = f"arn:aws:codedeploy:us-east-1:123456789012:deploymentgroup:{new}/g"
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "a"}]
    assert refusal(client.get_application, applicationName=old)[0] == "ApplicationDoesNotExist"


def test_deleting_what_is_not_there_succeeds(client, apps):
    client.delete_application(applicationName="nobody")
    client.delete_deployment_group(applicationName=apps["ECS"], deploymentGroupName="nobody")


def test_a_batch_of_applications_must_all_be_there(client, apps):
    found = client.batch_get_applications(applicationNames=list(apps.values()))
    assert {a["computePlatform"] for a in found["applicationsInfo"]} == set(apps)
    names = [apps["ECS"], "nobody"]
    assert refusal(client.batch_get_applications, applicationNames=names)[0] == (
        "ApplicationDoesNotExist"
    )
