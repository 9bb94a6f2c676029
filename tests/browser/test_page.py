"""What a person does on the page, in a real browser: upload, watch, click, and be safe."""

import re
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

from tests.builders import GOOD, wait_for, zipped

pytestmark = pytest.mark.long

SLOW = "rollout: canary 10% 100m\nrelease: {version: 2.0.0, commit: 2222222}\n"
EVIL = "<img src=x onerror=window.hacked=1><script>window.hacked=1</script>"


def upload(page, name, files):
    page.set_input_files("#file", {"name": name, "mimeType": "application/zip", "buffer": files})


def message(page, *words):
    """The first message of the channel that has all of these words."""
    found = page.locator("#channel > article")
    for word in words:
        found = found.filter(has_text=word)
    return found.first


def whisper(shown, words):
    """What was said to the clicker alone. On a busy machine Slack may also have said that the app
    took longer than three seconds; the click counts all the same."""
    return shown.locator(".whisper").filter(has_text=words)


def alias(aws):
    found = aws.lambda_.get_alias(FunctionName="orders", Name="live")
    return found["FunctionVersion"], found.get("RoutingConfig")


@pytest.fixture(scope="module")
def live(aws, console, chromium):
    """The example's first release, uploaded from the page."""
    page = chromium.new_page()
    page.goto(console.url)
    page.get_by_role("button", name="first").click()
    expect(message(page, "orders 1.0.0 → prod: live")).to_be_visible(timeout=90_000)
    expect(page.locator("#said")).to_contain_text("aws s3 cp orders-1-first.zip s3://")
    page.close()
    return alias(aws)[0]


def test_upload_watch_the_bar_click_stop_and_see_users_back(page, aws, live):
    page.get_by_label("users call").check()
    upload(page, "slow.zip", zipped({"app.py": GOOD, "pilotage.yml": SLOW}))
    shown = message(page, "orders 2.0.0 → prod")
    expect(shown).to_contain_text("▰▰▱▱", timeout=90_000)
    expect(shown).to_contain_text("10% on version")
    card = page.locator("#releases > article").filter(has_text="slow.zip")
    # A plan that stays at 10% is a level line, which Playwright takes for hidden: it has no height.
    expect(card.locator("svg.chart .planned")).to_have_attribute("d", re.compile(r"^M[\d.]+ .*H"))
    expect(card.locator(".strip .now")).to_have_text("Start Deployment")
    button = shown.get_by_role("button", name="Stop and roll back")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text(f"goes to version {live}")
    page.get_by_role("button", name="Roll back", exact=True).click()
    expect(shown).to_contain_text("rolled back", timeout=90_000)
    expect(shown).to_contain_text("stopped by mara")
    expect(whisper(shown, "It is being stopped")).to_be_visible()
    expect(card.locator(".badge")).to_have_text("stopped", timeout=90_000)
    wait_for(
        lambda: alias(aws) == (live, None) or alias(aws)[1] == {"AdditionalVersionWeights": {}}
    )
    page.get_by_label("users call").uncheck()


def test_someone_who_may_not_is_told_so_alone(page, live):
    upload(page, "other.zip", zipped({"app.py": GOOD + "# other\n", "pilotage.yml": SLOW}))
    shown = page.locator("#channel > article").filter(has_text="other.zip").first
    page.get_by_label("You are").select_option("visitor")
    shown.get_by_role("button", name="Stop and roll back").click(timeout=90_000)
    page.get_by_role("button", name="Roll back", exact=True).click()
    expect(whisper(shown, "You are not among those who may do this.")).to_be_visible()
    page.get_by_label("You are").select_option("jonas")
    shown.get_by_role("button", name="Stop and roll back").click()
    page.get_by_role("button", name="Roll back", exact=True).click()
    expect(shown).to_contain_text("stopped by jonas", timeout=90_000)


def test_hostile_words_are_shown_and_run_nothing(page, live):
    manifest = f'release: {{version: "{EVIL}", notes: "{EVIL}", url: "javascript:alert(1)"}}\n'
    upload(
        page, f"{EVIL}.zip".replace("/", "∕"), zipped({"app.py": GOOD, "pilotage.yml": manifest})
    )
    expect(message(page, "<img src=x onerror")).to_be_visible(timeout=90_000)
    row = page.locator("#events summary").filter(has_text="onerror").first
    row.click(timeout=90_000)
    assert page.evaluate("window.hacked") is None
    assert page.locator("main img").count() == 0
    assert page.locator("a[href^='javascript']").count() == 0


def test_it_fits_a_phone(page, live):
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_only_its_own_page_gives_orders(console, live):
    def status(path, **headers):
        request = urllib.request.Request(console.url + path, b"{}", headers)
        try:
            return urllib.request.urlopen(request).status
        except urllib.error.HTTPError as refused:
            return refused.code

    assert status("/click") == 403
    assert status("/upload?prepared=1-first", **{"X-Token": "guess"}) == 403
    assert status("/click", Host="evil.example") == 403
