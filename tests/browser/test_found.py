"""What notes say, in a real browser: confirmed, edited and set aside, by mouse, by keys, without script."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import RunningDemo
from tests.web.charts import goal, note, sam

WALK = "I want to walk to the market again."
SING = "What matters most to her is singing in the choir."
NURSING = (
    f'SUBJECTIVE\nPatient states: "{WALK}" {SING}\n'
    "If her breathing got worse, she would not want a breathing tube.\n"
    "She claims that nobody called her back.\n\nASSESSMENT\nCode status: DNR. Discussed with patient today.\n"
)
WIDTHS = ((400, "dark"), (768, "light"), (1280, "dark"))

pytestmark = pytest.mark.browser


@pytest.fixture
def scriptless(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


@pytest.fixture
def chart(demo: RunningDemo) -> str:
    """The address that opens the visit of Sam Gray, whose notes hold statements."""
    scan = note("n2", "", on="2026-04-01", title="Scanned letter", contentType="image/tiff")
    easter = goal("g1", "I want to sing at Easter.")
    for resource in (sam(), note("n1", NURSING, on="2026-05-04", title="Nursing note"), scan, easter):
        demo.demo.ehr.store.load(resource)
    return demo.demo.ehr.new_launch("gray-sam")


def assert_well_laid_out(page: Page) -> None:
    for width, scheme in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        result = Axe().run(page)
        assert result.violations_count == 0, result.generate_report()
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0


def button(page: Page, answer: str, said: str) -> Locator:
    return page.get_by_role("button", name=re.compile(f"^{answer}: {re.escape(said[:20])}"))


def test_clinician_confirms_a_statement_of_a_note_and_it_goes_through_review(
    page: Page, demo: RunningDemo, chart: str
) -> None:
    page.goto(chart)
    base = page.url
    page.goto(f"{base}statements")
    assert_well_laid_out(page)

    button(page, "Confirm", WALK).click()

    taken = page.get_by_text("Among today’s statements, and not sent yet.").locator("..")
    expect(taken).to_be_focused()
    assert_well_laid_out(page)
    taken.get_by_role("link", name="Review").click()
    expect(page.get_by_text(WALK)).to_be_visible()
    assert demo.demo.ehr.created("Goal") == []
    page.get_by_role("button", name=re.compile("^Send")).click()
    expect(page.get_by_text("Read back from the chart at")).to_be_visible()
    assert [one["description"]["text"] for one in demo.demo.ehr.created("Goal")] == [WALK]


def test_edit_opens_the_box_and_puts_the_cursor_into_it(page: Page, chart: str) -> None:
    page.goto(chart)
    base = page.url
    page.goto(f"{base}statements")

    button(page, "Edit", WALK).click()

    box = page.locator("#prompt-goal").get_by_role("textbox").first
    expect(box).to_be_focused()
    expect(box).to_have_value(WALK)


def test_set_aside_and_shown_again_by_keyboard_alone_and_without_script(scriptless: Page, chart: str) -> None:
    page = scriptless
    page.goto(chart)
    base = page.url
    page.goto(f"{base}statements")

    button(page, "Not right", WALK).focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="1 statement set aside as not right")).to_be_visible()
    page.goto(base)
    expect(page.get_by_text(WALK)).to_have_count(0)
    page.get_by_role("link", name="Show again").focus()
    page.keyboard.press("Enter")
    button(page, "Show again", WALK).focus()
    page.keyboard.press("Enter")
    expect(button(page, "Not right", WALK)).to_be_visible()
    page.goto(base)
    expect(page.get_by_text(WALK)).to_be_visible()


def test_buttons_beside_a_statement_are_large_enough_to_hit(page: Page, chart: str) -> None:
    page.goto(chart)
    base = page.url
    for name in ("", "statements"):
        page.goto(base + name)
        page.set_viewport_size({"width": 400, "height": 800})
        boxes = [each.bounding_box() for each in page.locator(".app-answers button").all()]

        assert boxes
        assert all(box is not None and box["width"] >= 24 and box["height"] >= 24 for box in boxes)


def test_words_that_color_the_picture_stand_behind_one_quiet_line(page: Page, chart: str) -> None:
    page.goto(chart)
    line = page.get_by_text("Some earlier notes use words that may color the picture.")
    words = page.get_by_role("region", name="Words in earlier notes")
    expect(line).to_be_visible()
    expect(words.get_by_text("claims that", exact=True)).to_be_hidden()

    line.click()

    expect(words.get_by_text("claims that", exact=True)).to_be_visible()
    expect(words.get_by_text("Nursing note, 4 May 2026")).to_be_visible()
    expect(words.get_by_text("Wanda Writer")).to_have_count(0)
    assert_well_laid_out(page)


def test_words_of_the_clinicians_own_are_shown_at_review_and_lead_back_to_their_box(
    page: Page, chart: str
) -> None:
    page.goto(chart)
    base = page.url
    page.goto(f"{base}statements")
    button(page, "Edit", SING).click()
    box = page.locator("#prompt-matters").get_by_role("textbox").first
    box.fill("She claims that nobody called her back.")
    expect(page.get_by_text(re.compile(r"Draft kept \d\d:\d\d"))).to_be_visible()
    page.get_by_role("button", name="Review 1 statement").click()

    expect(page.get_by_text("One phrase may read as doubt.")).to_be_visible()
    assert_well_laid_out(page)
    page.get_by_role("link", name="Change the text").click()

    expect(page.locator("#prompt-matters").get_by_role("textbox").first).to_be_focused()


def test_two_that_differ_stand_side_by_side_older_first(page: Page, demo: RunningDemo) -> None:
    page.goto(demo.demo.ehr.new_launch("delgado-rosa"))
    base = page.url
    for name in ("", "statements"):
        page.goto(base + name)
        page.set_viewport_size({"width": 1280, "height": 800})
        older, later = (each.bounding_box() for each in page.locator(".app-differ > *").all()[:2])

        assert older is not None
        assert later is not None
        assert older["x"] < later["x"]
        assert abs(older["y"] - later["y"]) < 2
        sizes = page.evaluate(
            "[...document.querySelectorAll('.app-differ :is(.app-said__words, .app-said__plain)')]"
            ".map((each) => getComputedStyle(each).fontSize)"
        )
        assert len(set(sizes)) == 1
        assert_well_laid_out(page)
