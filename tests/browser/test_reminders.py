"""Reminders in a real browser, with the keyboard and without a script: hidden once, always, not useful;
and the pages that say why.
"""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import RunningDemo

ROSA, HAROLD = "delgado-rosa", "pike-harold"

pytestmark = pytest.mark.browser


@pytest.fixture
def scriptless(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def launched(page: Page, demo: RunningDemo, patient: str = ROSA) -> str:
    """The address of the visit."""
    page.goto(demo.demo.ehr.new_launch(patient, encounter_id=f"{patient}-today"))
    expect(page.locator(".app-remind").first).to_be_visible()
    return page.url


def reminder(page: Page, text: str) -> Locator:
    return page.locator(".app-remind", has_text=text)


def last_text(page: Page) -> str:
    return page.locator(".app-remind__text").last.inner_text()


def assert_well_laid_out(page: Page) -> None:
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0


def test_hide_always_stands_beside_the_reason_and_is_undone_without_script(
    scriptless: Page, demo: RunningDemo
) -> None:
    launched(scriptless, demo)
    text = last_text(scriptless)
    reminder(scriptless, text).get_by_text("Why this?").click()
    reminder(scriptless, text).get_by_role("button", name=f"Hide always: {text}").click()
    expect(reminder(scriptless, text)).to_have_count(0)

    other = launched(scriptless, demo, HAROLD)
    expect(reminder(scriptless, text)).to_have_count(0)
    scriptless.get_by_role("link", name="How reminders work").click()
    hidden = scriptless.get_by_role("region", name="Hidden for you")
    expect(hidden.get_by_text(text)).to_be_visible()
    scriptless.get_by_role("button", name=f"Show again: {text}").click()
    expect(scriptless.get_by_role("region", name="Hidden for you")).to_have_count(0)

    scriptless.goto(other)
    expect(reminder(scriptless, text)).to_be_visible()


def test_not_useful_stands_beside_the_reason_and_words_are_optional_without_script(
    scriptless: Page, demo: RunningDemo
) -> None:
    launched(scriptless, demo)
    text = last_text(scriptless)
    reminder(scriptless, text).get_by_text("Why this?").click()
    reminder(scriptless, text).get_by_role("button", name=f"Not useful: {text}").click()
    expect(scriptless.get_by_role("heading", name="It is noted, and hidden for this visit.")).to_be_visible()
    expect(scriptless.get_by_text("Leave out anything about a patient.")).to_be_visible()

    scriptless.get_by_label("What was not useful? You can leave this empty.").fill("Too long.")
    scriptless.get_by_role("button", name="Keep these words").click()

    expect(scriptless.get_by_text("Open with")).to_be_visible()
    expect(reminder(scriptless, text)).to_have_count(0)


def test_hide_once_holds_for_the_visit_with_the_keyboard_alone(page: Page, demo: RunningDemo) -> None:
    visit = launched(page, demo)
    text = last_text(page)
    button = reminder(page, text).get_by_role("button", name=f"Hide: {text}")
    for _ in range(40):
        if button.evaluate("node => node === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Chart read at").last).to_be_visible()
    expect(reminder(page, text)).to_have_count(0)
    page.goto(visit)
    expect(page.get_by_text("Chart read at").last).to_be_visible()
    expect(reminder(page, text)).to_have_count(0)


def test_why_leads_from_a_reminder_to_what_fired_it(page: Page, demo: RunningDemo) -> None:
    launched(page, demo)
    first = page.locator(".app-remind").first
    first.get_by_text("Why this?").click()
    first.get_by_role("link", name="Why am I seeing this?").click()

    expect(page.get_by_text("Shown in this visit.")).to_be_visible()
    expect(page.get_by_text("Found").first).to_be_visible()
    page.get_by_role("link", name="All reminders in this visit").click()
    expect(page.get_by_role("heading", name="Silent, and why")).to_be_visible()


def test_pages_about_reminders_are_accessible_and_nothing_scrolls_sideways(
    page: Page, demo: RunningDemo
) -> None:
    visit = launched(page, demo)
    root = visit.partition("/visits/")[0]
    addresses = [
        visit,
        *(visit + name for name in ("sources", "why/R03", "why/R13", "prompts/R03/not-useful")),
        *(f"{root}/{name}" for name in ("about", "sources", "sources/R13", "sources/questions/hope")),
        *(f"{root}/sources/{name}" for name in ("guides/options-talk", "sheets/af-stroke", "wording")),
    ]
    for width, scheme in ((400, "dark"), (768, "light"), (1280, "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for address in addresses:
            answer = page.goto(address)
            assert answer is not None
            assert answer.ok
            for details in page.locator("details").all():
                details.evaluate("node => { node.open = true }")
            assert_well_laid_out(page)
