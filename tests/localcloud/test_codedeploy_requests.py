"""CodeDeploy's control plane: what is there from the start, and what is refused."""

import pytest
from botocore.exceptions import ClientError


def test_the_seventeen_predefined_configurations_are_there(aws):
    names = aws.codedeploy.list_deployment_configs()["deploymentConfigsList"]
    predefined = [name for name in names if name.startswith("CodeDeployDefault.")]
    assert len(predefined) == 17
    assert "CodeDeployDefault.LambdaLinear10PercentEvery1Minute" in predefined
    assert "CodeDeployDefault.ECSLinear10PercentEvery1Minutes" in predefined


@pytest.mark.parametrize(
    ("operation", "params", "code"),
    [
        ("create_application", {"applicationName": "a b"}, "InvalidApplicationNameException"),
        (
            "create_application",
            {"applicationName": "x", "computePlatform": "Cloud"},
            "InvalidComputePlatformException",
        ),
        ("get_application", {"applicationName": "nobody"}, "ApplicationDoesNotExistException"),
        ("get_deployment", {"deploymentId": "d-000000000"}, "DeploymentDoesNotExistException"),
        (
            "get_deployment_config",
            {"deploymentConfigName": "no"},
            "DeploymentConfigDoesNotExistException",
        ),
        (
            "create_deployment_config",
            {"deploymentConfigName": "CodeDeployDefault.Mine"},
            "InvalidDeploymentConfigNameException",
        ),
        (
            "create_deployment_config",
            {
                "deploymentConfigName": "x",
                "computePlatform": "Lambda",
                "trafficRoutingConfig": {
                    "type": "TimeBasedCanary",
                    "timeBasedCanary": {"canaryPercentage": 100, "canaryInterval": 5},
                },
            },
            "InvalidTrafficRoutingConfigurationException",
        ),
        (
            "create_deployment",
            {"applicationName": "nobody", "deploymentGroupName": "g"},
            "ApplicationDoesNotExistException",
        ),
    ],
)
def test_bad_requests_are_refused_as_on_aws(aws, operation, params, code):
    with pytest.raises(ClientError) as error:
        getattr(aws.codedeploy, operation)(**params)
    assert error.value.response["Error"]["Code"] == code
