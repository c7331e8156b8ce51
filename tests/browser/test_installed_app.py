"""What a site installs, visited as a clinician would: the demo of the wheel, without the checkout."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_journeys import ROSA, go_to_review, kept, send_button, write
from tests.installed import Installed

pytestmark = pytest.mark.browser


def test_whole_visit_goes_through_in_the_demo_of_the_wheel(chromium: Browser, tmp_path: Path) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    context.set_default_timeout(20_000)
    page = context.new_page()

    with Installed(tmp_path).started("demo", "--port", "0", "--ehr-port", "0") as running:
        assert running.stdout is not None
        page.goto(f"{running.stdout.readline().split()[-1]}?patient={ROSA}")
        page.get_by_role("button", name="Open Common Ground").click()
        app = page.frame_locator("iframe.ehr-frame")
        expect(app.get_by_text("I want to dance at Lucía’s wedding in October.")).to_be_visible()
        app.get_by_role("link", name="Go to the questions").click()
        write(app, "What would you like to be able to do", "One whole song with Ernesto.")
        kept(app)
        go_to_review(app)
        send_button(app).click()

        expect(app.get_by_text("Read back from the chart at")).to_have_count(1)
        expect(page.locator("section[aria-labelledby=now]")).to_contain_text("One whole song with Ernesto.")
        context.close()
