"""The alias that a deployment moves, through Lambda's own API and with the group's service role.

https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
"""

from typing import Any

from botocore.exceptions import ClientError

from localcloud import clients
from localcloud.codedeploy.appspec import InvalidAppSpec, LambdaAppSpec
from localcloud.codedeploy.causes import Aborted, lambda_refused


class MovedAlias:
    def __init__(self, spec: LambdaAppSpec, role: str) -> None:
        self._spec = spec
        self._role = role

    def check(self, gradual: bool) -> None:
        """Raises where the alias is not ready for the shift. Nothing was touched then."""
        spec = self._spec
        alias = self._get()
        version = alias["FunctionVersion"]
        if (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights"):
            # https://docs.aws.amazon.com/codedeploy/latest/userguide/troubleshooting-deployments-lambda.html
            raise InvalidAppSpec("The alias already sends traffic to two versions.")
        if version != spec.current:
            text = f"The alias points to version {version}, not to CurrentVersion {spec.current}."
            raise InvalidAppSpec(text)
        if spec.current == spec.target and gradual:
            raise InvalidAppSpec("CurrentVersion and TargetVersion are the same.")

    def move(self, percent: float) -> None:
        """Weights below 100 percent; at 100 the version flips and the weights go, in one update."""
        spec, done = self._spec, percent >= 100
        try:
            self._lambda().update_alias(
                FunctionName=spec.function,
                Name=spec.alias,
                FunctionVersion=spec.target if done else spec.current,
                RoutingConfig={
                    "AdditionalVersionWeights": {} if done else {spec.target: percent / 100}
                },
            )
        except ClientError as error:
            raise Aborted(lambda_refused(error, self._role)) from error

    def _get(self) -> dict[str, Any]:
        spec = self._spec
        try:
            found = self._lambda().get_alias(FunctionName=spec.function, Name=spec.alias)
        except ClientError as error:
            raise Aborted(lambda_refused(error, self._role)) from error
        return dict(found)

    def _lambda(self) -> Any:
        return clients.client("lambda", self._role)
