"""The table: releases.

Conditional writes make each thing happen once. Sections of a release are JSON text, so that a
step writes only its own.
"""

import json
from collections.abc import Sequence
from typing import Any

from pilotage.errors import ReleaseAlreadyKnown
from pilotage.gateways.aws import client
from pilotage.gateways.table import Item, as_json, item_at, key, wrote
from pilotage.hold import Hold
from pilotage.records import build
from pilotage.release import Release

OPEN_INDEX = "open"
BATCH = 100


class ReleaseTable:
    def __init__(self, name: str) -> None:
        self._name = name

    def claim(self, release: Release) -> Release:
        """The release as it is in the table now: a step that is tried again finds its own claim.
        Raises ReleaseAlreadyKnown when another execution has it, or when it is over."""
        if wrote(
            "put_item",
            TableName=self._name,
            Item={**_key(release.id), **_sections(release), "open": {"S": "yes"}},
            ConditionExpression="attribute_not_exists(pk)",
        ):
            return release
        known = self.load(release.id)
        if known is None or known.execution != release.execution or known.outcome:
            raise ReleaseAlreadyKnown(release.id)
        return known

    def load(self, release_id: str) -> Release | None:
        item = item_at(self._name, _key(release_id))
        return _release(item) if item else None

    def deployed_by(self, deployment_id: str, release_id: str) -> None:
        """Remember whose the deployment is, so that whoever hears of it need not ask CodeDeploy."""
        client("dynamodb").update_item(
            TableName=self._name,
            Key=_deployment_key(deployment_id),
            UpdateExpression="SET release_id = :release",
            ExpressionAttributeValues={":release": {"S": release_id}},
        )

    def release_of(self, deployment_id: str) -> Release | None:
        """The release whose own deployment it is. None also while that is not written yet, and
        for a rollback: then CodeDeploy must be asked."""
        item = item_at(self._name, _deployment_key(deployment_id))
        return self.load(item["release_id"]["S"]) if item else None

    def unknown(self, release_ids: Sequence[str]) -> list[str]:
        """Those of the ids that the table has no release of."""
        known: set[str] = set()
        for start in range(0, len(release_ids), BATCH):
            keys = [_key(release_id) for release_id in release_ids[start : start + BATCH]]
            request = {"Keys": keys, "ProjectionExpression": "pk", "ConsistentRead": True}
            while request["Keys"]:
                found = client("dynamodb").batch_get_item(RequestItems={self._name: request})
                known |= {item["pk"]["S"] for item in found["Responses"].get(self._name, [])}
                request["Keys"] = (
                    found.get("UnprocessedKeys", {}).get(self._name, {}).get("Keys", [])
                )
        return [i for i in release_ids if _key(i)["pk"]["S"] not in known]

    def save(self, release: Release, *sections: str) -> None:
        """Write these sections of the release and leave the others as they are."""
        params = self._writing(release, sections, "attribute_exists(pk)", {})
        client("dynamodb").update_item(**params)

    def save_attempt(self, release: Release, *sections: str) -> bool:
        """Write by which try the release waits, and these sections. False when a later try waits
        already: then nobody listens to this one any more."""
        sections = (*sections, "token", "attempt")
        condition = (
            "attribute_exists(pk) AND (attribute_not_exists(attempt) OR attempt <= :attempt)"
        )
        return wrote("update_item", **self._writing(release, sections, condition, {}))

    def step_on(self, release: Release, before: str) -> bool:
        """Write the release's step, when it is still in the one before. False when it is not."""
        return self._wrote_open(release, ("step", "times"), in_step=before)

    def save_hold(self, release: Release) -> bool:
        """Write what the release waits for. False when it does not wait any more."""
        return self._wrote_open(release, ("hold",), in_step="waiting")

    def change_hold(self, release: Release, hold: Hold) -> bool:
        """Write that something else holds the release up by now. False when it went on meanwhile."""
        held = release._replace(hold=hold)
        condition, given = "outcome = :none AND #hold = :was", {":none": as_json(None)}
        given[":was"] = as_json(release.hold)
        return wrote("update_item", **self._writing(held, ("hold",), condition, given))

    def save_open(self, release: Release, *sections: str) -> bool:
        """As `save`. False when the release has an outcome: then nothing of it may begin."""
        return self._wrote_open(release, sections)

    def close(self, release: Release) -> bool:
        """Record the outcome, once. False when an outcome was recorded before."""
        return self._wrote_open(release, ("outcome", "step"))

    def shut(self, release_id: str) -> None:
        """Nothing is left to do for this release."""
        client("dynamodb").update_item(
            TableName=self._name,
            Key=_key(release_id),
            UpdateExpression="REMOVE #open",
            ExpressionAttributeNames={"#open": "open"},
        )

    def open_releases(self) -> list[Release]:
        """Every release for which something is left to do, oldest claim first, as it is now: the
        index lags behind the table."""
        pages = (
            client("dynamodb")
            .get_paginator("query")
            .paginate(
                TableName=self._name,
                IndexName=OPEN_INDEX,
                KeyConditionExpression="#open = :yes",
                ExpressionAttributeNames={"#open": "open"},
                ExpressionAttributeValues={":yes": {"S": "yes"}},
            )
        )
        found = (
            item_at(self._name, {"pk": item["pk"], "sk": item["sk"]})
            for page in pages
            for item in page["Items"]
        )
        return [_release(item) for item in found if item and "open" in item]

    def _wrote_open(self, release: Release, sections: Sequence[str], in_step: str = "") -> bool:
        """Write to a release that has no outcome yet, and is in this step. False when it is not."""
        condition, given = "outcome = :none", {":none": as_json(None)}
        if in_step:
            condition, given = f"{condition} AND step = :in", {**given, ":in": as_json(in_step)}
        return wrote("update_item", **self._writing(release, sections, condition, given))

    def _writing(
        self, release: Release, sections: Sequence[str], condition: str, given: Item
    ) -> dict[str, Any]:
        values = {f":{name}": as_json(getattr(release, name)) for name in sections}
        return {
            "TableName": self._name,
            "Key": _key(release.id),
            "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in sections),
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {f"#{name}": name for name in sections},
            "ExpressionAttributeValues": {**values, **given},
        }


def _key(release_id: str) -> Item:
    return key(f"release#{release_id}", "release")


def _deployment_key(deployment_id: str) -> Item:
    return key(f"deployment#{deployment_id}", "deployment")


def _sections(release: Release) -> Item:
    return {name: as_json(value) for name, value in release._asdict().items()}


def _release(item: Item) -> Release:
    sections = (name for name in Release._fields if name in item)
    return build(Release, {name: json.loads(item[name]["S"]) for name in sections})
