"""A policy document may leave its Version out.

moto 5.2.5 refuses it (moto/iam/policy_validation.py), though IAM takes 2008-10-17 then, and SAM's
own translator writes such documents for destinations.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
"""

from moto.iam.policy_validation import BaseIAMPolicyValidator


def apply() -> None:
    def validate_version(validator: BaseIAMPolicyValidator) -> None:
        assert validator._policy_json.get("Version", "2012-10-17") == "2012-10-17"

    BaseIAMPolicyValidator._validate_version = validate_version
