"""What AWS does not document and nobody has reported: what this engine does instead.

Each is a guess that a run on AWS may correct. They stand here and nowhere else.
"""

from typing import Any

# --- Requests -------------------------------------------------------------------------------------

# How many names stand in one page of a list. The API reference names no number.
PAGE_SIZE = 100

# The answer to a batch of which something is unknown, where no error is modelled for that:
# https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_BatchGetDeploymentGroups.html
NOT_ALL_FOUND = "Not everything that was asked for exists."
# BatchGetApplications models ApplicationDoesNotExistException, so an unknown name raises it.

# A wrong value in a member for which the operation models no error: ValidationException; JSON of a
# wrong type: SerializationException. Both are what AWS's JSON services answer in general.

# The alarms of a group: the quotas page says 50, the API's model and its error's text say 10.
# https://docs.aws.amazon.com/general/latest/gr/codedeploy.html
MAX_ALARMS = 50
# Custom configurations: 50 on the quotas page of today, 200 on an older one.
MAX_CONFIGURATIONS = 50
# https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html names no number for these.
MAX_INSTANCE_TAGS = 10
MAX_INSTANCES_IN_A_CALL = 100
# Several tag filters of ListOnPremisesInstances find what any of them finds, as in a group. The
# name of a deregistered instance can be registered again, and a name is one like an application's.
# https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_ListOnPremisesInstances.html

# InvalidRole and InvalidECSService, which CreateDeployment models too, are told when the group is
# made, InvalidTrafficRoutingConfiguration when the configuration is.

# A configuration of another platform than the application's.
OTHER_PLATFORM_ERROR = "InvalidDeploymentConfigNameException"
# On-premises instances in a blue/green group; also targetInstances and RESTART out of place.
ON_PREMISES_BLUE_GREEN_ERROR = "InvalidInputException"
RESTART_ERROR = "InvalidInputException"
# Faults of CreateDeployment are told in this order: names, application, group, configuration,
# revision, all else. Its caller must be allowed RegisterApplicationRevision; that
# GetApplicationRevision does for a revision that is known already is not imitated.
# https://docs.aws.amazon.com/codedeploy/latest/userguide/auth-and-access-control-permissions-reference.html
# A deployment to a platform that is not deployed to here; AWS deploys.
NOT_YET_ERROR = "InvalidComputePlatformException"

# What a group has that was made without. The documented default configuration, OneAtATime, is of
# the Server platform. Other styles than these are refused on Lambda and ECS.
# https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeploymentGroup.html
DEFAULT_CONFIGURATIONS = {
    "Server": "CodeDeployDefault.OneAtATime",
    "Lambda": "CodeDeployDefault.LambdaAllAtOnce",
    "ECS": "CodeDeployDefault.ECSAllAtOnce",
}
_SHIFTED: dict[str, Any] = {
    "deploymentType": "BLUE_GREEN",
    "deploymentOption": "WITH_TRAFFIC_CONTROL",
}
DEFAULT_STYLES: dict[str, dict[str, Any]] = {
    "Server": {"deploymentType": "IN_PLACE", "deploymentOption": "WITHOUT_TRAFFIC_CONTROL"},
    "Lambda": _SHIFTED,
    "ECS": _SHIFTED,
}

# A deployment without a revision is refused with RevisionRequiredException, also where the group
# has a target revision. Refused at once, with InvalidRevisionException: a sha256 that is not the
# content's, a kind that the platform does not take, a kind whose member is missing. An AppSpec of
# which only the sha256 is given is one that was registered before.

# Deleting an application or a group leaves its deployments to be read by their ids. One that has
# begun goes on with the settings it began with; one that has not fails with APPLICATION_MISSING or
# DEPLOYMENT_GROUP_MISSING, whose texts are ours.
APPLICATION_MISSING_MESSAGE = "The application {name} does not exist any more."
GROUP_MISSING_MESSAGE = "The deployment group {name} does not exist any more."
# Renaming an application or a group renames it in its deployments as well.

# --- Deployments ----------------------------------------------------------------------------------

# The id of a Lambda deployment's one target. The documentation says "function name".
# https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_LambdaTarget.html
LAMBDA_TARGET_ID_IS = "{function}:{alias}"
# Its ARN is the alias's. A deployment whose AppSpec cannot be read has no target.

