"""A real Chromium against the real demo: app and EHR on loopback ports, in a thread of their own."""

import asyncio
import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from smartapp.demo import Demo, build_demo, run_demo
from smartapp.i18n import Language

# What must be seen may take as long as what is clicked: how fast a page is, the bench says.
expect.set_options(timeout=15_000)

SCREENSHOTS = Path(__file__).parent.parent.parent / "docs" / "screenshots"


def find_chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = (shutil.which(name) for name in names)
    return os.environ.get("COMMON_GROUND_CHROMIUM") or next((path for path in found if path), None)


class RunningDemo:
    """The demo in a thread: `ehr` and its fault switches are at hand, as they are to somebody at its page.
    `ehr`: whose server it behaves like, a name of MANNERS. `languages` of the pages, by tag.
    """

    def __init__(self, ehr: str = "full", languages: Mapping[str, Language] | None = None) -> None:
        self.demo: Demo = build_demo(app_port=0, ehr_port=0, ehr=ehr, languages=languages)
        self._ready = threading.Event()
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(timeout=120), "the demo did not start"

    def stop(self) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout=20)

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        await run_demo(self.demo, ready=self._ready.set, stop=self._stop)


@pytest.fixture(
    scope="module"
)  # Playwright keeps an event loop running, which other modules' tests cannot have
def chromium() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.skip("NO CHROMIUM FOUND: the browser journeys did not run")
    with sync_playwright() as playwright:
        flags = [
            "--no-sandbox",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ]
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def screenshots(tmp_path: Path) -> Path:
    """Where pictures for the docs go: into the docs when COMMON_GROUND_SCREENSHOTS is set."""
    return SCREENSHOTS if os.environ.get("COMMON_GROUND_SCREENSHOTS") else tmp_path


@pytest.fixture
def demo(request: pytest.FixtureRequest) -> Iterator[RunningDemo]:
    """Of one vendor's manner where a test says so: `parametrize("demo", ["epic"], indirect=True)`."""
    running = RunningDemo(getattr(request, "param", "full"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    opened = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-US")
    opened.set_default_timeout(15_000)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


def comes(page: Page, address: str) -> None:
    """Go to a page that arrives in parts, until its style is here. A person sees nothing before that, and
    Playwright all of it, also what the style hides.
    """
    page.goto(address, wait_until="commit")
    expect(page.locator("body")).to_have_css("container-name", "page")


def listens(page: Page) -> None:
    """Until the script of a page that still arrives has run."""
    page.evaluate("import(document.querySelector('script[type=module]').src)")


def press(page: Page, *chords: str) -> None:
    """Keys, each once the page's script listens: a page is seen and has the focus before its script came."""
    for chord in chords:
        page.wait_for_load_state()
        page.keyboard.press(chord)
