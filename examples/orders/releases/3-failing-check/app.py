"""The orders service, with a price table that was left at home."""

import json

PRICES = {"1": 1250, "2": 4990, "3": 780, "4": 2100}


def lambda_handler(event, context):
    order = event["path"].rsplit("/", 1)[-1]
    try:
        total = TAXED_PRICES[order]  # noqa: F821  the fault that the check finds
    except NameError as error:
        return {"statusCode": 500, "body": f"{type(error).__name__}: {error}"}
    return {"statusCode": 200, "body": json.dumps({"order": order, "total": total})}
