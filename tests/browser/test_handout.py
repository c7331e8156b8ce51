"""The handout in a real browser: chosen, typed, read, printed on both papers, without a mouse and without a
script.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import RunningDemo

ROSA = "delgado-rosa"
SONG, SISTER = "One whole song with Ernesto.", "I’m scared of ending up like my sister."
VIEWS = [(width, scheme) for width in (400, 768, 1280) for scheme in ("light", "dark")]
PAPERS = {"A4": (595, 842), "Letter": (612, 792)}
LANGUAGES = {"en": "English", "es": "Español", "zh-Hans": "简体中文"}
LEAST_PT = 12

pytestmark = pytest.mark.browser


@pytest.fixture
def scriptless(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


SAID = {
    "en": (SONG, SISTER),
    "es": ("Bailar una canción entera con Ernesto.", "Me da miedo acabar como mi hermana."),
    "zh-Hans": ("我想和 Ernesto 跳完一整支舞。", "我怕像我姐姐一样。"),
}


def sent(page: Page, demo: RunningDemo, said: tuple[str, str] = (SONG, SISTER)) -> str:
    """Given: a goal and a worry were said and sent. Returns the visit's address."""
    page.goto(demo.demo.ehr.new_launch(ROSA, encounter_id=f"{ROSA}-today"))
    base = page.url
    page.goto(base + "room")
    questions = ("What would you like to be able to do", "most worried about")
    for question, words in zip(questions, said, strict=True):
        prompt = page.locator("details.app-prompt", has_text=question).first
        prompt.locator("summary").click()
        prompt.get_by_role("textbox").first.fill(words)
    page.get_by_role("region", name="Next step").get_by_role("button", name=re.compile("Review")).click()
    page.get_by_role("button", name=re.compile("^Send")).click()
    expect(page.get_by_text("Read back from the chart at")).to_have_count(2)
    return base


def fill(page: Page, tag: str) -> None:
    """Choose a language and type what the clinician adds."""
    page.get_by_role("radio", name=LANGUAGES[tag]).check()
    page.get_by_label("What was said today was said in").select_option("en")
    page.get_by_label("Write the first name on it").check()
    page.get_by_label("Why this was decided").fill("You want to be on your feet on October 17.")
    page.get_by_label("What comes next, one step a line").fill(
        "You start physical therapy now, two times a week.\nWe talk about surgery again on September 15."
    )
    page.get_by_label("Who to call").fill("Front desk, 555-0117")
    page.get_by_label("Who to ask about costs").fill("Billing, 555-0142")


def texts_of(body: bytes) -> list[str]:
    """The text of each page; every letter of it stands inside the page's margins."""
    document = pypdfium2.PdfDocument(BytesIO(body))
    found = []
    for number in range(len(document)):
        page = document[number]
        width, height = page.get_size()
        text = page.get_textpage()
        for letter in range(text.count_chars()):
            left, bottom, right, top = text.get_charbox(letter)
            assert 30 < left <= right < width - 30
            assert 24 < bottom <= top < height - 24
        found.append(text.get_text_bounded())
    document.close()
    return found


def test_what_was_said_and_decided_goes_home_on_paper(page: Page, demo: RunningDemo) -> None:
    sent(page, demo)
    page.get_by_role("link", name="Handout for the patient").click()
    expect(page.get_by_role("checkbox", name=SONG)).to_be_checked()
    expect(page.get_by_role("checkbox", name=SISTER)).to_be_checked()
    page.get_by_role("checkbox", name=SISTER).uncheck()
    fill(page, "en")
    page.get_by_role("button", name="See it as it prints").click()

    paper_page = page.get_by_role("article", name="What matters to you")
    expect(paper_page).to_contain_text(SONG)
    expect(paper_page).not_to_contain_text(SISTER)
    expect(paper_page).to_contain_text("Front desk, 555-0117")
    page.get_by_role("link", name="Change what is on it").click()
    expect(page.get_by_role("checkbox", name=SISTER)).not_to_be_checked()
    expect(page.get_by_label("Who to call")).to_have_value("Front desk, 555-0117")


