"""Copying and printing in the frame of an EHR that allows neither dialogs nor the clipboard."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.conftest import RunningDemo

ROSA = "delgado-rosa"
STRICT = "allow-scripts allow-forms allow-same-origin"
NO_SCRIPT = "allow-forms allow-same-origin"
HEARD = """
addEventListener("copy", () => { window.copied = getSelection().toString() || document.activeElement.value });
"""
STRICTER = """
(frame, [address, sandbox]) => {
  frame.removeAttribute("allow");
  frame.setAttribute("sandbox", sandbox);
  frame.src = address;
}
"""

pytestmark = pytest.mark.browser

Framing = Callable[[str, str], FrameLocator]


@pytest.fixture
def framed(page: Page, demo: RunningDemo) -> Framing:
    """Opens an address in a frame of the EHR with this sandbox, which is not allowed the clipboard either."""

    def open_framed(address: str, sandbox: str) -> FrameLocator:
        page.goto(f"{demo.demo.url}?patient={ROSA}")
        page.get_by_role("button", name="Open Common Ground").click()
        page.locator("iframe.ehr-frame").evaluate(STRICTER, [address, sandbox])
        return page.frame_locator("iframe.ehr-frame")

    return open_framed


def launched(framed: Framing, demo: RunningDemo, page: Page, sandbox: str) -> tuple[FrameLocator, str]:
    """The app in its frame, and the visit's address."""
    app = framed(demo.demo.ehr.new_launch(ROSA, encounter_id=f"{ROSA}-today"), sandbox)
    expect(app.locator(".before__ask")).to_be_visible()
    return app, page.frames[1].url


def refused(framed: Framing, demo: RunningDemo, page: Page, sandbox: str) -> FrameLocator:
    """Given: the EHR took no goal, so its words are to be copied into the note."""
    demo.demo.ehr.faults.refuse_late.add("Goal")
    app, _base = launched(framed, demo, page, sandbox)
    app.get_by_role("link", name="Go to the questions").click()
    goal = app.locator("#prompt-goal")
    goal.locator("summary").click()
    goal.get_by_role("textbox").first.fill("One whole song with Ernesto.")
    app.get_by_role("region", name="Next step").get_by_role("button").last.click()
    app.get_by_role("button", name=re.compile("^Send")).click()
    expect(app.get_by_role("textbox", name="Text for your note")).to_be_visible()
    return app


def test_text_is_copied_without_leave_to_use_the_clipboard(
    page: Page, demo: RunningDemo, framed: Framing
) -> None:
    page.context.add_init_script(HEARD)
    app = refused(framed, demo, page, STRICT)
    app.get_by_role("button", name="Copy the text").click()

    expect(app.get_by_text("Copied. Paste it into your note.")).to_be_visible()
    assert "One whole song with Ernesto." in page.frames[1].evaluate("window.copied")


def test_browser_that_copies_nothing_leaves_the_text_selected_and_names_the_keys(
    page: Page, demo: RunningDemo, framed: Framing
) -> None:
    page.context.add_init_script("document.execCommand = () => false")
    app = refused(framed, demo, page, STRICT)
    app.get_by_role("button", name="Copy the text").click()

    expect(app.get_by_text("The text is selected: press Ctrl C.")).to_be_visible()
    selected = "[document.activeElement.selectionStart, document.activeElement.selectionEnd]"
    start, end = page.frames[1].evaluate(selected)
    assert (start, end) == (0, len(page.frames[1].evaluate("document.activeElement.value")))


def test_text_can_be_copied_by_hand_in_a_frame_without_script(
    page: Page, demo: RunningDemo, framed: Framing
) -> None:
    app = refused(framed, demo, page, NO_SCRIPT)

    expect(app.get_by_role("button", name="Copy the text")).to_have_count(0)
    expect(app.get_by_text("Or select it, press")).to_be_visible()
    expect(app.get_by_role("textbox", name="Text for your note")).to_have_value(
        re.compile("One whole song with Ernesto.")
    )


def test_print_that_a_frame_ignores_is_noticed_and_the_page_is_selected(
    page: Page, demo: RunningDemo, framed: Framing
) -> None:
    _app, base = launched(framed, demo, page, STRICT)
    app = framed(f"{base}handout/page", STRICT)
    app.get_by_role("button", name="Print", exact=True).click()

    expect(app.locator("#printed")).to_have_text(re.compile("The handout is selected: press Ctrl P."))
    selected = page.frames[1].evaluate("getSelection().toString()")
    assert "What matters to you" in selected
    assert "Save as PDF" not in selected


def test_print_that_a_frame_allows_says_nothing(page: Page, demo: RunningDemo, framed: Framing) -> None:
    _app, base = launched(framed, demo, page, STRICT)
    app = framed(f"{base}handout/page", f"{STRICT} allow-modals")
    app.get_by_role("button", name="Print", exact=True).click()

    expect(app.locator("#printed")).to_be_empty()
    assert page.frames[1].evaluate("getSelection().toString()") == ""


def test_frame_without_script_names_the_keys_that_print(
    page: Page, demo: RunningDemo, framed: Framing
) -> None:
    _app, base = launched(framed, demo, page, NO_SCRIPT)
    app = framed(f"{base}handout/page", NO_SCRIPT)

    expect(app.get_by_role("button", name="Print", exact=True)).to_have_count(0)
    expect(app.get_by_text("The browser prints it with Ctrl P")).to_be_visible()
