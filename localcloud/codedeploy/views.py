"""A deployment and its target as the API shows them.

https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_DeploymentInfo.html
"""

from localcloud.account import arn, name_of
from localcloud.codedeploy import choices
from localcloud.codedeploy.announcements import overview
from localcloud.codedeploy.model import Deployment, Group
from localcloud.codedeploy.moments import moment
from localcloud.codedeploy.revisions import without_content
from localcloud.wire import Params


def deployment_info(deployment: Deployment, group: Group | None) -> Params:
    """What GetDeployment answers: the deployment's own settings stand before its group's."""
    settings = {**(group.settings if group else {}), **deployment.settings}
    platform = deployment.configuration.platform
    return {
        "applicationName": deployment.application,
        "deploymentGroupName": deployment.group,
        "deploymentConfigName": deployment.configuration.name,
        "deploymentId": deployment.id,
        "previousRevision": without_content(deployment.previous_revision),
        "revision": without_content(deployment.revision),
        "status": deployment.status,
        "errorInformation": deployment.error,
        "createTime": moment(deployment.created_at),
        "startTime": moment(deployment.started_at),
        "completeTime": moment(deployment.completed_at),
        "deploymentOverview": overview(deployment),
        "description": deployment.description or None,
        "creator": deployment.creator,
        "ignoreApplicationStopFailures": False,
        "updateOutdatedInstancesOnly": False,
        "autoRollbackConfiguration": settings.get("autoRollbackConfiguration"),
        "rollbackInfo": deployment.rollback_info or None,
        "deploymentStyle": settings.get("deploymentStyle") or choices.DEFAULT_STYLES[platform],
        "instanceTerminationWaitTimeStarted": False,
        "fileExistsBehavior": deployment.settings.get("fileExistsBehavior") or "DISALLOW",
        "computePlatform": platform,
        "overrideAlarmConfiguration": deployment.settings.get("overrideAlarmConfiguration"),
    }


def target_id(deployment: Deployment) -> str:
    function = deployment.function
    return choices.LAMBDA_TARGET_ID_IS.format(
        function=function["functionName"], alias=function["functionAlias"]
    )


def lambda_target(deployment: Deployment) -> Params:
    function = deployment.function
    alias = f"function:{name_of(function['functionName'])}:{function['functionAlias']}"
    return {
        "deploymentTargetType": "LambdaTarget",
        "lambdaTarget": {
            "deploymentId": deployment.id,
            "targetId": target_id(deployment),
            "targetArn": arn("lambda", alias),
            "status": deployment.target_status,
            "lastUpdatedAt": moment(deployment.updated_at),
            "lambdaFunctionInfo": function,
            "lifecycleEvents": [
                {
                    "lifecycleEventName": event.name,
                    "status": event.status,
                    "startTime": moment(event.started_at),
                    "endTime": moment(event.ended_at),
                }
                for event in deployment.events
            ],
        },
    }
