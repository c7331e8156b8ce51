"""Topics in two keystrokes, and a decision sheet from the room to the chart, in a real browser."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import RunningDemo

TOMASZ = "wojcik-tomasz"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

pytestmark = pytest.mark.browser


@pytest.fixture
def scriptless(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def room(page: Page, demo: RunningDemo) -> str:
    """The address of the visit, with the room open."""
    page.goto(demo.demo.ehr.new_launch(TOMASZ, encounter_id=f"{TOMASZ}-today"))
    visit = page.url
    page.goto(f"{visit}room")
    return visit


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found]


def test_every_topic_opens_with_two_keys(page: Page, demo: RunningDemo) -> None:
    room(page, demo)
    keys = page.locator("[data-key]").evaluate_all("all => all.map(one => one.dataset.key)")

    for key in keys:
        page.keyboard.press("t")
        page.keyboard.press(key)
        topic = page.locator(f'[data-key="{key}"]')
        expect(topic.locator("> summary")).to_be_focused()
        expect(topic.locator(".app-guide__do").first).to_be_in_viewport()

    assert len(keys) == 11


def test_letters_do_nothing_outside_the_topics_and_while_typing(page: Page, demo: RunningDemo) -> None:
    room(page, demo)
    page.keyboard.press("r")
    expect(page.locator("#talks")).not_to_have_attribute("open", "")

    page.keyboard.press("1")
    page.keyboard.type("to rest")

    expect(page.locator("#talks")).not_to_have_attribute("open", "")
    expect(page.get_by_role("textbox").first).to_have_value("to rest")


def test_keys_that_are_switched_off_stay_off(page: Page, demo: RunningDemo) -> None:
    visit = room(page, demo)
    page.route(
        f"{visit}room",
        lambda route: route.fulfill(
            response=(answer := route.fetch()),
            body=answer.text().replace("<html ", '<html data-keys="off" ', 1),
        ),
    )
    page.goto(f"{visit}room")

    page.keyboard.press("t")

    expect(page.locator("#talks")).not_to_have_attribute("open", "")


def test_a_topic_and_a_sheet_work_without_script(scriptless: Page, demo: RunningDemo) -> None:
    room(scriptless, demo)
    scriptless.locator("#talks > summary").click()
    scriptless.locator('[data-key="r"] > summary').click()
    scriptless.get_by_role("button", name="Write the answer: What happened, as you see it?").click()
    answer = scriptless.locator("details.app-prompt[open]").get_by_role("textbox").first
    answer.fill("Nobody called me back.")

    scriptless.get_by_role("button", name="Open: A sheet on preventing a stroke is there.").click()
    expect(scriptless.get_by_role("heading", level=1)).to_have_text(
        "How do you want to lower your risk of a stroke?"
    )
    scriptless.get_by_role("textbox", name=re.compile("^What was decided")).fill("Wait a week.")
    scriptless.get_by_role("region", name="Next step").get_by_role("button", name="Back to").click()

    expect(scriptless.get_by_text("Wait a week.").first).to_be_attached()
    expect(scriptless.get_by_text("Nobody called me back.").first).to_be_attached()


def test_a_decision_goes_from_the_sheet_over_review_into_the_chart(page: Page, demo: RunningDemo) -> None:
    room(page, demo)
    page.get_by_role("button", name="Open: A sheet on preventing a stroke is there.").click()
    page.locator("details.app-sheet__said > summary").last.click()
    page.get_by_role("textbox", name=re.compile("said about it: Warfarin$")).fill(
        "Not the needle every week."
    )
    page.get_by_role("textbox", name=re.compile("^What was decided")).fill("Start apixaban tomorrow.")
    page.get_by_role("textbox", name=re.compile("^Why")).fill("He wants no blood tests.")
    expect(page.get_by_role("status")).to_contain_text("Draft kept")
    page.get_by_role("region", name="Next step").get_by_role("button", name="Review").click()

    expect(page.get_by_text("Why: He wants no blood tests.")).to_be_visible()
    page.get_by_role("button", name=re.compile("^Send")).click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("are in the chart")
    written = str(
        [resource for kind in ("CarePlan", "Observation") for resource in demo.demo.ehr.created(kind)]
    )
    assert "Start apixaban tomorrow.\\nWhy: He wants no blood tests." in written
    assert "Not the needle every week." in written


@pytest.mark.parametrize("width", [400, 768, 1280])
def test_topics_and_sheets_pass_axe_and_fit_the_screen(page: Page, demo: RunningDemo, width: int) -> None:
    # So high that the bar at the bottom covers nothing: what it covers can be scrolled out from under it.
    page.set_viewport_size({"width": width, "height": 9_000})
    visit = room(page, demo)
    for details in page.locator("#talks, #talks details, #sheets").all():
        details.evaluate("one => { one.open = true }")
    assert violations(page) == []
    for sheet in ("af-stroke", "own?more=1"):
        page.goto(f"{visit}sheets/{sheet}")
        for details in page.locator("details").all():
            details.evaluate("one => { one.open = true }")
        assert violations(page) == []
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_a_sheet_can_be_walked_through_by_keyboard(page: Page, demo: RunningDemo) -> None:
    visit = room(page, demo)
    page.goto(f"{visit}sheets/af-stroke")
    summaries = page.locator("details.app-sheet__said > summary")
    seen = 0
    for _ in range(60):
        page.keyboard.press("Tab")
        seen += summaries.evaluate_all("all => all.filter(one => one === document.activeElement).length")
        if page.evaluate(
            "document.activeElement.name?.endsWith('-words') && !document.activeElement.closest('details')"
        ):
            break

    assert seen == 4
    page.keyboard.type("Wait.")
    page.keyboard.press("Tab")
    page.keyboard.type("To think.")
    expect(page.get_by_role("status")).to_contain_text("Draft kept")


def test_a_sheet_prints_its_facts_and_sources(page: Page, demo: RunningDemo) -> None:
    visit = room(page, demo)
    page.goto(f"{visit}sheets/af-stroke")

    page.emulate_media(media="print")

    expect(page.get_by_role("heading", name="Warfarin", exact=True)).to_be_visible()
    expect(page.get_by_text("In trials it kept away 64 out of 100")).to_be_visible()
    expect(page.get_by_text("Hart RG, Pearce LA")).to_be_visible()
    expect(page.locator(".app-bar")).to_be_hidden()
    expect(page.locator(".app-banner")).to_be_hidden()
    expect(page.locator(".app-choice").first).to_be_hidden()
