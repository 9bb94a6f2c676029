"""`python -m review`, in .venv-checks: checkov on the template and parliament on its IAM policies.

Prints what neither followed nor explained in exceptions.yaml, and ends with 1 if there is anything.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from review.policies import documents

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template.yaml"
EXCEPTIONS = ROOT / "review" / "exceptions.yaml"


@dataclass(frozen=True)
class Finding:
    """`what` is the rule, `says` the rest."""

    linter: str
    what: str
    where: str
    says: str

    def __str__(self) -> str:
        return f"{self.linter}: {self.where}: {self.what} {self.says}"


def from_checkov() -> Iterator[Finding]:
    checkov = Path(sys.executable).parent / "checkov"
    done = subprocess.run(
        [
            str(checkov),
            "-f",
            str(TEMPLATE),
            "--framework",
            "cloudformation",
            "-o",
            "json",
            "--quiet",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    found = json.loads(done.stdout)
    for failed in found["results"]["failed_checks"]:
        where = failed["resource"].rpartition(".")[2]
        yield Finding("checkov", failed["check_id"], where, failed["check_name"])


def from_parliament() -> Iterator[Finding]:
    import parliament

    for resource, document in documents(TEMPLATE):
        if any("Principal" in statement for statement in document["Statement"]):
            continue  # a resource's policy, or whom a role trusts: parliament reads identities' alone
        for found in parliament.analyze_policy_string(json.dumps(document)).findings:
            yield Finding("iam", found.issue, resource, str(found.detail))


def explained(finding: Finding, exceptions: dict[str, Any]) -> tuple[str, ...]:
    """Which exception explains a finding; () for none."""
    if finding.linter == "checkov":
        return ("checkov", finding.what) if finding.what in exceptions["checkov"] else ()
    for known in exceptions["iam"]:
        place = re.fullmatch(known.get("where", ".*"), finding.where)
        if place and known["issue"] == finding.what and known["says"] in finding.says:
            return ("iam", known["issue"], known["says"])
    return ()


def names(exceptions: dict[str, Any]) -> set[tuple[str, ...]]:
    iam = {("iam", known["issue"], known["says"]) for known in exceptions["iam"]}
    return iam | {("checkov", check) for check in exceptions["checkov"]}


def main() -> int:
    exceptions = yaml.safe_load(EXCEPTIONS.read_text())
    findings = [*from_checkov(), *from_parliament()]
    reasons = {finding: explained(finding, exceptions) for finding in findings}
    open_ones = [str(finding) for finding, reason in reasons.items() if not reason]
    stale = [
        f"exceptions.yaml: nothing needs {' '.join(n)}"
        for n in names(exceptions) - set(reasons.values())
    ]
    print("\n".join([*open_ones, *sorted(stale)]) or f"{len(findings)} findings, each explained")
    return int(bool(open_ones or stale))


if __name__ == "__main__":
    sys.exit(main())
