"""Stop a release, wherever it is, and bring its users back."""

from pilotage.gateways import deployments, workflow
from pilotage.gateways.release_table import ReleaseTable
from pilotage.release import Release, Stop


def stop_release(release: Release, stop: Stop, table: ReleaseTable) -> None:
    """The stop is written first: a release that is just publishing finds it before it deploys."""
    if release.stop is None:
        release = release._replace(stop=stop)
        table.save(release, "stop")
    halt(table.load(release.id) or release)


def halt(release: Release) -> None:
    """Do what a written stop asks for; safe to do again."""
    found = deployments.of_release(release)
    if found and not found.is_over:
        deployments.stop(found.id)
    elif found is None and release.token and release.hold:
        workflow.fail(release.token, "StopAsked", str(release.stop))
