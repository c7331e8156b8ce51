"""Filing the handout in a real browser: pressed once, told as read back, in each width and language."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import RunningDemo

ROSA = "delgado-rosa"
VIEWS = [(width, scheme) for width in (400, 1280) for scheme in ("light", "dark")]
PRESS = "File this handout in the chart"

pytestmark = pytest.mark.browser


def opened(page: Page, demo: RunningDemo) -> str:
    """Given: the handout's page of a visit. Returns the visit's address."""
    page.goto(demo.demo.ehr.new_launch(ROSA, encounter_id=f"{ROSA}-today"))
    base = page.url.partition("?")[0]
    page.goto(base + "handout")
    page.get_by_label("Why this was decided").fill("You want to dance at the wedding.")
    page.get_by_role("button", name="See it as it prints").click()
    return base


def is_accessible(page: Page, address: str, what: str) -> None:
    for width, scheme in VIEWS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.goto(address)
        for details in page.locator("details").all():
            details.evaluate("node => { node.open = true }")
        result = Axe().run(page)
        assert result.violations_count == 0, f"{what} {width} {scheme}: {result.generate_report()}"
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, f"{what} scrolls sideways at {width}"


def test_handout_is_filed_with_one_press_and_taken_back(page: Page, demo: RunningDemo) -> None:
    base = opened(page, demo)
    region = page.get_by_role("region", name="In the chart", exact=True)
    expect(region).to_contain_text("DELGADO, Rosa")
    expect(region).to_contain_text("12-Mar-")

    region.get_by_role("button", name=PRESS).click()

    expect(region).to_contain_text("In the chart, as a draft for you to sign")
    expect(region).to_contain_text(re.compile(r"Read back from the chart at \d\d:\d\d"))
    expect(region.get_by_role("button", name=PRESS)).to_have_count(0)
    page.goto(base + "done")
    page.get_by_text("Take it back", exact=True).click()
    page.get_by_role("button", name=re.compile("Mark as entered in error")).click()
    expect(page.get_by_text("Taken back: marked as entered in error")).to_be_visible()
    page.goto(base + "handout/page")
    expect(region.get_by_role("button", name=PRESS)).to_be_visible()


@pytest.mark.parametrize("language", ["en", "es", "zh-Hans"])
def test_what_became_of_it_is_accessible_in_every_language_width_and_scheme(
    page: Page, demo: RunningDemo, language: str
) -> None:
    base = opened(page, demo)
    address = base + "handout/page"
    if language != "en":
        page.goto(base + "statements")
        page.locator(f'.app-foot__languages button[value="{language}"]').click()
    is_accessible(page, address, "before")
    page.locator("form.confirm button").click()
    expect(page.locator("#filed .app-state--stored")).to_be_visible()
    is_accessible(page, address, "stored")
    is_accessible(page, base + "done", "done")


def test_handout_that_was_refused_or_is_in_doubt_is_accessible(page: Page, demo: RunningDemo) -> None:
    base = opened(page, demo)
    demo.demo.ehr.faults.refuse_late = {"DocumentReference"}
    page.get_by_role("button", name=PRESS).click()
    expect(page.locator("#filed .app-state--refused")).to_be_visible()
    is_accessible(page, base + "handout/page", "refused")
    demo.demo.ehr.faults.reset()
    demo.demo.ehr.faults.write.drop_before_commit = True
    page.get_by_role("button", name="File this handout again").click()
    expect(page.locator("#filed .app-state--wait")).to_be_visible()
    is_accessible(page, base + "handout/page", "in doubt")


def test_nothing_of_filing_is_printed(page: Page, demo: RunningDemo) -> None:
    opened(page, demo)

    page.emulate_media(media="print")

    expect(page.locator("article.paper")).to_be_visible()
    expect(page.locator("#filed")).to_be_hidden()


@pytest.mark.parametrize("demo", ["oracle"], indirect=True)
def test_line_says_why_it_cannot_be_filed(page: Page, demo: RunningDemo) -> None:
    opened(page, demo)

    expect(page.locator("#filed")).to_contain_text("your site has not said")
    expect(page.get_by_role("button", name=PRESS)).to_have_count(0)
