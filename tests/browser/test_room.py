"""In the room every kind of statement can be written: by mouse, by keys, without script, in every width."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import RunningDemo, press

ROSA = "delgado-rosa"
GOAL = "One whole song with Ernesto."
DECISION = "Therapy first, because the operation can wait."
VIEWS = [(width, scheme) for width in (400, 768, 1280) for scheme in ("light", "dark")]
SMALLEST_TARGET_PX = 24

pytestmark = pytest.mark.browser


@pytest.fixture
def scriptless(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def in_the_room(page: Page, demo: RunningDemo) -> None:
    page.goto(demo.demo.ehr.new_launch(ROSA, encounter_id=f"{ROSA}-today"))
    page.goto(f"{page.url}room")


def prompt(page: Page, name: str) -> Locator:
    return page.locator(f"#prompt-{name}")


def add(page: Page, text: str, topic: str = "") -> None:
    """Choose from the drawer of further questions."""
    page.get_by_text("More questions", exact=True).click()
    if topic:
        page.get_by_text(topic, exact=True).click()
    page.get_by_role("button", name=re.compile(f"^Add: {text}")).click()


def write_goal_and_confidence(page: Page) -> Locator:
    goal = prompt(page, "goal")
    goal.locator("summary").click()
    expect(goal.get_by_role("button", name="How confident?")).to_be_hidden()
    goal.get_by_role("textbox").first.fill(GOAL)
    goal.get_by_role("button", name="How confident?").click()
    scale = goal.get_by_role("group", name="How confident, from 0 to 10")
    expect(scale).to_be_visible()
    return scale


def assert_all_are_in_the_chart(page: Page, number: int) -> None:
    page.get_by_role("region", name="Next step").get_by_role("button", name=re.compile("Review")).click()
    page.get_by_role("button", name=re.compile("^Send")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"All {number} are in the chart")


@pytest.mark.parametrize("with_script", [True, False])
def test_role_confidence_and_decision_reach_the_chart(
    page: Page, scriptless: Page, demo: RunningDemo, with_script: bool
) -> None:
    page = page if with_script else scriptless
    in_the_room(page, demo)
    write_goal_and_confidence(page).get_by_role("radio", name="7", exact=True).check()
    add(page, "How do you want to choose", "How to decide")
    page.get_by_role("group", name="Closest to what Rosa said").get_by_label("You decide", exact=True).check()
    add(page, "What did you decide together")
    prompt(page, "decision").get_by_role("textbox").first.fill(DECISION)
    assert_all_are_in_the_chart(page, 4)

    (plan,) = demo.demo.ehr.created("CarePlan")
    values = [
        (one.get("valueInteger"), one.get("valueCodeableConcept", {}).get("text")) for one in observed(demo)
    ]
    assert plan["description"] == DECISION
    assert sorted(values, key=str) == [(7, None), (None, "You decide")]


def observed(demo: RunningDemo) -> list[dict[str, dict[str, str]]]:
    return demo.demo.ehr.created("Observation")


def test_confidence_by_keyboard_alone(page: Page, demo: RunningDemo) -> None:
    in_the_room(page, demo)
    press(page, "5")
    page.keyboard.type(GOAL)
    page.get_by_role("button", name="How confident?").focus()
    press(page, "Enter")
    scale = page.get_by_role("group", name="How confident, from 0 to 10")
    expect(scale.get_by_role("radio", name="0 not at all")).to_be_focused()

    press(page, "Space", *["ArrowRight"] * 3, "1")

    expect(scale.get_by_role("radio", name="3", exact=True)).to_be_checked()
    expect(prompt(page, "hope")).not_to_have_attribute("open", "")
    expect(page.get_by_text(re.compile(r"Draft kept \d\d:\d\d"))).to_be_visible()
    press(page, "Control+Enter")
    expect(page.get_by_role("heading", name="2 statements, word for word")).to_be_visible()


def test_new_box_has_the_focus(page: Page, demo: RunningDemo) -> None:
    in_the_room(page, demo)
    add(page, "What did you decide together")
    box = prompt(page, "decision").get_by_role("textbox").first
    expect(box).to_be_focused()

    page.keyboard.type(DECISION)

    expect(box).to_have_value(DECISION)


def test_fault_of_a_choice_leads_to_its_first_option(page: Page, demo: RunningDemo) -> None:
    in_the_room(page, demo)
    scale = write_goal_and_confidence(page)
    page.get_by_label("In the patient’s words, if they said more").fill("Quite sure.")
    press(page, "Control+Enter")
    expect(page.locator("#errors")).to_be_focused()
    prompt(page, "goal").evaluate("node => { node.open = false }")

    page.get_by_role("link", name=re.compile("^Choose a number from 0 to 10")).click()

    expect(scale.get_by_role("radio", name="0 not at all")).to_be_focused()
    expect(page.get_by_label("In the patient’s words, if they said more")).to_have_value("Quite sure.")


def test_every_box_is_accessible_in_every_width_and_scheme(page: Page, demo: RunningDemo) -> None:
    in_the_room(page, demo)
    write_goal_and_confidence(page)
    page.get_by_label("In the patient’s words, if they said more").fill("Quite sure.")
    add(page, "How do you want to choose", "How to decide")
    add(page, "What did you decide together")
    expect(prompt(page, "decision").get_by_role("textbox").first).to_be_focused()
    press(page, "Control+Enter")  # so that a fault is told
    expect(page.locator("#errors")).to_be_focused()
    for details in page.locator("details").all():
        details.evaluate("node => { node.open = true }")

    for width, scheme in VIEWS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        result = Axe().run(page)
        assert result.violations_count == 0, f"{width} {scheme}: {result.generate_report()}"
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"scrolls sideways at {width}"


@pytest.mark.parametrize("width", [320, 400, 1280])
def test_every_number_of_the_scale_is_large_enough_to_be_hit(
    page: Page, demo: RunningDemo, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    in_the_room(page, demo)

    boxes = [label.bounding_box() for label in write_goal_and_confidence(page).locator("label").all()]

    assert len(boxes) == 12
    for box in boxes:
        assert box is not None
        assert min(box["width"], box["height"]) >= SMALLEST_TARGET_PX
        assert box["x"] + box["width"] <= width