# The configuration of an automatic rollback on Lambda (on ECS it was seen to be ECSAllAtOnce).
ROLLBACK_CONFIGURATION = "CodeDeployDefault.LambdaAllAtOnce"

# A rollback deployment's description.
ROLLBACK_DESCRIPTION = ""

# A rollback calls no hooks and watches no alarms; of its hooks one report says so. It needs no
# earlier success: it goes back to the aborted deployment's own CurrentVersion. A deployment that
# its AppSpec or its alias did not let begin is not rolled back: there is nothing to go back from,
# and a rollback would clear weights that somebody else has set.

# A rollback that fails is not rolled back, and its group is busy until it is over. Where nothing is
# rolled back the alias stays as the abort found it, which AWS documents of a stop alone:
# https://docs.aws.amazon.com/codedeploy/latest/userguide/troubleshooting-deployments-lambda.html

# How StopDeployment is told in errorInformation and in its own answer, which is always Pending.
# Without autoRollbackEnabled the setting DEPLOYMENT_STOP_ON_REQUEST decides; false overrules it.
# https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_StopDeployment.html
STOP_CODE = "MANUAL_STOP"
STOP_MESSAGE = "The deployment was stopped at the request of a user."
STOP_STATUS_MESSAGE = "No further deployment commands will be scheduled for execution."
# A stop comes before whatever else would have ended the deployment in the same moment.

# A hook that stays silent for an hour: the message is documented, the code is not.
# https://docs.aws.amazon.com/codedeploy/latest/userguide/troubleshooting-deployments-lambda.html
HOOK_TIMEOUT_CODE = "HOOK_EXECUTION_FAILURE"
# A hook that Lambda throttles is called again a few times, as AWS's clients do; then it is one that
# cannot be called: IAM_ROLE_PERMISSIONS, as when it does not exist.

# A lifecycle event for which the AppSpec names no hook.
STATUS_WITHOUT_HOOK = "Succeeded"

# The target's status after an alarm or a person stopped the deployment.
TARGET_STATUS_AFTER_ABORT = "Failed"
# Where an alarm was red before the first event, that event is the failed one. Where the AppSpec
# or the alias was wrong, all three events are Skipped.

# The alias already weighted, or not at CurrentVersion; and a missing function, alias or version.
ALIAS_NOT_READY_CODE = "INVALID_LAMBDA_CONFIGURATION"
FUNCTION_MISSING_CODE = "INVALID_LAMBDA_FUNCTION"

# An AppSpec in S3 that is not there, or whose ETag is another. The archive's is appspec.yaml or
# appspec.yml at its root.
# https://docs.aws.amazon.com/codedeploy/latest/userguide/application-revisions-appspec-file.html
REVISION_MISSING_CODE = "REVISION_MISSING"
REVISION_CHANGED_CODE = "INVALID_REVISION"

# How often alarms are polled, in AWS's seconds. Reports: an alarm stopped a deployment within
# 16 to 29 seconds. Only ALARM counts; INSUFFICIENT_DATA does not. They are watched from before the
# first event until the deployment ends, waits for hooks included, and no longer.
ALARM_POLL_SECONDS = 15

# An alarm that does not exist is unreadable: it stops the deployment unless the group ignores it,
# as an alarm would, so that DEPLOYMENT_STOP_ON_ALARM is the rollback event.
ALARM_UNREADABLE_CODE = "ALARM_ACTIVE"
ALARM_UNREADABLE_MESSAGE = "The state of one or more alarms could not be read: {names}"

# All at once is one update of the alias: the version, and no weights in between.
# After the last step of a linear shift the deployment goes on at once (no further interval), and
# the last step takes what is left where the percentage does not divide 100. Queued and Baking are
# not used, and CodeDeploy does not wait for provisioned concurrency.

# --- Messages -------------------------------------------------------------------------------------

# The text of the message that a new trigger sends.
TRIGGER_TEST_SUBJECT = "AWS CodeDeploy Notification Setup"
TRIGGER_TEST_MESSAGE = "AWS CodeDeploy notification setup for trigger {name} is complete."
# A subject longer than SNS takes is cut off at 100 characters. A stop is STOPPED in SNS. Instance
# messages, and an EventBridge event for Queued, are not sent. A message that cannot be sent fails
# no deployment. On EventBridge a rollback looks like any other deployment.
MAX_SUBJECT = 100
