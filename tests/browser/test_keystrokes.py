"""What a standard visit asks of the hands: one goal and one worry, from the launch to "in the chart"."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import RunningDemo, press
from tests.figures import record
from tests.klm import Act, Effort, Step, effort

ROSA = "delgado-rosa"
GOAL, WORRY = "One whole song with Ernesto.", "Ending up like my sister."
MOST_CLICKS, MOST_SECONDS = 3, 60.0
COUNTER = """
addEventListener("click", (event) => event.isTrusted && event.detail && counted("click"), true);
addEventListener("keydown", (event) => event.isTrusted && counted("key"), true);
"""

pytestmark = pytest.mark.browser


class Hands:
    """Does what a clinician does, and writes it down. `seen`: what the pages themselves noticed of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.steps: list[Step] = []
        self.seen: list[str] = []
        self.letters = 0
        page.context.expose_binding("counted", lambda _source, what: self.seen.append(what))
        page.context.add_init_script(COUNTER)

    def click(self, where: Locator) -> None:
        where.wait_for()
        self.page.wait_for_load_state()  # a click has the cursor in its box once the script is here
        where.click()
        self.steps.append(Step(Act.CLICK))

    def press(self, chord: str) -> None:
        press(self.page, chord)
        self.steps.append(Step(Act.KEYS, len(chord.split("+"))))

    def type(self, words: str) -> None:
        """Wherever the cursor is."""
        self.page.keyboard.type(words)
        self.letters += len(words)
        self.steps.append(Step(Act.WORDS))

    def effort(self) -> Effort:
        return effort(self.steps)


Visit = Callable[[Hands], None]


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name)


def in_the_room(page: Page) -> None:
    expect(page.get_by_role("group", name="Questions")).to_be_visible()


def with_mouse_and_digits(hands: Hands) -> None:
    """Digits open questions, also from the first page; the mouse presses the buttons."""
    hands.press("5")
    in_the_room(hands.page)
    hands.type(GOAL)
    hands.press("Escape")
    hands.press("2")
    hands.type(WORRY)
    hands.click(button(hands.page, "Review 2 statements").or_(button(hands.page, "Review")).last)
    hands.click(button(hands.page, "Send"))


def with_keys_alone(hands: Hands) -> None:
    hands.press("5")
    in_the_room(hands.page)
    hands.type(GOAL)
    hands.press("Escape")
    hands.press("2")
    hands.type(WORRY)
    hands.press("Control+Enter")
    expect(hands.page.get_by_role("heading", name="2 statements, word for word")).to_be_visible()
    hands.press("Control+Enter")
    expect(button(hands.page, "Send")).to_be_focused()
    hands.press("Enter")


def with_the_mouse_alone(hands: Hands) -> None:
    """A question that is clicked has the cursor in its box, so nothing but the questions is clicked."""
    hands.click(hands.page.get_by_role("link", name="Go to the questions"))
    hands.click(hands.page.locator("#prompt-goal > summary"))
    hands.type(GOAL)
    hands.click(hands.page.locator("#prompt-worry > summary"))
    hands.type(WORRY)
    hands.click(hands.page.get_by_role("region", name="Next step").get_by_role("button").last)
    hands.click(button(hands.page, "Send"))


def without_script(hands: Hands) -> None:
    """A question that is clicked opens, and its box is one more click."""
    hands.click(hands.page.get_by_role("link", name="Go to the questions"))
    for name, words in (("goal", GOAL), ("worry", WORRY)):
        prompt = hands.page.locator(f"#prompt-{name}")
        hands.click(prompt.locator("summary"))
        hands.click(prompt.get_by_role("textbox").first)
        hands.type(words)
    hands.click(hands.page.get_by_role("region", name="Next step").get_by_role("button").last)
    hands.click(button(hands.page, "Send"))


