"""A slow EHR in a real browser: what can be read and typed at once, and panels that come when they come."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import RunningDemo, comes

ROSA = "delgado-rosa"
SLOW_S = 4.0
DANCE = "I want to dance at Lucía’s wedding in October."
TWO_SECONDS = (
    "document.getAnimations().filter((each) => each.animationName.startsWith('app-wait-'))"
    ".forEach((each) => { each.currentTime = 2001; })"
)
"""As if the two seconds had gone by: seeks the steps of the waiting lines, and leaves the rest alone."""
NEARLY_TWO_SECONDS = TWO_SECONDS.replace("2001", "1990").replace(
    "each.currentTime", "each.pause(); each.currentTime"
)

pytestmark = pytest.mark.browser


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def either(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(java_script_enabled=request.param, locale="en-US")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def slow(demo: RunningDemo, *types: str, seconds: float = SLOW_S) -> None:
    for each in types:
        demo.demo.ehr.faults.delays[each] = seconds


def launch(page: Page, demo: RunningDemo, intent: str = "") -> None:
    """The first bytes of the page; the rest is on its way."""
    comes(page, demo.demo.ehr.new_launch(ROSA, intent=intent or None))
    expect(page.get_by_text("being read.").first).to_be_visible()


def assert_well_laid_out(page: Page) -> None:
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0


def test_each_panel_takes_the_place_of_its_waiting_line(either: Page, demo: RunningDemo) -> None:
    slow(demo, "Goal")
    launch(either, demo)

    expect(either.get_by_text("DELGADO, Rosa (Mrs)")).to_be_visible()
    expect(either.get_by_text("What are you hoping for?")).to_be_visible()
    expect(either.get_by_role("link", name="Go to the questions")).to_be_visible()
    expect(either.get_by_text("Ernesto Delgado, husband")).to_be_visible()
    expect(either.get_by_text("Family, friends and care team:")).to_be_hidden()
    expect(either.get_by_text("Goals, preferences and forms:")).to_be_visible()
    expect(either.get_by_text(DANCE)).to_have_count(0)
    expect(either.get_by_text(DANCE)).to_be_visible()
    expect(either.get_by_text("Goals, preferences and forms:")).to_be_hidden()
    expect(either.get_by_text("Chart read at")).to_be_visible()
    expect(either.get_by_text("You can go in now.").first).to_be_hidden()


def test_words_typed_while_a_panel_arrives_stay_with_focus_and_selection(
    either: Page, demo: RunningDemo
) -> None:
    slow(demo, "Goal", "RelatedPerson")
    launch(either, demo, "room")
    prompt = either.locator("#prompt-worry")
    prompt.locator("summary").click()
    box = prompt.get_by_role("textbox").first
    box.fill("Ending up like my sister.")
    box.evaluate("(area) => { area.setSelectionRange(7, 9, 'forward'); area.mark = 'the same'; }")

    expect(either.get_by_text("are here now. Your words stay as they are.")).to_be_visible()
    expect(either.get_by_role("heading", name="Said before")).to_be_visible()

    expect(box).to_be_focused()
    expect(box).to_have_value("Ending up like my sister.")
    found = box.evaluate("(area) => [area.selectionStart, area.selectionEnd, area.mark]")
    assert found == [7, 9, "the same"]
    either.keyboard.type("with")
    expect(box).to_have_value("Ending with like my sister.")


def test_retry_beside_the_questions_keeps_the_words(either: Page, demo: RunningDemo) -> None:
    slow(demo, "Goal", "RelatedPerson")
    launch(either, demo, "room")
    prompt = either.locator("#prompt-worry")
    prompt.locator("summary").click()
    prompt.get_by_role("textbox").first.fill("Typed while it was slow.")
    either.evaluate(TWO_SECONDS)
    demo.demo.ehr.faults.reset()

    either.get_by_role("button", name="Keep the draft and try again: Said before:").click()

    expect(either.get_by_text("Typed while it was slow.").first).to_be_attached()
    expect(either.get_by_role("heading", name="Said before")).to_be_visible()


def test_draft_is_kept_by_itself_while_the_chart_is_still_read(page: Page, demo: RunningDemo) -> None:
    slow(demo, "Goal", "RelatedPerson", seconds=20.0)
    launch(page, demo, "room")
    prompt = page.locator("#prompt-worry")
    prompt.locator("summary").click()
    prompt.get_by_role("textbox").first.fill("Kept early.")

    expect(page.get_by_text(re.compile(r"Draft kept \d\d:\d\d"))).to_be_visible()

    assert page.evaluate("document.readyState") == "loading"


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_line_says_after_two_seconds_that_it_is_still_loading(
    page: Page, demo: RunningDemo, motion: str
) -> None:
    page.emulate_media(reduced_motion="reduce" if motion == "reduce" else "no-preference")
    slow(demo, "Goal")
    launch(page, demo)
    line = page.locator('[slot="told-wait"]')
    page.evaluate(NEARLY_TWO_SECONDS)
    expect(line.get_by_text("being read.")).to_be_visible()
    expect(line.get_by_text("still loading.")).to_be_hidden()
    expect(page.get_by_role("button", name="Try again: Goals")).to_have_count(0)

    page.evaluate(TWO_SECONDS)

    expect(line.get_by_text("being read.")).to_be_hidden()
    expect(line.get_by_text("still loading. You can go in now.")).to_be_visible()
    expect(page.get_by_role("button", name="Try again: Goals, preferences and forms:")).to_be_visible()


def test_reading_and_focus_follow_the_page_and_not_the_order_of_arrival(
    page: Page, demo: RunningDemo
) -> None:
    slow(demo, "Goal")
    launch(page, demo)
    expect(page.get_by_text(DANCE)).to_be_visible()
    page.wait_for_load_state()

    arrived = page.evaluate(
        "[...document.querySelectorAll('main > :not([hidden])[slot]')].map((e) => e.slot)"
    )
    assert arrived.index("who") < arrived.index("told")
    tree = page.locator("main").aria_snapshot()
    places = [tree.index(words) for words in ("What are you hoping", "What Rosa has told us", "Who matters")]
    assert places == sorted(places)
    focused = []
    for _ in range(60):
        page.keyboard.press("Tab")
        focused.append(
            page.evaluate("document.activeElement.closest('[slot]')?.slot ?? document.activeElement.tagName")
        )
        if focused[-1] == "foot":
            break
    order = [slot for slot in dict.fromkeys(focused) if slot in {"rest", "told", "notes", "next", "foot"}]
    assert order == ["rest", "told", "next", "foot"]


def test_failed_panel_is_asked_for_again_in_its_place(either: Page, demo: RunningDemo) -> None:
    demo.demo.ehr.faults.fail_types["RelatedPerson"] = 500
    either.goto(demo.demo.ehr.new_launch(ROSA))
    demo.demo.ehr.faults.reset()
    demo.demo.ehr.requests.clear()

    either.get_by_role("button", name="Try again: Who matters").click()

    expect(either.get_by_text("Ernesto Delgado, husband")).to_be_visible()
    assert [one.path for one in demo.demo.ehr.requests] == ["/fhir/RelatedPerson"]


@pytest.mark.parametrize("width", [400, 768, 1280])
def test_waiting_pages_are_accessible_and_fit(page: Page, demo: RunningDemo, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for intent in ("", "room"):
        slow(demo, "Goal", "RelatedPerson", "DocumentReference")
        launch(page, demo, intent)
        page.evaluate(TWO_SECONDS)
        expect(page.get_by_role("button", name=re.compile("ry again")).first).to_be_visible()
        assert_well_laid_out(page)
        page.wait_for_load_state()
        assert_well_laid_out(page)
        demo.demo.ehr.faults.reset()