@pytest.mark.parametrize("paper", PAPERS)
def test_only_the_page_is_printed_whole_and_in_large_type(page: Page, demo: RunningDemo, paper: str) -> None:
    base = sent(page, demo)
    for tag in LANGUAGES:
        page.goto(base + "handout")
        fill(page, tag)
        page.get_by_role("button", name="See it as it prints").click()
        expect(page.locator("article.paper")).to_be_visible()

        body = page.pdf(format=paper)
        text = " ".join(texts_of(body))

        assert SONG in " ".join(text.split())
        for chrome in (
            "DELGADO",
            "Change what is on it",
            "Skip to content",
            "supports your judgment",
            "Print",
        ):
            assert chrome not in text
        document = pypdfium2.PdfDocument(BytesIO(body))
        for number in range(len(document)):
            assert document.get_page_size(number) == pytest.approx(PAPERS[paper], abs=1.5)
        assert len(document) <= 4
        document.close()
        page.emulate_media(media="print")
        smallest = page.evaluate(
            "Math.min(...[...document.querySelectorAll('.paper *')].filter(e => e.innerText)"
            ".map(e => parseFloat(getComputedStyle(e).fontSize)))"
        )
        page.emulate_media(media="null")
        assert smallest * 72 / 96 >= LEAST_PT - 0.01


def test_both_pages_are_accessible_in_every_width_and_scheme(page: Page, demo: RunningDemo) -> None:
    base = sent(page, demo)
    page.goto(base + "handout")
    fill(page, "es")
    page.get_by_role("button", name="Keep it").click()

    for width, scheme in VIEWS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for address in ("handout", "handout/page"):
            page.goto(base + address)
            for details in page.locator("details").all():
                details.evaluate("node => { node.open = true }")
            result = Axe().run(page)
            assert result.violations_count == 0, f"{address} {width} {scheme}: {result.generate_report()}"
            overflow = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert overflow <= 0, f"{address} scrolls sideways at {width}"


def test_handout_is_made_with_the_keyboard_alone(page: Page, demo: RunningDemo) -> None:
    base = sent(page, demo)
    page.goto(base + "handout")
    said = page.get_by_role("checkbox", name=SISTER)
    for _ in range(60):
        page.keyboard.press("Tab")
        if said.evaluate("node => node === document.activeElement"):
            break
    page.keyboard.press("Space")
    expect(said).not_to_be_checked()
    why = page.get_by_label("Why this was decided")
    for _ in range(60):
        page.keyboard.press("Tab")
        if why.evaluate("node => node === document.activeElement"):
            break
    page.keyboard.type("You want to dance.")
    button = page.get_by_role("button", name="See it as it prints")
    for _ in range(20):
        page.keyboard.press("Tab")
        if button.evaluate("node => node === document.activeElement"):
            break
    page.keyboard.press("Enter")

    paper_page = page.locator("article.paper")
    expect(paper_page).to_contain_text("You want to dance.")
    expect(paper_page).not_to_contain_text(SISTER)


def test_typed_text_is_kept_while_typing_and_survives_a_reload(page: Page, demo: RunningDemo) -> None:
    base = sent(page, demo)
    page.goto(base + "handout")
    page.get_by_label("Why this was decided").fill("Typed and not pressed.")
    expect(page.locator("#kept")).to_contain_text(re.compile(r"\d\d:\d\d"))

    page.goto(base + "handout")

    expect(page.get_by_label("Why this was decided")).to_have_value("Typed and not pressed.")


def test_print_button_prints(page: Page, demo: RunningDemo) -> None:
    base = sent(page, demo)
    page.add_init_script("window.print = () => { window.printed = true }")
    page.goto(base + "handout/page")

    page.get_by_role("button", name="Print").click()

    assert page.evaluate("window.printed") is True


def test_handout_without_script(scriptless: Page, demo: RunningDemo) -> None:
    base = sent(scriptless, demo)
    scriptless.goto(base + "handout")
    fill(scriptless, "zh-Hans")
    scriptless.get_by_role("button", name="See it as it prints").click()

    expect(scriptless.get_by_role("article", name="对您重要的事")).to_contain_text(SONG)
    expect(scriptless.get_by_role("button", name="Print")).to_have_count(0)
    expect(scriptless.get_by_text("The browser prints it with Ctrl P")).to_be_visible()


@pytest.mark.parametrize("tag", LANGUAGES)
def test_handout_is_pictured_for_the_docs(page: Page, demo: RunningDemo, screenshots: Path, tag: str) -> None:
    base = sent(page, demo, SAID[tag])
    page.set_viewport_size({"width": 820, "height": 900})
    page.goto(base + "handout")
    fill(page, tag)
    page.get_by_label("What was said today was said in").select_option(tag)
    page.get_by_role("button", name="See it as it prints").click()
    paper_page = page.locator("article.paper")
    expect(paper_page).to_be_visible()

    paper_page.screenshot(path=screenshots / f"handout-{tag}.png")

    assert paper_page.locator(f".paper__quote[lang={tag}]").count() == 2