@contextmanager
def browsing(chromium: Browser, *, script: bool) -> Iterator[BrowserContext]:
    context = chromium.new_context(
        viewport={"width": 1024, "height": 700}, locale="en-US", java_script_enabled=script
    )
    context.set_default_timeout(15_000)
    yield context
    context.close()


def visited(chromium: Browser, demo: RunningDemo, way: Visit, *, script: bool = True) -> Hands:
    """Goes this way from the launch until both statements are in the chart."""
    with browsing(chromium, script=script) as context:
        hands = Hands(context.new_page())
        hands.page.goto(demo.demo.ehr.new_launch(ROSA, encounter_id=f"{ROSA}-today"))
        hands.seen.clear()  # the launch itself is the EHR's press
        way(hands)
        expect(hands.page.get_by_role("heading", level=1)).to_have_text("All 2 are in the chart")
        hands.page.wait_for_load_state()
    assert [goal["description"]["text"] for goal in demo.demo.ehr.created("Goal")] == [GOAL]
    assert [one["valueString"] for one in demo.demo.ehr.created("Observation")] == [WORRY]
    return hands


def told(name: str, hands: Hands) -> Effort:
    """Print a way's line and keep its figures. The seconds are kept in tenths, for figures are whole."""
    found = hands.effort()
    line = f"{name:<24}{found.clicks:>3} clicks{found.keys:>4} keys beside the words{found.seconds:>7.1f} s\n"
    sys.stdout.write(line)
    record(f"standard visit {name}: clicks", found.clicks)
    record(f"standard visit {name}: keys beside the words", found.keys)
    record(f"standard visit {name}: tenths of a second, keystroke-level model", round(found.seconds * 10))
    return found


@pytest.mark.parametrize(
    ("name", "way"),
    [("with mouse and digits", with_mouse_and_digits), ("with keys alone", with_keys_alone)],
)
def test_standard_visit_needs_at_most_three_clicks_and_one_minute(
    chromium: Browser, demo: RunningDemo, name: str, way: Visit
) -> None:
    hands = visited(chromium, demo, way)
    found = told(name, hands)

    assert found.clicks <= MOST_CLICKS
    assert found.seconds <= MOST_SECONDS
    assert hands.seen.count("click") == found.clicks
    assert hands.seen.count("key") == found.keys + hands.letters


def test_keyboard_alone_needs_no_click(chromium: Browser, demo: RunningDemo) -> None:
    assert visited(chromium, demo, with_keys_alone).effort().clicks == 0


def test_mouse_alone_clicks_nothing_but_the_questions_and_the_buttons(
    chromium: Browser, demo: RunningDemo
) -> None:
    hands = visited(chromium, demo, with_the_mouse_alone)

    assert told("with the mouse alone", hands).clicks == 5
    assert hands.seen.count("click") == 5


def test_standard_visit_goes_without_script(chromium: Browser, demo: RunningDemo) -> None:
    found = told("without script", visited(chromium, demo, without_script, script=False))

    assert found.seconds <= MOST_SECONDS


@pytest.mark.parametrize("width", [400, 1024])
@pytest.mark.parametrize(("page_name", "question"), [("", ".before__ask"), ("room", ".app-prompt__ask")])
def test_first_question_is_seen_without_scrolling(
    page: Page, demo: RunningDemo, width: int, page_name: str, question: str
) -> None:
    page.set_viewport_size({"width": width, "height": 700})
    page.goto(demo.demo.ehr.new_launch(ROSA, encounter_id=f"{ROSA}-today"))
    page.goto(page.url + page_name)
    expect(page.locator(".app-bar")).to_be_visible()

    seen = page.locator(question).first.bounding_box()
    bar = page.locator(".app-bar").bounding_box()
    assert seen is not None
    assert bar is not None
    assert page.evaluate("scrollY") == 0
    assert seen["y"] > 0
    assert seen["y"] + seen["height"] <= min(700, bar["y"])
    assert seen["x"] >= 0
    assert seen["x"] + seen["width"] <= width
    record("pages whose first question is seen without scrolling", 1)
