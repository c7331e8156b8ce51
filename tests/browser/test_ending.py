"""The end of a visit in a real browser: the warning before it, and that nothing is left behind."""

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, expect

from smartapp.clock import now
from smartapp.demo import build_demo
from smartapp.web.cookies import launch_name
from tests.browser.conftest import RunningDemo

pytestmark = pytest.mark.browser

ROSA = "delgado-rosa"


class MovedClock:
    """The machine's time, and what a test adds to it."""

    def __init__(self) -> None:
        self.added = timedelta()

    def __call__(self) -> datetime:
        return now().astimezone(UTC) + self.added


class TimedDemo(RunningDemo):
    """The demo with a clock that the test moves."""

    def __init__(self) -> None:
        self.clock = MovedClock()
        self.demo = build_demo(app_port=0, ehr_port=0, clock=self.clock)
        self._ready = threading.Event()
        self._stop = None
        self._loop = None
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        import asyncio

        asyncio.run(self._run())


@pytest.fixture
def timed() -> Iterator[TimedDemo]:
    running = TimedDemo()
    running.start()
    yield running
    running.stop()


def open_room(page: Page, demo: RunningDemo) -> str:
    page.goto(demo.demo.ehr.new_launch(ROSA))
    page.wait_for_url(re.compile(r"/visits/[^/]+/$"))
    page.goto(f"{page.url}room")
    return page.url


def pass_minutes(page: Page, demo: TimedDemo, minutes: int) -> None:
    """For the app and for the browser alike."""
    demo.clock.added += timedelta(minutes=minutes)
    page.clock.fast_forward(minutes * 60_000)


def axe(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {[node['html'] for node in each['nodes']]}" for each in found]


def test_warning_comes_before_the_end_takes_no_focus_and_keeps_the_visit_open(
    page: Page, timed: TimedDemo, screenshots: Path
) -> None:
    page.clock.install()
    open_room(page, timed)
    warning = page.get_by_role("status").filter(has_text="This visit closes at")
    page.locator("details.app-prompt summary").first.click()
    area = page.locator("details.app-prompt[open] textarea").first
    area.fill("Dance at the wedding")
    expect(page.locator("#kept")).to_contain_text("Draft kept")

    pass_minutes(page, timed, 12)
    expect(warning).to_have_count(0)
    pass_minutes(page, timed, 2)

    expect(warning).to_be_visible()
    expect(area).to_be_focused()
    assert axe(page) == []
    page.get_by_role("button", name="Keep it open").click()
    expect(page.locator(".app-expiry")).to_contain_text("Open until")
    expect(page.get_by_role("button", name="Keep it open")).to_be_hidden()
    expect(area).to_have_value("Dance at the wedding")
    pass_minutes(page, timed, 10)
    expect(warning).to_have_count(0)
    expect(page.locator(".app-expiry")).to_be_hidden()


def test_page_says_that_the_visit_is_closed_when_nobody_stayed(page: Page, timed: TimedDemo) -> None:
    page.clock.install()
    open_room(page, timed)

    pass_minutes(page, timed, 14)
    expect(page.locator(".app-expiry")).to_contain_text("because nobody is using it")
    pass_minutes(page, timed, 2)

    expect(page.locator(".app-expiry")).to_contain_text("This visit is closed.")
    expect(page.get_by_role("button", name="Keep it open")).to_be_hidden()


def test_back_after_the_end_shows_nothing_of_the_patient(page: Page, demo: RunningDemo) -> None:
    address = open_room(page, demo)
    assert launch_name(address.split("/")[4]) in {one.get("name") for one in page.context.cookies()}
    page.goto(address.replace("/room", "/statements"))
    expect(page.locator("body")).to_contain_text("DELGADO")
    page.get_by_role("button", name="End visit").click()
    expect(page.get_by_role("heading", name="This visit is closed.")).to_be_visible()
    assert axe(page) == []

    assert launch_name(address.split("/")[4]) not in {one.get("name") for one in page.context.cookies()}
    page.go_back()
    expect(page.locator("h1")).to_be_visible()

    assert "DELGADO" not in page.content()
    page.go_back()
    assert "DELGADO" not in page.content()


def test_end_from_the_room_shows_what_was_just_typed(page: Page, demo: RunningDemo) -> None:
    open_room(page, demo)
    page.locator("details.app-prompt summary").first.click()
    page.locator("details.app-prompt[open] textarea").first.fill("Typed this very moment")

    page.get_by_role("button", name="End visit").click()

    expect(page.get_by_role("heading", name="End this visit?")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Typed this very moment")
    assert axe(page) == []
    page.get_by_role("button", name="Keep this and end the visit").click()
    expect(page.locator("main")).to_contain_text("1 statement is kept for 12 hours")


def test_visit_says_how_long_it_is_open_and_ends_without_script(
    context: BrowserContext, demo: RunningDemo
) -> None:
    assert context.browser is not None
    plain = context.browser.new_context(java_script_enabled=False)
    page = plain.new_page()
    open_room(page, demo)

    expect(page.locator(".app-foot")).to_contain_text(re.compile(r"Open until \d\d:\d\d"))
    page.get_by_role("button", name="End visit").click()
    page.get_by_role("button", name="End the visit").click()

    expect(page.get_by_role("heading", name="This visit is closed.")).to_be_visible()
    plain.close()


@pytest.mark.parametrize("width", [400, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_warning_and_end_fit_the_window(
    page: Page, timed: TimedDemo, tmp_path: Path, width: int, scheme: str
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.clock.install()
    open_room(page, timed)
    pass_minutes(page, timed, 14)

    expect(page.get_by_role("button", name="Keep it open")).to_be_in_viewport()
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(wide)
    page.screenshot(path=tmp_path / f"expiry-{width}-{scheme}.png")
    page.get_by_role("button", name="End visit").scroll_into_view_if_needed()
    page.screenshot(path=tmp_path / f"foot-{width}-{scheme}.png")
    assert not page.evaluate(wide)
