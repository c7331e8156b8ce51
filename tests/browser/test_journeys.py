"""The clinician's journeys, in a real browser, inside the demo EHR's frame."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Frame, FrameLocator, Locator, Page, expect

from tests.browser.conftest import RunningDemo, press

ROSA, MARCUS = "delgado-rosa", "bell-marcus"

pytestmark = pytest.mark.browser


def opened(page: Page, demo: RunningDemo, patient: str) -> FrameLocator:
    """Given: the clinician has opened the app from this patient's chart."""
    page.goto(f"{demo.demo.url}?patient={patient}")
    page.get_by_role("button", name="Open Common Ground").click()
    app = page.frame_locator("iframe.ehr-frame")
    expect(app.get_by_text("Chart read at").last).to_be_visible()
    return app


def app_frame(page: Page) -> Frame:
    return next(frame for frame in page.frames if "/visits/" in frame.url)


def assert_accessible(target: Page | Frame) -> None:
    result = Axe().run(target)  # runs in the page or in one frame of it
    assert result.violations_count == 0, result.generate_report()


def write(app: FrameLocator, question: str, words: str) -> None:
    prompt = app.locator("details.app-prompt", has_text=question).first
    prompt.locator("summary").click()
    prompt.get_by_role("textbox").first.fill(words)


def go_to_review(app: FrameLocator) -> None:
    app.get_by_role("region", name="Next step").get_by_role("button", name=re.compile("Review")).click()


def send_button(app: FrameLocator | Page) -> Locator:
    return app.get_by_role("button", name=re.compile("^Send"))


def kept(app: FrameLocator) -> None:
    expect(app.get_by_text(re.compile(r"Draft kept \d\d:\d\d"))).to_be_visible()


def test_words_said_in_the_room_reach_the_chart(page: Page, demo: RunningDemo, screenshots: Path) -> None:
    app = opened(page, demo, ROSA)
    expect(app.get_by_text("I want to dance at Lucía’s wedding in October.")).to_be_visible()
    assert_accessible(page)
    page.screenshot(path=screenshots / "readme.png")

    app.get_by_role("link", name="Go to the questions").click()
    write(app, "What would you like to be able to do", "One whole song with Ernesto.")
    write(app, "What are you most worried about?", "Ending up like my sister.")
    kept(app)
    assert_accessible(app_frame(page))
    go_to_review(app)

    expect(app.locator(".confirm")).to_contain_text("DELGADO, Rosa (Mrs)")
    expect(app.locator(".confirm")).to_contain_text("12-Mar-")
    assert_accessible(app_frame(page))
    send_button(app).click()

    expect(app.get_by_text("Read back from the chart at")).to_have_count(2)
    assert_accessible(app_frame(page))
    panel = page.locator("section[aria-labelledby=now]")
    expect(panel).to_contain_text("One whole song with Ernesto.")
    expect(panel).to_contain_text("Ending up like my sister.")
    assert [goal["description"]["text"] for goal in demo.demo.ehr.created("Goal")] == [
        "One whole song with Ernesto."
    ]


def test_ehr_that_refuses_goals_says_so_and_keeps_the_words(page: Page, demo: RunningDemo) -> None:
    app = opened(page, demo, ROSA)
    demo.demo.ehr.faults.refuse_late.add("Goal")
    app.get_by_role("link", name="Go to the questions").click()
    write(app, "What would you like to be able to do", "One whole song with Ernesto.")
    write(app, "What are you most worried about?", "Ending up like my sister.")
    go_to_review(app)
    send_button(app).click()

    expect(app.get_by_role("heading", level=1)).to_contain_text("1 of 2")
    refused = app.locator("li.done__item", has_text="Not in the chart")
    expect(refused).to_contain_text("One whole song with Ernesto.")
    text = app.get_by_role("textbox", name="Text for your note")
    expect(text).to_have_value(re.compile("One whole song with Ernesto."))
    assert demo.demo.ehr.created("Goal") == []
    assert len(demo.demo.ehr.created("Observation")) == 1
    assert_accessible(app_frame(page))


def test_session_that_ends_while_typing_loses_no_word(page: Page, demo: RunningDemo) -> None:
    app = opened(page, demo, ROSA)
    app.get_by_role("link", name="Go to the questions").click()
    write(app, "What are you most worried about?", "Typed before it ended.")
    kept(app)
    page.get_by_role("button", name="Expire the session").click()
    expect(page.get_by_text("The session is over.")).to_be_visible()

    app.locator("details.app-prompt", has_text="most worried").get_by_role(
        "textbox"
    ).first.press_sequentially(" And after.")
    go_to_review(app)
    send_button(app).click()
    expect(app.get_by_role("heading", name=re.compile("Your EHR session ended"))).to_be_visible()
    assert_accessible(app_frame(page))

    again = opened(page, demo, ROSA)
    expect(again.get_by_text(re.compile("A draft from .* is kept"))).to_be_visible()
    again.get_by_role("button", name="Use it").click()
    expect(again.get_by_text("Typed before it ended. And after.").first).to_be_visible()


