"""A small cloud on your desk: AWS's wire protocol on one port of this machine.

moto keeps the resources of S3, DynamoDB, SNS, SQS, IAM, STS, SSM, Logs, CloudWatch, EventBridge
and Step Functions. This package adds what moto has not: functions that run, a CodeDeploy that
deploys, stacks that fail loudly, alarms that evaluate, events that arrive. It imports nothing
from the application it runs, so the application cannot be favoured.
"""
