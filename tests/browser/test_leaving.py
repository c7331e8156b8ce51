"""Leaving asks first where something is unsent or kept nowhere; what is typed outlives nearly everything."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Locator, Page, Route, expect

from tests.browser.conftest import RunningDemo

ROSA = "delgado-rosa"
KEPT = re.compile(r"Draft kept \d\d:\d\d")
SCRIPT = "**/static/app.js*"

pytestmark = pytest.mark.browser


@pytest.fixture
def asked(page: Page) -> list[str]:
    """The questions that the browser asked; each is answered with "leave"."""
    heard: list[str] = []

    def leave(dialog: Dialog) -> None:
        heard.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    return heard


def in_the_room(page: Page, demo: RunningDemo) -> str:
    """Returns the visit's address."""
    page.goto(demo.demo.ehr.new_launch(ROSA, encounter_id=f"{ROSA}-today"))
    base = page.url
    page.goto(f"{base}room")
    return base


def box(page: Page, name: str = "worry") -> Locator:
    return page.locator(f"#prompt-{name}").get_by_role("textbox").first


def type_in(page: Page, words: str, name: str = "worry") -> None:
    page.locator(f"#prompt-{name} > summary").click()
    page.keyboard.type(words)


def mark(page: Page) -> Locator:
    return page.locator("#kept")