def test_two_patients_in_two_tabs_stay_apart(context: BrowserContext, demo: RunningDemo) -> None:
    tabs = {patient: context.new_page() for patient in (ROSA, MARCUS)}
    apps = {patient: opened(tab, demo, patient) for patient, tab in tabs.items()}
    for patient, app in apps.items():
        app.get_by_role("link", name="Go to the questions").click()
        write(app, "What are you most worried about?", f"Worry of {patient}.")
    for app in apps.values():
        go_to_review(app)
    for app in reversed(apps.values()):
        send_button(app).click()
        expect(app.get_by_text("Read back from the chart at")).to_be_visible()

    stored = {
        each["subject"]["reference"]: each["valueString"] for each in demo.demo.ehr.created("Observation")
    }
    assert stored == {f"Patient/{patient}": f"Worry of {patient}." for patient in tabs}


def test_whole_visit_by_keyboard_alone(page: Page, demo: RunningDemo) -> None:
    page.goto(demo.demo.ehr.new_launch(ROSA, encounter_id=f"{ROSA}-today"))
    expect(page.get_by_text("Chart read at").last).to_be_visible()
    press(page, "Control+Enter")
    expect(page.get_by_role("heading", name="Just listen")).to_be_visible()
    press(page, "2")
    page.keyboard.type("Ending up like my sister.")
    press(page, "Control+Enter")
    expect(page.get_by_text("Ending up like my sister.")).to_be_visible()
    press(page, "Control+Enter")
    expect(send_button(page)).to_be_focused()
    press(page, "Enter")

    expect(page.get_by_text("Read back from the chart at")).to_be_visible()
    assert len(demo.demo.ehr.created("Observation")) == 1


def test_double_click_on_send_stores_once(page: Page, demo: RunningDemo) -> None:
    app = opened(page, demo, ROSA)
    app.get_by_role("link", name="Go to the questions").click()
    write(app, "What are you most worried about?", "Once only.")
    go_to_review(app)
    send_button(app).dblclick()
    expect(app.get_by_text("Read back from the chart at")).to_be_visible()

    app_frame(page).evaluate("history.back()")
    # Only then: a page that is on its way out cannot be told to reload.
    expect(app.get_by_text("Read back from the chart at")).to_be_hidden()
    app_frame(page).wait_for_load_state()
    app_frame(page).evaluate("location.reload()")
    page.wait_for_load_state("networkidle")

    assert len(demo.demo.ehr.created("Observation")) == 1


VIEWS = [(width, scheme) for width in (400, 768, 1280) for scheme in ("light", "dark")]
PAGES: dict[str, Callable[[str], str]] = {
    "before": lambda base: base,
    "room": lambda base: base + "room",
    "review": lambda base: base + "review",
    "done": lambda base: base + "done",
    "statements": lambda base: base + "statements",
    "sources": lambda base: re.sub(r"/visits/.*", "/sources", base),
    "source": lambda base: re.sub(r"/visits/.*", "/sources/R01", base),
    "home": lambda base: re.sub(r"/visits/.*", "/", base),
    "picker": lambda base: re.sub(r"/visits/.*", "/open/demo-open", base),
    "unknown-ehr": lambda base: re.sub(r"/visits/.*", "/launch?iss=https://ehr.example.org/fhir", base),
    "no-such-page": lambda base: re.sub(r"/visits/.*", "/nothing", base),
}


def test_every_page_is_accessible_in_every_width_and_scheme(page: Page, demo: RunningDemo) -> None:
    page.goto(demo.demo.ehr.new_launch(ROSA, encounter_id=f"{ROSA}-today"))
    base = page.url
    page.goto(base + "room")
    prompt = page.locator("details.app-prompt").first
    prompt.locator("summary").click()
    prompt.get_by_role("textbox").first.fill("Stay on my feet.")
    expect(page.get_by_text(re.compile("Draft kept"))).to_be_visible()

    for width, scheme in VIEWS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for name, address in PAGES.items():
            page.goto(address(base))
            for details in page.locator("details").all():
                details.evaluate("node => { node.open = true }")
            result = Axe().run(page)
            assert result.violations_count == 0, f"{name} {width} {scheme}: {result.generate_report()}"
            overflow = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert overflow <= 0, f"{name} scrolls sideways at {width}"
