"""Charts that are unlike the stories: very long words, other scripts, goals of unknown origin, a death."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import RunningDemo
from tests.web.charts import answer, goal, sam

LONG = "I was on the bus when it began, and I want you to hear all of it. " * 60
THIRTY_LINES = "\n".join(f"Line {number} of my own list" for number in range(1, 31))

pytestmark = pytest.mark.browser


def open_sams_chart(page: Page, demo: RunningDemo, *resources: dict[str, object]) -> str:
    """The address of the visit of Sam Gray, whose chart holds `resources`."""
    for resource in resources:
        demo.demo.ehr.store.load(resource)
    page.goto(demo.demo.ehr.new_launch("gray-sam"))
    return page.url


def assert_well_laid_out(page: Page) -> None:
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0


def test_very_long_words_open_in_place_and_nothing_scrolls_sideways(page: Page, demo: RunningDemo) -> None:
    base = open_sams_chart(
        page,
        demo,
        sam(),
        answer("o1", "hopes", valueString=LONG),
        answer("o2", "worries", valueString=THIRTY_LINES),
        answer("o3", "matters", valueString="x" * 900),
        answer("o4", "strength", valueString="أريد أن أمشي إلى السوق مع حفيدتي 💃🏽"),
        goal("g1", "Hemoglobin A1c total in Blood < 7.0"),
        goal("g2", LONG),
    )
    told = page.locator(".before__told")
    first = told.locator(".app-said").first
    expect(first.locator(".app-long__start")).to_be_visible()
    expect(first.get_by_text(LONG.strip())).to_be_hidden()

    first.get_by_text("Show all").click()

    expect(first.locator(".app-long__start")).to_be_hidden()
    expect(first.get_by_text(LONG.strip())).to_be_visible()
    expect(first.get_by_text("Show less")).to_be_visible()
    for width, scheme in ((400, "dark"), (768, "light"), (1280, "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for name in ("", "room", "statements"):
            page.goto(base + name)
            for details in page.locator("details").all():
                details.evaluate("node => { node.open = true }")
            assert_well_laid_out(page)


def test_chart_of_somebody_who_has_died_is_calm_and_accessible(page: Page, demo: RunningDemo) -> None:
    open_sams_chart(page, demo, sam(deceasedBoolean=True), goal("g1", "Weight of 195 lbs"))

    expect(page.get_by_text("The chart says that Sam has died.")).to_be_visible()
    expect(page.get_by_role("link", name="Go to the questions")).to_have_count(0)
    assert_well_laid_out(page)
