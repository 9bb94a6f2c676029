"""Deploy SAM applications into the cloud with the real `sam`, as their own samconfig says."""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from localcloud import clients
from localcloud.slack import CHANNEL, OPERATOR_GROUP, SIGNING_SECRET, TOKEN

ROOT = Path(__file__).resolve().parent.parent
BUILDS = ROOT / ".aws-sam"
CONFIG = ["--config-file", str(ROOT / "samconfig.toml"), "--config-env", "local"]
SLACK_SECRET, SLACK_SIGNING_SECRET = "/pilotage/slack", "/pilotage/slack-signing-secret"


class InstallFailed(Exception):
    """`sam` failed; the text is what it printed."""


def runtime() -> str:
    """The runtime that matches the interpreter at hand, so that a build needs no other."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def install_pilotage(endpoint: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Build and deploy template.yaml; gives its outputs. Slack's secrets are put first, as the
    README tells its reader to."""
    for name, value in ((SLACK_SECRET, TOKEN), (SLACK_SIGNING_SECRET, SIGNING_SECRET)):
        clients.client("ssm").put_parameter(
            Name=name, Value=value, Type="SecureString", Overwrite=True
        )
    parameters = {
        "PythonRuntime": runtime(),
        "SlackChannel": CHANNEL,
        "SlackApiUrl": f"{endpoint}/slack/api/",
        "SlackSecretParameter": SLACK_SECRET,
        "SlackSigningSecretParameter": SLACK_SIGNING_SECRET,
        "SlackOperators": OPERATOR_GROUP,
        "LostAfterSeconds": "5",
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
    """Build what changed since the last build, deploy, and give the outputs."""
    overrides = ["--parameter-overrides", *(f"{k}={v}" for k, v in parameters.items())]
    built = BUILDS / stack
    _build(template, built, overrides, environment)
    _sam(
        ["deploy", "-t", str(built / "template.yaml"), "--stack-name", stack, *CONFIG, *overrides],
        environment,
    )
    return outputs(stack)


def _build(
    template: Path, built: Path, overrides: list[str], environment: Mapping[str, str]
) -> None:
    """`sam build`, unless nothing it reads has changed: a second start reuses the build. One
    process builds at a time."""
    BUILDS.mkdir(exist_ok=True)
    stamp = BUILDS / f"{built.name}.stamp"
    with (BUILDS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        digest = _digest_of_sources(template)
        if stamp.exists() and stamp.read_text() == digest and (built / "template.yaml").exists():
            return
        _sam(["build", "-t", str(template), "-b", str(built), *CONFIG, *overrides], environment)
        stamp.write_text(digest)


def _digest_of_sources(template: Path) -> str:
    """A hash of the template, of everything below its folder that a build reads, and the runtime."""
    folders = [template.parent / name for name in ("functions", "placeholder", "statemachine")]
    files = [template, *(p for folder in folders for p in sorted(folder.rglob("*")))]
    digest = hashlib.sha256(runtime().encode())
    for path in files:
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(str(path).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


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
            "LAMBDA_PYTHON": sys.executable,
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
