"""What the proof makes in an account, and how it leaves nothing of it behind."""

import contextlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
CHAT = Path(__file__).parent / "chat.yaml"
PIECE = 1000
EXAMPLE_LOGS = "/aws/lambda/orders"


class NotEmpty(Exception):
    """Something of the proof's name is in the account already; it is left alone."""


@dataclass(frozen=True)
class Sandbox:
    """Stacks of one run in one account. `run` is in every name and in the tag of everything.
    `profile` is the session's, "" for none: sam has to act in the same account."""

    session: Any
    run: str
    log: Path
    profile: str = ""

    @property
    def stacks(self) -> tuple[str, str, str]:
        return f"orders-proof-{self.run}", f"pilotage-proof-{self.run}", f"chat-proof-{self.run}"

    @property
    def secret(self) -> str:
        return f"/pilotage-proof/{self.run}"

    def client(self, service: str) -> Any:
        return self.session.client(service)

    def see_that_it_is_free(self) -> None:
        """The example's names are its own: an account that has them is no sandbox for it."""
        lambdas, codedeploy = self.client("lambda"), self.client("codedeploy")
        try:
            lambdas.get_function(FunctionName="orders")
        except lambdas.exceptions.ResourceNotFoundException:
            pass
        else:
            raise NotEmpty("There is a function called orders in this account.")
        if "orders" in codedeploy.list_applications()["applications"]:
            raise NotEmpty("There is a CodeDeploy application called orders in this account.")
        if self._log_groups(EXAMPLE_LOGS, exactly=True):
            raise NotEmpty(f"There is a log group called {EXAMPLE_LOGS} in this account.")

    def deploy(self) -> dict[str, str]:
        """Pilotage, a chat for it, and the example target; gives Pilotage's outputs."""
        runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
        orders, pilotage, chat = self.stacks
        token = f"xoxb-{secrets.token_hex(16)}"
        self._sam_deploy(CHAT, chat, {"Token": token, "PythonRuntime": runtime})
        self.client("ssm").put_parameter(
            Name=self.secret,
            Value=token,
            Type="SecureString",
            Tags=[{"Key": "pilotage-proof", "Value": self.run}],
        )
        parameters = {
            "PythonRuntime": runtime,
            "SlackChannel": "C0PROOF0001",
            "SlackApiUrl": f"{self._outputs(chat)['Url']}api/",
            "SlackSecretParameter": self.secret,
        }
        self._build_and_deploy(ROOT / "template.yaml", pilotage, parameters)
        outputs = self._outputs(pilotage)
        target = {"PilotageTopic": outputs["Topic"], "PythonRuntime": runtime}
        self._build_and_deploy(ROOT / "examples/orders/template.yaml", orders, target)
        return outputs

    def told(self) -> list[dict[str, Any]]:
        """What the chat was told, oldest first."""
        try:
            function = self._outputs(self.stacks[2])["Function"]
            pages = self.client("logs").get_paginator("filter_log_events")
            found = pages.paginate(logGroupName=f"/aws/lambda/{function}", filterPattern="TOLD")
            lines = [event["message"] for page in found for event in page["events"]]
        except Exception as error:
            return [{"text": f"the chat's log could not be read: {error}"}]
        return [json.loads(line.partition("TOLD ")[2]) for line in lines if "TOLD {" in line]

    def clean_up(self, outputs: Mapping[str, str]) -> list[str]:
        """Remove everything of this run; gives what could not be removed, in words."""
        left = []
        try:
            planned = self._schedules()
        except Exception as error:
            planned = []
            left.append(f"schedules: {error}")
        for stack in self.stacks:
            try:
                self._sam("delete", "--stack-name", stack, "--no-prompts", "--region", self._region)
            except subprocess.CalledProcessError:
                left.append(f"stack {stack}")
        for what, remove in (
            ("the artifact bucket", lambda: self._empty_and_delete(outputs["ArtifactBucket"])),
            ("the table", lambda: self.client("dynamodb").delete_table(TableName=outputs["Table"])),
            ("the secret", lambda: self.client("ssm").delete_parameter(Name=self.secret)),
            ("log groups", self._delete_logs),
            ("schedules", lambda: self._delete_schedules(planned)),
        ):
            try:
                remove()
            except Exception as error:
                left.append(f"{what}: {error}")
        return left

    def _empty_and_delete(self, bucket: str) -> None:
        s3 = self.client("s3")
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            keys = [{"Key": v["Key"], "VersionId": v["VersionId"]} for v in found]
            for start in range(0, len(keys), PIECE):
                s3.delete_objects(Bucket=bucket, Delete={"Objects": keys[start : start + PIECE]})
        s3.delete_bucket(Bucket=bucket)

    def _delete_logs(self) -> None:
        names = self._log_groups(EXAMPLE_LOGS, exactly=True)
        for stack in self.stacks[1:]:
            names += self._log_groups(f"/aws/lambda/{stack}")
        for name in names:
            self.client("logs").delete_log_group(logGroupName=name)

    def _log_groups(self, prefix: str, *, exactly: bool = False) -> list[str]:
        """Names that begin so; an account has others beside the example's that do."""
        pages = self.client("logs").get_paginator("describe_log_groups")
        found = [
            group["logGroupName"]
            for page in pages.paginate(logGroupNamePrefix=prefix)
            for group in page["logGroups"]
        ]
        return [name for name in found if name == prefix or not exactly]

    def _schedules(self) -> list[str]:
        """What Pilotage has planned to tell again: no resources of its stack, and named by its id."""
        cloudformation = self.client("cloudformation")
        try:
            (stack,) = cloudformation.describe_stacks(StackName=self.stacks[1])["Stacks"]
        except cloudformation.exceptions.ClientError as error:
            if error.response["Error"]["Code"] == "ValidationError":  # never deployed
                return []
            raise
        prefix = f"pilotage-{stack['StackId'].split('/')[2].split('-')[0]}-"
        pages = self.client("scheduler").get_paginator("list_schedules")
        found = pages.paginate(NamePrefix=prefix)
        return [one["Name"] for page in found for one in page["Schedules"]]

    def _delete_schedules(self, names: list[str]) -> None:
        scheduler = self.client("scheduler")
        for name in names:
            # Its time may have come meanwhile.
            with contextlib.suppress(scheduler.exceptions.ResourceNotFoundException):
                scheduler.delete_schedule(Name=name)

    def _outputs(self, stack: str) -> dict[str, str]:
        (found,) = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
        return {out["OutputKey"]: out["OutputValue"] for out in found.get("Outputs", [])}

    def _build_and_deploy(self, template: Path, stack: str, parameters: Mapping[str, str]) -> None:
        built = ROOT / ".aws-sam" / stack
        overrides = ["--parameter-overrides", *(f"{k}={v}" for k, v in parameters.items())]
        self._sam("build", "-t", str(template), "-b", str(built), *overrides)
        self._sam_deploy(built / "template.yaml", stack, parameters)

    def _sam_deploy(self, template: Path, stack: str, parameters: Mapping[str, str]) -> None:
        overrides = ["--parameter-overrides", *(f"{k}={v}" for k, v in parameters.items())]
        tags = ["--tags", f"pilotage-proof={self.run}"]
        settings = ["--resolve-s3", "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset"]
        settings += ["--config-env", "none", "--no-progressbar", *tags, *overrides]
        self._sam("deploy", "-t", str(template), "--stack-name", stack, *settings)

    @property
    def _region(self) -> str:
        return str(self.session.region_name)

    def _sam(self, *arguments: str) -> None:
        """What it prints goes into the transcript's log. Raises CalledProcessError."""
        tools = Path(sys.executable).parent
        reaches_aws = arguments[0] != "build"
        # Keys in the environment would go before a profile that is only named there.
        as_whom = ["--profile", self.profile] if self.profile and reaches_aws else []
        environment = {
            **os.environ,
            "SAM_CLI_TELEMETRY": "0",
            "LAMBDA_PYTHON": sys.executable,
            "PATH": f"{tools}:{os.environ['PATH']}",
            "AWS_DEFAULT_REGION": self._region,
        }
        with self.log.open("a") as log:
            log.write(f"$ sam {' '.join(arguments[:1])}\n")
            log.flush()
            subprocess.run(
                [str(tools / "sam"), *arguments, *as_whom],
                cwd=ROOT,
                env=environment,
                check=True,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
