"""`make aws-proof`, with another local cloud in AWS's place: what it asks, tells and leaves behind."""

import json
import os
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from demo.proof.facts import differences

ROOT = Path(__file__).resolve().parents[2]


def test_differences_are_told_fact_by_fact():
    here = {"a story": {"outcome": "live", "deployment": {"status": "Succeeded"}}}
    assert differences(here, here) == []
    there = {"a story": {"outcome": "live", "deployment": {"status": "Stopped", "more": 1}}}
    assert differences(here, there) == [
        "a story: deployment more: local cloud 'nothing', AWS 1",
        "a story: deployment status: local cloud 'Succeeded', AWS 'Stopped'",
    ]


def proof(environment, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "demo.proof", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.mark.long
def test_the_proof_asks_plays_compares_and_leaves_nothing_behind(tmp_path):
    """In the account of the profile, though the environment holds keys of another's."""
    up = [sys.executable, "-m", "localcloud", "up", "--bare", "--port", "4866"]
    sandbox = subprocess.Popen(
        [*up, "--console-port", "4867"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        line = json.loads(sandbox.stdout.readline())
        keys = ("aws_access_key_id", "aws_secret_access_key")
        profile = tmp_path / "credentials"
        profile.write_text("[sandbox]\n" + "".join(f"{key} = {line[key]}\n" for key in keys))
        foreign(line)
        environment = {
            **os.environ,
            **{key.upper(): "ANOTHERACCOUNTS" for key in keys},
            "AWS_SHARED_CREDENTIALS_FILE": str(profile),
            "AWS_ENDPOINT_URL": line["endpoint"],
            "AWS_DEFAULT_REGION": line["region"],
        }
        refused = proof(environment, "--profile", "sandbox")
        assert "Nothing was done." in refused.stdout
        assert refused.returncode == 2
        done = proof(environment, "--profile", "sandbox", "--account", "123456789012")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "All stories came out as told" in done.stdout
        folder = Path(done.stdout.rsplit("The transcript is in ", 1)[1].strip().rstrip("."))
        differs = (folder / "differences.txt").read_text().splitlines()
        # On a busy machine who looks at the alias may miss a value that it had for a moment.
        assert [line for line in differs if ": alias:" not in line] == []
        told = json.loads((folder / "chat.json").read_text())
        assert any("rolled back" in message["text"] for message in told)
        assert nothing_is_left(line)
    finally:
        sandbox.terminate()
        sandbox.wait(30)


FOREIGN = "/aws/lambda/orders-of-someone-else"


def clients(line):
    session = boto3.session.Session(
        line["aws_access_key_id"], line["aws_secret_access_key"], region_name=line["region"]
    )
    return lambda service: session.client(service, endpoint_url=line["endpoint"])


def foreign(line):
    """What is not the proof's, though it is called nearly so."""
    clients(line)("logs").create_log_group(logGroupName=FOREIGN)


def nothing_is_left(line):
    client = clients(line)
    logs = [g["logGroupName"] for g in client("logs").describe_log_groups()["logGroups"]]
    assert [name for name in logs if "orders" in name or "proof" in name] == [FOREIGN]
    buckets = [b["Name"] for b in client("s3").list_buckets()["Buckets"]]
    left = {
        "functions": client("lambda").list_functions()["Functions"],
        "applications": client("codedeploy").list_applications()["applications"],
        "tables": client("dynamodb").list_tables()["TableNames"],
        # sam's own bucket for code is everybody's, and stays.
        "buckets": [b for b in buckets if not b.startswith("aws-sam-cli-managed")],
        "alarms": client("cloudwatch").describe_alarms()["MetricAlarms"],
        "schedules": client("scheduler").list_schedules()["Schedules"],
        "parameters": client("ssm").describe_parameters()["Parameters"],
    }
    assert {name: found for name, found in left.items() if found} == {}
    return True
