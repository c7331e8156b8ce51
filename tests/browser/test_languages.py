"""Every page in every language, also in one with long words and in one from right to left: nothing is cut,
nothing scrolls sideways, and nothing is out of reach.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import RunningDemo
from tests.pseudo import with_pseudo_languages

pytestmark = pytest.mark.browser

WIDTHS = (400, 768, 1280)
OF_THE_VISIT = (
    *("", "room", "review", "statements", "done"),
    *("handout", "handout/page", "sheets/own", "patient/worry", "sources"),
)
OF_THE_APP = ("", "sources", "about", "no-such-page")
_OUT_OF_PLACE = """() => [...document.querySelectorAll("body *")].filter((el) => {
  if (el.closest(".app-hidden, .app-skip, svg, option")) return false;
  const box = el.getBoundingClientRect();
  if (!box.width || !box.height || !el.checkVisibility()) return false;
  const style = getComputedStyle(el);
  const cuts = (way) => way === "hidden" || way === "clip";
  const cut = (cuts(style.overflowX) && el.scrollWidth > el.clientWidth + 1)
    || (cuts(style.overflowY) && el.scrollHeight > el.clientHeight + 1);
  return cut || box.left < -1 || box.right > innerWidth + 1;
}).map((el) => el.outerHTML.slice(0, 160))"""


@pytest.fixture(scope="module")
def speaking() -> Iterator[RunningDemo]:
    running = RunningDemo(languages=with_pseudo_languages())
    running.start()
    yield running
    running.stop()


def opened(page: Page, demo: RunningDemo, patient: str, tag: str) -> str:
    """The address of a visit in that language."""
    page.goto(demo.demo.ehr.new_launch(patient))
    base = page.url
    if tag != "en":
        page.locator(f".app-foot__languages button[value={tag}]").click()
    assert page.locator("html").get_attribute("lang") == tag
    assert page.url == base
    return base


def with_words(page: Page, base: str) -> None:
    """Two statements of today, kept."""
    page.goto(f"{base}room")
    for prompt, said in (
        ("goal", "Dance at my granddaughter’s wedding"),
        ("worry", "Losing my balance again"),
    ):
        page.locator(f"#prompt-{prompt} > summary").click()
        page.locator(f"#prompt-{prompt} textarea").first.fill(said)
    page.locator(".app-bar .app-button").click()
    expect(page.locator(".items > li")).to_have_count(2)


def well_laid_out(page: Page, address: str) -> None:
    for details in page.locator("details").all():
        details.evaluate("node => { node.open = true }")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{address} scrolls sideways at {width}"
        assert page.evaluate(_OUT_OF_PLACE) == [], f"{address} at {width}"


@pytest.mark.parametrize("tag", ["en-XA", "ar-XB", "es", "zh-Hans"])
def test_no_page_is_cut_or_scrolls_sideways(page: Page, speaking: RunningDemo, tag: str) -> None:
    base = opened(page, speaking, "herrera-jose", tag)
    with_words(page, base)
    app = base.split("/visits/")[0]
    for address in [*(base + name for name in OF_THE_VISIT), *(f"{app}/{name}" for name in OF_THE_APP)]:
        page.goto(address)
        well_laid_out(page, address)


@pytest.mark.parametrize("tag", ["en-XA", "ar-XB", "es"])
def test_sending_and_changing_a_goal_fit_too(page: Page, speaking: RunningDemo, tag: str) -> None:
    base = opened(page, speaking, "delgado-rosa", tag)
    with_words(page, base)
    page.locator(".confirm__send .app-button").click()
    expect(page.locator(".done__item")).not_to_have_count(0)
    well_laid_out(page, page.url)
    page.goto(f"{base}statements")
    page.locator("a[href*='/goals/']").first.click()
    expect(page.locator(".goal__choices")).to_be_visible()
    well_laid_out(page, page.url)


@pytest.mark.parametrize("tag", ["en", "es", "zh-Hans", "ar-XB"])
def test_pages_stay_accessible(page: Page, speaking: RunningDemo, tag: str) -> None:
    base = opened(page, speaking, "herrera-jose", tag)
    with_words(page, base)
    for name in ("", "room", "review", "patient/worry"):
        page.goto(base + name)
        result = Axe().run(page)
        assert result.violations_count == 0, f"{name}: {result.generate_report()}"


def test_question_for_the_patient_is_large_and_comes_back_to_what_was_typed(
    page: Page, speaking: RunningDemo, screenshots: Path
) -> None:
    base = opened(page, speaking, "herrera-jose", "en")
    page.goto(f"{base}room")
    page.locator("#prompt-worry > summary").click()
    page.locator("#prompt-worry textarea").fill("No poder trabajar")

    page.locator("#prompt-worry").get_by_role("button", name="Show to the patient").click()

    question = page.get_by_role("heading", level=1)
    expect(question).to_have_text("¿Qué es lo que más le preocupa?")
    expect(question).to_have_attribute("lang", "es")
    for width, height in ((400, 800), (768, 1024), (1280, 800)):
        page.set_viewport_size({"width": width, "height": height})
        size = question.evaluate("node => parseFloat(getComputedStyle(node).fontSize)")
        assert size >= 28
        back = page.get_by_role("link", name="Back to the questions")
        expect(back).to_be_in_viewport()
    page.screenshot(path=screenshots / "for-patient.png")

    back.click()

    expect(page.locator("#prompt-worry textarea")).to_have_value("No poder trabajar")


def test_question_for_the_patient_needs_no_script(context: BrowserContext, speaking: RunningDemo) -> None:
    plain = context.browser
    assert plain is not None
    without = plain.new_context(java_script_enabled=False, viewport={"width": 768, "height": 1024})
    try:
        page = without.new_page()
        page.goto(speaking.demo.ehr.new_launch("chen-lina"))
        page.goto(f"{page.url}room")
        page.locator("#prompt-worry > summary").click()
        page.locator("#prompt-worry textarea").fill("怕再住院")
        page.locator("#prompt-worry").get_by_role("button", name="Show to the patient").click()

        expect(page.get_by_role("heading", level=1)).to_have_text("您最担心的是什么？")
        page.get_by_role("link", name="下一个问题").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("在您的日常生活中，什么最重要？")
        page.get_by_role("link", name="Back to the questions").click()
        expect(page.locator("#prompt-worry textarea")).to_have_value("怕再住院")
    finally:
        without.close()
