"""Deploy SAM applications into the cloud with the real `sam`, as their own samconfig says."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from localcloud import clients
from localcloud.slack import CHANNEL, TOKEN

ROOT = Path(__file__).resolve().parent.parent
BUILDS = ROOT / ".aws-sam"
SLACK_SECRET = "/pilotage/slack"


class InstallFailed(Exception):
    """`sam` failed; the text is what it printed."""


def runtime() -> str:
    """The runtime that matches the interpreter at hand, so that a build needs no other."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def install_pilotage(endpoint: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Build and deploy template.yaml; gives its outputs. The Slack secret is put first, as the
    README tells its reader to."""
    clients.client("ssm").put_parameter(
        Name=SLACK_SECRET, Value=TOKEN, Type="SecureString", Overwrite=True
    )
    parameters = {
        "PythonRuntime": runtime(),
        "SlackChannel": CHANNEL,
        "SlackApiUrl": f"{endpoint}/slack/api/",
        "SlackSecretParameter": SLACK_SECRET,
    }
    return install(ROOT / "template.yaml", "pilotage", parameters, environment)


def install_orders(topic: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The example target."""
    parameters = {"PilotageTopic": topic, "PythonRuntime": runtime()}
    template = ROOT / "examples" / "orders" / "template.yaml"
    return install(template, "orders", parameters, environment)


def install(
    template: Path, stack: str, parameters: Mapping[str, str], environment: Mapping[str, str]
) -> dict[str, str]:
    """`sam build` and `sam deploy`; a second build of the same sources comes from the cache."""
    built = BUILDS / stack
    overrides = [f"{name}={value}" for name, value in parameters.items()]
    config = ["--config-file", str(ROOT / "samconfig.toml"), "--config-env", "local"]
    _sam(
        [
            "build",
            "-t",
            str(template),
            "-b",
            str(built),
            "--cache-dir",
            str(BUILDS / "cache"),
            *config,
            "--cached",
            "--parameter-overrides",
            *overrides,
        ],
        environment,
    )
    _sam(
        [
            "deploy",
            "-t",
            str(built / "template.yaml"),
            "--stack-name",
            stack,
            *config,
            "--resolve-s3",
            "--parameter-overrides",
            *overrides,
        ],
        environment,
    )
    return outputs(stack)


def outputs(stack: str) -> dict[str, str]:
    """The stack's outputs. Raises InstallFailed when it is not there whole."""
    found = clients.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    if found["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise InstallFailed(
            f"stack {stack}: {found['StackStatus']} {found.get('StackStatusReason')}"
        )
    return {out["OutputKey"]: out["OutputValue"] for out in found.get("Outputs", [])}


def _sam(arguments: list[str], environment: Mapping[str, str]) -> None:
    sam = Path(sys.executable).parent / "sam"
    done = subprocess.run(
        [str(sam), *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            **environment,
            "SAM_CLI_TELEMETRY": "0",
            "PATH": f"{sam.parent}:{os.environ['PATH']}",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise InstallFailed(f"sam {' '.join(arguments[:1])} failed:\n{done.stdout[-6000:]}")
