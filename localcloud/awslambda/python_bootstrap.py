"""Runs a Python function: AWS's own runtime client, whose init errors also find their way.

Started as a script: nothing of the local cloud is on its path.
"""

import sys
from typing import Any

from awslambdaric import bootstrap
from awslambdaric.lambda_config import LambdaConfigProvider
from awslambdaric.lambda_runtime_client import LambdaRuntimeClient


class Client(LambdaRuntimeClient):  # type: ignore[misc]
    """The client takes an address with a path for everything but init errors. Here every sandbox
    has a path of its own on one port."""

    def call_rapid(self, http_method: str, endpoint: str, *rest: Any) -> None:
        host, _, path = self.lambda_runtime_address.partition("/")
        LambdaRuntimeClient(host).call_rapid(http_method, f"/{path}{endpoint}", *rest)


if __name__ == "__main__":
    config = LambdaConfigProvider(sys.argv)
    bootstrap.run(config.handler, Client(config.api_address, config.use_thread_polling))
