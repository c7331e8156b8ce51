"""What was said over time, in a real browser: the picture, the way from a mark to its words, their source."""

import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.checks import Look, axe, take
from tests.browser.conftest import RunningDemo
from tests.browser.test_journeys import ROSA, assert_accessible

pytestmark = pytest.mark.browser

WIDTHS = (400, 768, 1280)
LOOKS: tuple[tuple[Literal["light", "dark"], bool], ...] = (
    ("light", False),
    ("dark", False),
    ("light", True),
)
"""The scheme, and whether the colors are the system's."""
MARKET = "I want to walk to the market again, there and back."
SURGERY = re.compile(
    r"^\d+ \w{3} \d{4}, Treatment preference, from a note, not confirmed, Rosa: I don’t want surgery"
)
SMALLEST_TEXT = """() => Math.min(...[...document.querySelectorAll('.line text, .line p, .line li, .line h2')]
    .filter((each) => each.checkVisibility())
    .map((each) => parseFloat(getComputedStyle(each).fontSize)))"""
SMALLEST_TARGET = """() => Math.min(...[...document.querySelectorAll('.line__mark .line__hit')]
    .filter((each) => each.checkVisibility())
    .map((each) => each.getBoundingClientRect()).flatMap((box) => [box.width, box.height]))"""
TARGETS = """() => [...document.querySelectorAll('.line__mark')].filter((each) => each.checkVisibility())
    .map((each) => each.querySelector('.line__hit').getBoundingClientRect())
    .map((box) => [box.left, box.top, box.right, box.bottom])"""


def opened(page: Page, demo: RunningDemo, patient: str = ROSA, at: str = "statements") -> None:
    """Given: the clinician looks at this patient's statements."""
    page.goto(str(demo.demo.ehr.new_launch(patient)))
    page.wait_for_url("**/visits/**")
    page.goto(f"{page.url.split('#')[0]}{at}")


def test_picture_is_accessible_at_every_width_and_in_every_look(
    chromium: Browser, demo: RunningDemo, screenshots: Path
) -> None:
    for scheme, forced in LOOKS:
        context = chromium.new_context()
        page = context.new_page()
        opened(page, demo)
        for width in WIDTHS:
            look = Look(width, scheme, forced)
            take(page, look)
            assert axe(page, look) == []
            assert page.evaluate(SMALLEST_TEXT) >= 13
            assert page.evaluate(SMALLEST_TARGET) >= 24
            expect(page.get_by_role("group", name="At a glance")).to_have_count(1)
        if (scheme, forced) == ("light", False):
            page.screenshot(path=screenshots / "over-time.png")
        context.close()


def test_busiest_chart_is_accessible_and_its_marks_do_not_overlap(page: Page, demo: RunningDemo) -> None:
    opened(page, demo, "chen-lina")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert_accessible(page)
        boxes = page.evaluate(TARGETS)
        for index, (left, top, right, bottom) in enumerate(boxes):
            for other_left, other_top, other_right, other_bottom in boxes[index + 1 :]:
                across = min(right, other_right) - max(left, other_left)
                down = min(bottom, other_bottom) - max(top, other_top)
                assert across <= 0.5 or down <= 0.5


@pytest.mark.parametrize("width", [320, 360, 703, 704, 1400])
def test_nothing_stands_out_of_the_page(page: Page, demo: RunningDemo, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    opened(page, demo)

    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_mark_is_reached_by_keyboard_and_leads_to_its_words_and_their_source(
    page: Page, demo: RunningDemo
) -> None:
    opened(page, demo)
    page.get_by_role("link", name="To the list, in words").focus()
    for _ in range(12):
        page.keyboard.press("Tab")
        if SURGERY.match(page.evaluate("document.activeElement.getAttribute('aria-label') ?? ''")):
            break

    expect(page.get_by_role("link", name=SURGERY)).to_be_focused()
    page.keyboard.press("Enter")

    entry = page.locator("li:target")
    expect(entry).to_be_focused()
    expect(
        entry.get_by_text("I don’t want surgery. My sister never walked right after hers.").first
    ).to_be_visible()
    expect(entry.get_by_text("Maja Lindqvist, MD", exact=True)).to_be_visible()
    expect(page.locator(".time__source:visible")).to_have_count(1)
    assert_accessible(page)
    page.keyboard.press("Tab")
    entry.get_by_role("link", name="Up to the picture").press("Enter")
    expect(page.get_by_role("heading", name="At a glance")).to_be_focused()
    expect(page.locator(".time__source:visible")).to_have_count(0)


def test_picture_is_heard_row_by_row(page: Page, demo: RunningDemo) -> None:
    opened(page, demo)

    heard = page.get_by_role("group", name="At a glance")
    for row in ("Goals", "What matters", "Preferences", "Said by family"):
        expect(heard.get_by_role("group", name=row, exact=True)).to_have_count(1)
    goals = heard.get_by_role("group", name="Goals").get_by_role("link")
    expect(goals).to_have_count(2)
    expect(goals.nth(1)).to_have_accessible_name(
        re.compile(rf"Goal, Rosa: {re.escape(MARKET)} \(Proposed, .*On hold, .*Achieved, .*\)$")
    )
    expect(heard.get_by_role("link", name="Two statements about surgery differ.")).to_have_count(1)


def test_way_of_a_goal_stands_in_its_entry(page: Page, demo: RunningDemo) -> None:
    opened(page, demo)

    page.get_by_role("link", name=re.compile(f"^Source: {re.escape(MARKET)}")).click()

    way = page.locator("li:target .time__way li")
    expect(way).to_have_text(
        [re.compile(word) for word in ("Proposed$", "Active$", "On hold$", "Active$", "Achieved$")]
    )


def test_source_of_a_quotation_opens_from_the_first_page_and_leads_back(
    page: Page, demo: RunningDemo
) -> None:
    opened(page, demo, at="")
    page.get_by_role("link", name="Source of statement 1", exact=True).click()

    entry = page.locator("li:target")
    expect(entry.locator(".time__source")).to_be_visible()
    expect(entry).to_be_focused()
    entry.get_by_role("link", name="Back to this visit").click()
    expect(page.get_by_role("heading", name="What Rosa has told us", exact=True)).to_be_visible()


def test_page_works_without_script(chromium: Browser, demo: RunningDemo) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    opened(page, demo)

    page.get_by_role("link", name=re.compile("^Source: I want to dance")).click()

    expect(page.locator("li:target .time__source")).to_be_visible()
    context.close()