@contextmanager
def before_the_script_comes(page: Page, demo: RunningDemo) -> Iterator[None]:
    """In the room with a browser that has no script of the app's yet. It comes afterwards."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(SCRIPT, lambda route: route.abort())
    page.goto(demo.demo.ehr.new_launch(ROSA, encounter_id=f"{ROSA}-today"))
    page.unroute_all()
    page.route(SCRIPT, hold)
    with page.expect_request(SCRIPT):
        page.goto(f"{page.url}room?open=worry", wait_until="commit")
    yield
    held.pop().continue_()


def test_words_that_were_typed_before_the_script_came_are_kept(page: Page, demo: RunningDemo) -> None:
    with before_the_script_comes(page, demo):
        box(page).fill("Typed before any script was here.")

    expect(mark(page)).to_have_text(KEPT)


def test_a_choice_that_was_made_before_the_script_came_is_kept(page: Page, demo: RunningDemo) -> None:
    with page.expect_response("**/draft"), before_the_script_comes(page, demo):
        page.locator("#prompt-worry").get_by_role("radio", name="My summary").check()


def test_closing_with_unsent_words_asks_and_moving_inside_does_not(
    page: Page, demo: RunningDemo, asked: list[str]
) -> None:
    in_the_room(page, demo)
    type_in(page, "Ending up like my sister.")
    expect(mark(page)).to_have_text(KEPT)
    page.get_by_role("button", name=re.compile("^Before")).click()
    page.get_by_role("link", name="Go to the questions").click()
    page.get_by_role("link", name="Write the answer").or_(
        page.locator("#prompt-hope > summary")
    ).first.click()
    page.get_by_role("region", name="Next step").get_by_role("button").last.click()
    expect(page.locator(".confirm")).to_be_visible()
    page.get_by_role("link", name="Handout", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("andout")
    page.locator("summary", has_text="Keyboard").click()
    assert asked == []

    page.goto("about:blank")

    assert asked == ["beforeunload"]


def test_leaving_asks_nothing_before_anything_is_typed_or_after_all_is_sent(
    page: Page, demo: RunningDemo, asked: list[str]
) -> None:
    in_the_room(page, demo)
    page.locator("#prompt-hope > summary").click()
    page.goto("about:blank")
    in_the_room(page, demo)
    type_in(page, "Ending up like my sister.")
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name=re.compile("^Send")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("in the chart")
    page.goto("about:blank")

    assert asked == []


def test_words_that_were_deleted_again_are_nothing_to_ask_about(
    page: Page, demo: RunningDemo, asked: list[str]
) -> None:
    in_the_room(page, demo)
    type_in(page, "Wrong patient?")
    expect(page.locator("[data-unsent]")).to_have_count(1)
    box(page).fill("")
    expect(page.locator("[data-unsent]")).to_have_count(0)
    page.goto("about:blank")

    assert asked == []


def test_nobody_leaves_typed_words_without_a_connection(
    page: Page, context: BrowserContext, demo: RunningDemo, asked: list[str]
) -> None:
    in_the_room(page, demo)
    context.set_offline(True)
    type_in(page, "Typed in the elevator.")
    expect(mark(page)).to_have_text("Not kept. Trying again")
    page.keyboard.press("Control+Enter")
    expect(mark(page)).to_have_text("Not kept. Trying again")
    expect(box(page)).to_have_value("Typed in the elevator.")

    context.set_offline(False)
    expect(mark(page)).to_have_text(KEPT, timeout=15_000)
    page.keyboard.press("Control+Enter")

    expect(page.locator(".items")).to_contain_text("Typed in the elevator.")
    assert asked == []


def test_words_outlive_reload_back_another_tab_and_a_browser_that_crashed(
    page: Page, context: BrowserContext, chromium: Browser, demo: RunningDemo
) -> None:
    base = in_the_room(page, demo)
    type_in(page, "Ending up like my sister.")
    expect(mark(page)).to_have_text(KEPT)

    prompt = page.locator("#prompt-worry")
    page.reload()
    expect(prompt.locator("textarea")).to_have_value("Ending up like my sister.")
    page.goto(f"{base}statements")
    page.go_back()
    expect(prompt.locator("textarea")).to_have_value("Ending up like my sister.")
    tab = context.new_page()
    tab.goto(f"{base}room")
    type_in(tab, "One whole song.", "goal")
    expect(mark(tab)).to_have_text(KEPT)
    with page.expect_event("requestfinished", lambda request: "Or my aunt." in (request.post_data or "")):
        type_in(page, " Or my aunt.")
    expect(prompt.locator("textarea")).to_have_value("Ending up like my sister. Or my aunt.")
    cookies = context.storage_state()
    context.close()

    restored = chromium.new_context(storage_state=cookies)
    again = restored.new_page()
    again.goto(f"{base}review")
    expect(again.locator(".items")).to_contain_text("Ending up like my sister. Or my aunt.")
    expect(again.locator(".items")).to_contain_text("One whole song.")
    restored.close()


def test_session_that_ends_while_typing_keeps_the_words_and_says_so(
    page: Page, context: BrowserContext, demo: RunningDemo
) -> None:
    base = in_the_room(page, demo)
    other = context.new_page()
    other.goto(f"{base}statements")
    type_in(page, "Typed")
    expect(mark(page)).to_have_text(KEPT)
    other.get_by_role("button", name="End visit").click()
    other.get_by_role("button", name="Keep this and end the visit").click()
    expect(other.get_by_role("heading", name="This visit is closed.")).to_be_visible()

    page.keyboard.type(" and went on typing.")
    page.keyboard.press("Control+Enter")

    expect(page.locator("body")).to_contain_text("Typed and went on typing.")


def test_text_that_is_kept_nowhere_asks_also_inside_the_visit(
    page: Page, demo: RunningDemo, asked: list[str]
) -> None:
    base = in_the_room(page, demo)
    page.goto(f"{base}prompts/R01/not-useful")
    page.locator("main textarea").click()
    page.keyboard.type("Kept nowhere yet.")
    page.get_by_role("navigation", name="This visit").get_by_role("link").first.click()
    expect(page.locator(".before__ask")).to_be_visible()

    assert asked == ["beforeunload"]


def test_nobody_leaves_words_that_the_server_refused_without_being_asked(
    page: Page, demo: RunningDemo, asked: list[str]
) -> None:
    in_the_room(page, demo)
    page.locator("#prompt-worry > summary").click()
    box(page).fill("y" * 300_000)
    expect(mark(page)).to_have_text("Not kept. This is more text than one page can send.")
    expect(page.locator("[data-unsent]")).to_have_count(0)

    page.goto("about:blank")

    assert asked == ["beforeunload"]


def test_words_of_a_browser_that_lost_its_cookie_are_asked_for_and_shown_to_be_copied(
    page: Page, context: BrowserContext, demo: RunningDemo, asked: list[str]
) -> None:
    in_the_room(page, demo)
    context.clear_cookies()
    type_in(page, "My words that nobody keeps.")
    expect(mark(page)).to_have_text("Not kept. This page belongs to another browser window.")

    page.keyboard.press("Control+Enter")

    expect(page.get_by_text("Your words are not kept yet. Copy them")).to_be_visible()
    expect(page.get_by_text("My words that nobody keeps.")).to_be_visible()
    assert asked == []  # the form is sent as ever


def test_leaving_with_words_that_a_lost_cookie_kept_nowhere_asks(
    page: Page, context: BrowserContext, demo: RunningDemo, asked: list[str]
) -> None:
    in_the_room(page, demo)
    context.clear_cookies()
    type_in(page, "My words that nobody keeps.")
    expect(mark(page)).to_have_text("Not kept. This page belongs to another browser window.")

    page.goto("about:blank")

    assert asked == ["beforeunload"]


def test_words_that_fit_after_a_refusal_are_kept_and_nothing_is_asked_inside(
    page: Page, demo: RunningDemo, asked: list[str]
) -> None:
    in_the_room(page, demo)
    page.locator("#prompt-worry > summary").click()
    box(page).fill("y" * 300_000)
    expect(mark(page)).to_have_text("Not kept. This is more text than one page can send.")
    box(page).fill("Shorter.")
    expect(mark(page)).to_have_text(KEPT)

    page.get_by_role("button", name=re.compile("^Before")).click()
    expect(page.locator(".before__ask")).to_be_visible()

    assert asked == []


@pytest.mark.parametrize(
    "answer",
    [
        (503, "application/json", '{"code": "store-unavailable", "heading": "Cannot keep your text."}'),
        (200, "text/html", "<p>Sign in to the hospital network</p>"),
        (403, "application/json", '{"error": "blocked"}'),
    ],
    ids=["database is gone", "page of the network", "something on the way says no"],
)
def test_words_that_are_not_kept_yet_are_tried_again_and_asked_for(
    page: Page, demo: RunningDemo, asked: list[str], answer: tuple[int, str, str]
) -> None:
    status, kind, body = answer
    in_the_room(page, demo)
    page.route("**/draft", lambda route: route.fulfill(status=status, content_type=kind, body=body))
    type_in(page, "Not there yet.")
    expect(mark(page)).to_have_text("Not kept. Trying again")
    with page.expect_request("**/draft"):
        pass  # by itself

    page.goto("about:blank")

    assert asked == ["beforeunload"]
