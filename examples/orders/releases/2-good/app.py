"""The orders service, with a currency."""

import json

PRICES = {"1": 1250, "2": 4990, "3": 780, "4": 2100}


def lambda_handler(event, context):
    order = event["path"].rsplit("/", 1)[-1]
    body = {"order": order, "total": PRICES[order], "currency": "EUR"}
    return {"statusCode": 200, "body": json.dumps(body)}
