"""What the app says on a Spanish and a Chinese page: nothing of it is English but names and titles."""

import os
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from smartapp.app import CONTENT
from smartapp.sdm.catalogue import load_catalogue
from smartapp.sdm.texts import texts_of
from smartapp.sdm.translation_check import entries_of
from tests.browser.conftest import RunningDemo
from tests.browser.test_languages import opened, well_laid_out
from tests.pseudo import with_pseudo_languages

pytestmark = pytest.mark.browser

OF_THE_VISIT = ("", "room", "sheets/af-stroke", "sheets/kidney-failure", "why/R13", "why/R24", "sources")
OF_THE_APP = (
    *("sources", "sources/R10", "sources/R17", "sources/R24", "sources/wording"),
    *("sources/questions/hope", "sources/questions/drug-test", "sources/guides/repair"),
    *("sources/sheets/af-stroke", "sources/sheets/opioid-treatment"),
)
DRAFT = {"es": "Traducción en borrador.", "zh-Hans": "草稿译文"}
ENGLISH = {
    text
    for entry in entries_of(load_catalogue(CONTENT)).values()
    for text in texts_of(entry).values()
    if len(text.split()) > 2
}
_SMALL_WORDS = re.compile(
    r"\b(the|with|what|this|and|are|was|were|not|from|you|your|they|have)\b", re.IGNORECASE
)
# Citations are marked as English. What comes from the chart, and a source's short form, are names and words
# of others.
_OWN_TEXT = """() => {
  const tag = document.documentElement.lang;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  const theirs = "bdi, blockquote, .app-said, .app-sheet__source, .app-why__sources, script, style, "
    + "header, .before__who, textarea";
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    const spoken = parent.closest("[lang]");
    if (spoken && spoken.lang !== tag) continue;
    if (parent.closest(theirs) && !parent.closest("main header")) continue;
    found.push(walker.currentNode.textContent.replace(/\\s+/g, " ").trim());
  }
  return found.filter(Boolean);
}"""


@pytest.fixture(scope="module")
def speaking() -> Iterator[RunningDemo]:
    running = RunningDemo(languages=with_pseudo_languages())
    running.start()
    yield running
    running.stop()


def own_text(page: Page) -> list[str]:
    for details in page.locator("details").all():
        details.evaluate("node => { node.open = true }")
    found: list[str] = page.evaluate(_OWN_TEXT)
    return found


@pytest.mark.parametrize("tag", ["es", "zh-Hans"])
def test_no_sentence_of_the_app_is_english(page: Page, speaking: RunningDemo, tag: str) -> None:
    base = opened(page, speaking, "wojcik-tomasz", tag)
    app = base.split("/visits/")[0]
    for address in [*(base + name for name in OF_THE_VISIT), *(f"{app}/{name}" for name in OF_THE_APP)]:
        page.goto(address)
        texts = own_text(page)
        whole = " ".join(texts)
        assert [text for text in ENGLISH if text in whole] == [], address
        assert [text for text in texts if _SMALL_WORDS.search(text)] == [], address
        assert DRAFT[tag] in whole, f"{address} does not say that it is a draft"


@pytest.mark.parametrize("tag", ["es", "zh-Hans"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_content_fits_in_every_width(page: Page, speaking: RunningDemo, tag: str, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    base = opened(page, speaking, "wojcik-tomasz", tag)
    for name in ("", "room", "sheets/af-stroke", "why/R13"):
        page.goto(base + name)
        well_laid_out(page, base + name)
        if folder := os.environ.get("COMMON_GROUND_LOOK"):
            for width in (400, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                shot = f"{folder}/{tag}-{scheme}-{name.replace('/', '-') or 'before'}-{width}.png"
                page.screenshot(path=shot, full_page=True)
