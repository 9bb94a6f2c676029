"""`make pictures`: the README's pictures, taken of the page while real releases go their way."""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
PORT = 4666
PATIENCE_MS = 60_000


def main() -> int:
    command = [sys.executable, "-m", "localcloud", "up", "--port", str(PORT)]
    command += ["--console-port", str(PORT + 1)]
    cloud = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        assert cloud.stdout is not None
        line = json.loads(cloud.stdout.readline())
        _take(line["console"])
        return 0
    finally:
        cloud.send_signal(signal.SIGTERM)
        cloud.wait(20)


def _take(url: str) -> None:
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 860}, device_scale_factor=2)
        page.goto(url)
        _upload(page, "first")
        _wait(page, "orders 1.0.0 → prod: live")
        page.get_by_label("users call").check()
        _upload(page, "good")
        _wait(page, "▰▰▱▱")
        page.wait_for_timeout(1500)
        _shoot(_message(page, "orders 1.1.0 → prod"), "in-flight")
        page.screenshot(path=PICTURES / "page.png")
        _wait(page, "orders 1.1.0 → prod: live")
        _upload(page, "failing under traffic")
        _wait(page, "orders 1.3.0 → prod: rolled back")
        page.wait_for_timeout(1500)
        _shoot(_message(page, "orders 1.3.0 → prod: rolled back"), "rolled-back")
        browser.close()


def _upload(page: Any, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _wait(page: Any, words: str) -> None:
    _message(page, words).wait_for(timeout=PATIENCE_MS)


def _message(page: Any, words: str) -> Any:
    return page.locator("#channel > article").filter(has_text=words).first


def _shoot(message: Any, name: str) -> None:
    message.screenshot(path=PICTURES / f"{name}.png")


if __name__ == "__main__":
    sys.exit(main())
