"""What the function holds before its first release."""


def lambda_handler(event, context):
    return {"statusCode": 503, "body": "not released yet"}
