"""What becomes of words that the EHR does not take at once: with consent, by keyboard, without script."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import RunningDemo, press

ROSA = "delgado-rosa"
HOPE, WORRY, GOAL = "To sleep through the night.", "Ending up like my sister.", "One whole song with Ernesto."
QUESTIONS = {HOPE: "hoping for", WORRY: "most worried about", GOAL: "able to do"}
VIEWS = [(width, scheme) for width in (400, 768, 1280) for scheme in ("light", "dark")]

pytestmark = pytest.mark.browser


@pytest.fixture
def scriptless(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def reviewed(page: Page, demo: RunningDemo, *said: str) -> None:
    """Given: these words are typed, and the review page is open."""
    page.goto(demo.demo.ehr.new_launch(ROSA, encounter_id=f"{ROSA}-today"))
    page.goto(f"{page.url}room")
    for text in said:
        prompt = page.locator("details.app-prompt", has_text=QUESTIONS[text]).first
        prompt.locator("summary").first.click()
        prompt.get_by_role("textbox").first.fill(text)
    page.get_by_role("region", name="Next step").get_by_role("button", name=re.compile("Review")).click()
    expect(page.get_by_role("heading", name=re.compile("word for word"))).to_be_visible()


def send(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^(Send to|Make)")).click()


def heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def assert_well_made(page: Page) -> None:
    """In every width and scheme, with everything open: accessible, and nothing scrolls sideways."""
    for details in page.locator("details").all():
        details.evaluate("node => { node.open = true }")
    for width, scheme in VIEWS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        result = Axe().run(page)
        assert result.violations_count == 0, f"{width} {scheme}: {result.generate_report()}"
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"scrolls sideways at {width}"


def test_refused_goal_falls_to_a_note_with_consent(page: Page, demo: RunningDemo) -> None:
    demo.demo.ehr.faults.refuse_late.add("Goal")
    reviewed(page, demo, WORRY, GOAL)
    send(page)
    expect(heading(page)).to_have_text("1 of 2 is in the chart. 1 was not accepted.")
    assert demo.demo.ehr.created("DocumentReference") == []
    assert_well_made(page)

    page.get_by_role("link", name=re.compile("Choose another way")).click()
    expect(heading(page)).to_have_text("Another way for 1 statement")
    note = page.get_by_role("region", name="This progress note will be filed as a draft for you to sign")
    expect(note).to_contain_text(f'Goal: "{GOAL}"')
    expect(note).not_to_contain_text(WORRY)
    expect(page.locator(".confirm")).to_contain_text("DELGADO, Rosa (Mrs)")
    assert_well_made(page)
    send(page)

    expect(heading(page)).to_have_text("All 2 are in the chart")
    expect(page.get_by_text("Progress note: in the chart, as a draft for you to sign")).to_be_visible()
    assert len(demo.demo.ehr.created("DocumentReference")) == 1
    assert demo.demo.ehr.created("Goal") == []
    assert_well_made(page)


@pytest.mark.parametrize("demo", ["epic"], indirect=True)
def test_note_on_the_page_follows_every_tick(page: Page, demo: RunningDemo) -> None:
    reviewed(page, demo, WORRY, GOAL)
    note = page.locator(".filed__text")
    expect(note.get_by_text(re.compile(r" 20\d\d\)"))).to_be_visible()
    expect(note.get_by_text("read back to the patient")).to_be_hidden()

    page.get_by_label("I read this back to Rosa").check()
    page.get_by_role("checkbox", name=re.compile("^Worry")).uncheck()

    expect(note.get_by_text("read back to the patient")).to_be_visible()
    expect(note.get_by_text(WORRY)).to_be_hidden()
    expect(note.get_by_text(GOAL)).to_be_visible()
    assert_well_made(page)


@pytest.mark.parametrize("demo", ["oracle"], indirect=True)
def test_signed_note_is_confirmed_by_keyboard_alone(page: Page, demo: RunningDemo) -> None:
    reviewed(page, demo, GOAL)
    press(page, "Control+Enter", "Enter")
    expect(page.get_by_role("alert")).to_contain_text("A note from here is signed at once.")
    expect(page.locator("#errors")).to_be_focused()
    assert_well_made(page)

    page.locator("#errors").focus()
    press(page, "Tab", "Enter")
    expect(page.locator("#signed")).to_be_focused()
    press(page, "Space", "Control+Enter", "Enter")

    expect(page.get_by_text("Progress note: in the chart, signed")).to_be_visible()
    assert len(demo.demo.ehr.created("DocumentReference")) == 1


def test_statement_is_taken_back_in_two_presses(page: Page, demo: RunningDemo) -> None:
    reviewed(page, demo, WORRY, GOAL)
    send(page)
    expect(heading(page)).to_have_text("All 2 are in the chart")
    goal = page.locator("li.done__item", has_text=GOAL)
    assert goal.get_by_role("button", name=re.compile("Mark as entered in error")).is_hidden()

    goal.locator("summary").press("Enter")
    goal.get_by_role("button", name=re.compile("Mark as entered in error")).press("Enter")

    expect(heading(page)).to_have_text("1 of 2 is in the chart. 1 was taken back.")
    expect(page.get_by_text("Taken back: marked as entered in error")).to_be_visible()
    assert [one["lifecycleStatus"] for one in demo.demo.ehr.created("Goal")] == ["entered-in-error"]
    assert_well_made(page)


def test_order_of_importance_without_script(scriptless: Page, demo: RunningDemo) -> None:
    reviewed(scriptless, demo, HOPE, GOAL)
    scriptless.get_by_text("In order of importance, if the patient said so").click()
    scriptless.get_by_label(f"Number of: Goal. {GOAL}").select_option("1")
    scriptless.get_by_label(f"Number of: Hope. {HOPE}").select_option("2")
    scriptless.get_by_role("button", name="Use this order").click()
    expect(scriptless.get_by_text(f"1. {GOAL}")).to_be_visible()
    send(scriptless)

    expect(heading(scriptless)).to_have_text("All 3 are in the chart")
    (stored,) = demo.demo.ehr.created("List")
    assert [one["item"]["reference"].split("/")[0] for one in stored["entry"]] == ["Goal", "Observation"]


def test_order_that_gives_none_is_told_where_it_is_mended(page: Page, demo: RunningDemo) -> None:
    reviewed(page, demo, HOPE, GOAL)
    page.locator(".ranks summary").press("Enter")
    page.get_by_label(f"Number of: Goal. {GOAL}").select_option("1")
    page.get_by_role("button", name="Use this order").click()
    expect(page.get_by_role("alert")).to_contain_text("An order needs at least two statements.")
    assert_well_made(page)

    page.locator(".ranks").evaluate("node => { node.open = false }")
    page.locator("#errors a").click()

    expect(page.get_by_label(f"Number of: Hope. {HOPE}")).to_be_focused()
    expect(page.get_by_role("button", name="Use this order")).to_be_visible()


BLOCKED = "navigator.clipboard.writeText = () => Promise.reject(new Error('blocked'));"
NO_COMMAND = "document.execCommand = () => false;"


def pasted_elsewhere(context: BrowserContext) -> str:
    """What a note in the EHR would get."""
    note = context.new_page()
    note.set_content("<textarea></textarea>")
    note.locator("textarea").press("Control+v")
    return note.locator("textarea").input_value()


@pytest.mark.parametrize("demo", ["readonly"], indirect=True)
def test_text_is_copied_where_the_clipboard_is_blocked(
    context: BrowserContext, page: Page, demo: RunningDemo
) -> None:
    page.add_init_script(BLOCKED)
    reviewed(page, demo, GOAL)
    send(page)
    expect(heading(page)).to_have_text("Your text is ready to copy")

    page.get_by_role("button", name="Copy the text").click()

    expect(page.get_by_text("Copied. Paste it into your note.")).to_be_visible()
    assert f'Goal: "{GOAL}"' in pasted_elsewhere(context)
    assert_well_made(page)


@pytest.mark.parametrize("demo", ["readonly"], indirect=True)
def test_text_that_cannot_be_copied_is_selected_for_the_keys(
    context: BrowserContext, page: Page, demo: RunningDemo
) -> None:
    page.add_init_script(BLOCKED + NO_COMMAND)
    reviewed(page, demo, GOAL)
    send(page)

    page.get_by_role("button", name="Copy the text").press("Enter")
    expect(page.get_by_text("The text is selected: press Ctrl C.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Text for your note")).to_be_focused()
    page.keyboard.press("Control+c")

    assert f'Goal: "{GOAL}"' in pasted_elsewhere(context)


@pytest.mark.parametrize("demo", ["readonly"], indirect=True)
def test_text_is_not_in_the_chart_until_it_is_marked_as_pasted(scriptless: Page, demo: RunningDemo) -> None:
    reviewed(scriptless, demo, GOAL)
    send(scriptless)
    expect(scriptless.get_by_text("Not in the chart yet")).to_be_visible()
    expect(scriptless.get_by_role("button", name="Copy the text")).to_be_hidden()
    text = scriptless.get_by_role("textbox", name="Text for your note")
    expect(text).to_have_value(re.compile(re.escape(GOAL)))
    expect(text).not_to_be_editable()

    scriptless.get_by_role("button", name="I pasted it into the note").click()

    expect(heading(scriptless)).to_have_text("You marked the text as pasted")
    expect(scriptless.get_by_text(re.compile(r"You marked it as pasted at \d\d:\d\d"))).to_be_visible()
