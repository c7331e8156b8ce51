"""What must hold when comfort is gone: no script, a slow EHR, a reload in the middle, a crash of the tab."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import RunningDemo, comes, listens, press

ROSA = "delgado-rosa"

pytestmark = pytest.mark.browser


@pytest.fixture
def scriptless(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def launched(page: Page, demo: RunningDemo) -> str:
    """The address of the visit."""
    page.goto(demo.demo.ehr.new_launch(ROSA, encounter_id=f"{ROSA}-today"))
    return page.url


def write_worry(page: Page, words: str) -> None:
    prompt = page.locator("details.app-prompt", has_text="most worried about")
    prompt.locator("summary").click()
    prompt.get_by_role("textbox").first.fill(words)


def test_whole_visit_without_script(scriptless: Page, demo: RunningDemo) -> None:
    launched(scriptless, demo)
    scriptless.get_by_role("link", name="Go to the questions").click()
    write_worry(scriptless, "Ending up like my sister.")
    next_step = scriptless.get_by_role("region", name="Next step")
    next_step.get_by_role("button", name=re.compile("Review")).click()
    scriptless.get_by_role("button", name=re.compile("^Send")).click()

    expect(scriptless.get_by_text("Read back from the chart at")).to_be_visible()
    assert [one["valueString"] for one in demo.demo.ehr.created("Observation")] == [
        "Ending up like my sister."
    ]


def test_going_back_without_script_keeps_what_was_typed(scriptless: Page, demo: RunningDemo) -> None:
    launched(scriptless, demo)
    scriptless.get_by_role("link", name="Go to the questions").click()
    write_worry(scriptless, "Typed, then looked back.")
    scriptless.get_by_role("navigation", name="This visit").get_by_role("button", name="Before").click()
    expect(scriptless.get_by_text("Chart read at").last).to_be_visible()
    scriptless.get_by_role("link", name="Go to the questions").click()

    expect(scriptless.get_by_text("Typed, then looked back.").first).to_be_attached()


def test_opening_question_is_there_while_the_chart_is_still_read(page: Page, demo: RunningDemo) -> None:
    demo.demo.ehr.faults.delays["Goal"] = 4.0
    comes(page, demo.demo.ehr.new_launch(ROSA))

    expect(page.get_by_text("What are you hoping for?")).to_be_visible()
    expect(page.get_by_text("The chart is still being read. You can go in now.")).to_be_visible()
    expect(page.get_by_text("I want to dance at Lucía’s wedding in October.")).to_have_count(0)

    expect(page.get_by_text("I want to dance at Lucía’s wedding in October.")).to_be_visible(timeout=10_000)
    expect(page.get_by_text("The chart is still being read. You can go in now.")).to_be_hidden()


@pytest.mark.parametrize("place", ["room?open=goal", "sheets/af-stroke"])
def test_button_to_review_counts_what_was_typed_since_the_page_came(
    page: Page, demo: RunningDemo, place: str
) -> None:
    page.goto(launched(page, demo) + place)
    review = page.get_by_role("region", name="Next step").get_by_role("button", name="Review")
    box = page.locator("#draft").get_by_role("textbox").locator("visible=true").first
    expect(review).to_have_text("Review")

    box.fill("Walk to the market.")
    expect(review).to_have_text("Review 1 statement")
    box.fill("")

    expect(review).to_have_text("Review")


def test_keys_and_the_draft_work_while_the_chart_is_still_read(page: Page, demo: RunningDemo) -> None:
    demo.demo.ehr.faults.delays["Goal"] = 20.0
    arriving = "document.readyState === 'loading'"
    comes(page, demo.demo.ehr.new_launch(ROSA))
    expect(page.get_by_text("What are you hoping for?")).to_be_visible()
    expect(page.get_by_role("link", name="Go to the questions")).to_be_visible()
    listens(page)
    assert page.evaluate(arriving)
    page.keyboard.press("5")

    box = page.locator("#prompt-goal").get_by_role("textbox").first
    expect(box).to_be_focused()
    page.keyboard.type("One whole song.")

    expect(page.get_by_text(re.compile(r"Draft kept \d\d:\d\d"))).to_be_visible()
    assert page.evaluate(arriving)


def test_buttons_of_a_page_that_came_in_parts_lead_on(page: Page, demo: RunningDemo) -> None:
    demo.demo.ehr.faults.delays["Goal"] = 1.0
    page.goto(demo.demo.ehr.new_launch(ROSA))
    expect(page.get_by_text("Chart read at").last).to_be_visible()

    page.get_by_role("button", name="Español").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Antes de entrar")


def test_single_keys_that_are_off_do_nothing_and_their_hints_are_gone(page: Page, demo: RunningDemo) -> None:
    visit = launched(page, demo)
    page.goto(f"{visit}room")
    page.keyboard.press("?")
    expect(page.locator("#keys summary")).to_be_focused()
    page.get_by_role("button", name="Switch single keys off").click()
    expect(page.get_by_text("Single keys are off in this browser.")).to_be_visible()

    press(page, "1", "t", "?")

    expect(page.locator("details.app-prompt[open]")).to_have_count(0)
    expect(page.locator("#talks")).not_to_have_attribute("open", "")
    assert [hint for hint in page.locator("summary kbd").all() if hint.is_visible()] == []
    page.get_by_role("button", name="Switch single keys on").click()
    expect(page.get_by_text("Single keys are on.")).to_be_visible()
    press(page, "1")
    expect(page.locator("#prompt-hope").get_by_role("textbox").first).to_be_focused()


def test_single_keys_with_a_modifier_or_in_a_choice_do_nothing(page: Page, demo: RunningDemo) -> None:
    visit = launched(page, demo)
    page.goto(f"{visit}room")
    for chord in ("Control+2", "Alt+2", "Meta+2"):
        page.keyboard.press(chord)
    page.keyboard.press("1")
    page.locator("#prompt-hope").get_by_role("radio", name="My summary").focus()
    page.keyboard.press("2")

    expect(page.locator("details.app-prompt[open]")).to_have_count(1)


def test_tab_that_crashes_loses_no_kept_word(context: BrowserContext, demo: RunningDemo) -> None:
    tab = context.new_page()
    visit = launched(tab, demo)
    tab.goto(f"{visit}room")
    write_worry(tab, "Kept before the crash.")
    expect(tab.get_by_text(re.compile(r"Draft kept \d\d:\d\d"))).to_be_visible()
    tab.close(run_before_unload=False)

    again = context.new_page()
    again.goto(f"{visit}room")

    expect(again.get_by_text("Kept before the crash.").first).to_be_attached()


def test_words_typed_in_the_last_moment_are_kept_when_the_page_is_left(page: Page, demo: RunningDemo) -> None:
    visit = launched(page, demo)
    page.goto(f"{visit}room")
    write_worry(page, "Typed and left at once.")
    page.goto(f"{visit}statements")

    # What a page sends as it is left may arrive a little after the next page was asked for.
    found = page.get_by_text("Typed and left at once.")
    for _ in range(10):
        page.goto(f"{visit}room")
        if found.count():
            break
    expect(found.first).to_be_attached()


def test_single_keys_do_nothing_while_typing(page: Page, demo: RunningDemo) -> None:
    visit = launched(page, demo)
    page.goto(f"{visit}room")
    page.keyboard.press("1")
    page.keyboard.type("2 walks a day")

    expect(page.locator("details.app-prompt[open]")).to_have_count(1)
    expect(page.locator("details.app-prompt[open]").get_by_role("textbox").first).to_have_value(
        "2 walks a day"
    )


def test_first_page_on_paper_has_who_it_is_about_and_nothing_to_press(page: Page, demo: RunningDemo) -> None:
    launched(page, demo)
    expect(page.get_by_text("Chart read at").last).to_be_visible()
    page.emulate_media(media="print")

    expect(page.locator(".app-banner__name")).to_have_css("color", "rgb(0, 0, 0)")
    expect(page.locator(".before__ask")).to_be_visible()
    for name in (".app-bar", ".app-steps", ".app-foot", ".before__write"):
        expect(page.locator(name).first).to_be_hidden()
