"""A bucket policy's Deny under a condition does not deny everything.

moto 5.2.5 evaluates bucket policies without their Condition, so the usual "deny what does not come
over TLS" would refuse every request (moto/s3/models.py, FakeBucket.get_permission). Such statements
are left out: this cloud speaks plain HTTP on the loopback alone.
"""

import json

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket


def apply() -> None:
    def get_permission(bucket: FakeBucket, action: str, resource: str) -> PermissionResult:
        if bucket.policy is None:
            return PermissionResult.NEUTRAL
        policy = json.loads(bucket.policy.decode())
        statements = policy["Statement"]
        statements = statements if isinstance(statements, list) else [statements]
        policy["Statement"] = [s for s in statements if "Condition" not in s]
        return IAMPolicy(json.dumps(policy)).is_action_permitted(action, resource)

    FakeBucket.get_permission = get_permission
