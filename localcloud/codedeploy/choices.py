"""What AWS does not document and nobody has reported: what this engine does instead.

Each is a guess that a run on AWS may correct. They stand here and nowhere else.
"""

# The id of a Lambda deployment's one target. The documentation says "function name".
LAMBDA_TARGET_ID_IS = "{function}:{alias}"

# The configuration of an automatic rollback on Lambda (on ECS it was seen to be ECSAllAtOnce).
ROLLBACK_CONFIGURATION = "CodeDeployDefault.LambdaAllAtOnce"

# A rollback deployment's description.
ROLLBACK_DESCRIPTION = ""

# How StopDeployment is told in errorInformation and in its own answer.
STOP_CODE = "MANUAL_STOP"
STOP_MESSAGE = "The deployment was stopped at the request of a user."
STOP_STATUS_MESSAGE = "No further deployment commands will be scheduled for execution."

# A hook that stays silent for an hour: the message is documented, the code is not.
HOOK_TIMEOUT_CODE = "HOOK_EXECUTION_FAILURE"

# A lifecycle event for which the AppSpec names no hook.
STATUS_WITHOUT_HOOK = "Succeeded"

# The target's status after an alarm or a person stopped the deployment.
TARGET_STATUS_AFTER_ABORT = "Failed"

# The alias already weighted, or not at CurrentVersion; and a missing function, alias or version.
ALIAS_NOT_READY_CODE = "INVALID_LAMBDA_CONFIGURATION"
FUNCTION_MISSING_CODE = "INVALID_LAMBDA_FUNCTION"

# How often alarms are polled, in AWS's seconds. Reports: an alarm stopped a deployment within
# 16 to 29 seconds.
ALARM_POLL_SECONDS = 15

# An alarm that does not exist is unreadable: it stops the deployment unless the group ignores it.
ALARM_UNREADABLE_CODE = "ALARM_ACTIVE"
ALARM_UNREADABLE_MESSAGE = "The state of one or more alarms could not be read: {names}"

# After the last step of a linear shift the deployment goes on at once (no further interval), and
# the last step takes what is left where the percentage does not divide 100.
# Absent configuration of a Lambda group (the documented default is of another platform).
DEFAULT_LAMBDA_CONFIGURATION = "CodeDeployDefault.LambdaAllAtOnce"

# The text of the message that a new trigger sends.
TRIGGER_TEST_SUBJECT = "AWS CodeDeploy Notification Setup"
TRIGGER_TEST_MESSAGE = "AWS CodeDeploy notification setup for trigger {name} is complete."
