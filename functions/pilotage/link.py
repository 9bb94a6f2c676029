"""Links of a notice: AWS's console, the build, and what changed.

A URL that someone claims is data: only plain https is taken, and nothing that could end it early.
"""

import re
from typing import NamedTuple
from urllib.parse import quote

from pilotage.release import Release

_SAFE = re.compile(
    r"https://[A-Za-z0-9][A-Za-z0-9.-]*(?::\d{1,5})?(?:/[A-Za-z0-9._~:/?#@!$&()*+,;=%-]*)?"
)
_REPOSITORY = re.compile(r"https://(?P<host>[A-Za-z0-9.-]+)/[\w.~-]+(?:/[\w.~-]+)+?")
_COMMIT = re.compile(r"[0-9a-fA-F]{7,64}")
MAX_URL = 500
# Where the console of a partition is.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
_CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}


class Link(NamedTuple):
    """`url` is safe in a Slack link as it is."""

    label: str
    url: str


def of_release(release: Release) -> tuple[Link, ...]:
    """What changed, the build that uploaded it, the execution and the deployment."""
    found = [
        what_changed(release),
        _link("build", release.facts.get("run", "")),
        *_in_console(release),
    ]
    return tuple(link for link in found if link)


def what_changed(release: Release) -> Link | None:
    """The comparison with the release that is live; the page that the manifest names when it names
    no repository, or when a commit is not known."""
    url = release.facts.get("url", "").removesuffix("/").removesuffix(".git")
    new, old = release.facts.get("commit", ""), release.replaces.commit if release.replaces else ""
    found = _REPOSITORY.fullmatch(url)
    if not found or not _COMMIT.fullmatch(new) or not _COMMIT.fullmatch(old):
        return _link("about this release", release.facts.get("url", ""))
    return _link("what changed", url + _comparison(found["host"], old, new))


def _comparison(host: str, old: str, new: str) -> str:
    """GitHub's form, which Gitea and Forgejo share; GitLab and Bitbucket have their own.
    https://docs.github.com/en/pull-requests/committing-changes-to-your-project/viewing-and-comparing-commits/comparing-commits
    """
    if "bitbucket" in host:
        return f"/branches/compare/{new}..{old}"
    return f"/{'-/' if 'gitlab' in host else ''}compare/{old}...{new}"


def _link(label: str, url: str) -> Link | None:
    return Link(label, url) if len(url) <= MAX_URL and _SAFE.fullmatch(url) else None


def _in_console(release: Release) -> list[Link | None]:
    parts = release.execution.split(":")
    if len(parts) < 6 or parts[1] not in _CONSOLES:
        return []
    region, home = parts[3], f"https://{parts[3]}.{_CONSOLES[parts[1]]}"
    where = f"{home}/states/home?region={region}#/v2/executions/details/"
    links = [_link("execution", where + quote(release.execution, safe=":-_"))]
    if release.deployment and release.deployment.id:
        path = f"/codesuite/codedeploy/deployments/{quote(release.deployment.id)}?region={region}"
        links.append(_link("deployment", home + path))
    return links
