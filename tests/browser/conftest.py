"""The page in headless Chromium, beside a cloud with Pilotage and the example target."""

import shutil

import pytest
from playwright.sync_api import expect, sync_playwright

from localcloud import install
from localcloud.console.server import Console

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def console(cloud, pilotage):
    install.install_orders(pilotage["Topic"], cloud.environment())
    running = Console(cloud, 0)
    running.start()
    running.deployed(pilotage)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def chromium():
    if not CHROMIUM:
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, console):
    """The page, open; whatever it complains about fails the test."""
    opened = chromium.new_page(viewport={"width": 1400, "height": 900})
    complaints = []
    opened.on("console", lambda said: complaints.append(said.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(console.url)
    expect(opened.locator("#state")).to_have_text("live")
    yield opened
    opened.close()
    assert not complaints
