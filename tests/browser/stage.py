"""Where a state of the app is reached: the demo with a clock that stands, and a browser that nobody used."""

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Frame, Locator, Page, expect
from starlette.types import ASGIApp, Receive, Scope, Send

from smartapp.app import create_app
from smartapp.clock import Clock
from smartapp.demo import HOST, Demo, build_demo, demo_registrations, demo_settings
from smartapp.sandbox.server import DemoEhr
from smartapp.serving import Listener
from smartapp.smart.registrations import Registrations
from tests.browser.conftest import RunningDemo, find_chromium

ROSA = "delgado-rosa"
BEGINNING = datetime(2026, 6, 9, 10, 17, tzinfo=UTC)
_LONG_S = 600.0
"""Longer than a state is looked at."""

View = Page | Frame
"""What shows a state: a page, or one frame of it."""


class StandingClock:
    """Stands until a state moves it, so that pictures of one day look like those of another."""

    def __init__(self) -> None:
        self.now = BEGINNING

    def __call__(self) -> datetime:
        return self.now


class Held:
    """The EHR, which holds back its answers about resources of `types` until it is told to release them."""

    def __init__(self, ehr: ASGIApp) -> None:
        self._ehr = ehr
        self._released = asyncio.Event()
        self.types: tuple[str, ...] = ()

    def release(self) -> None:
        self.types = ()
        self._released.set()
        self._released = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(
            tuple(f"/fhir/{each}" for each in self.types)
        ):
            await self._released.wait()
        await self._ehr(scope, receive, send)


class StandingDemo(RunningDemo):
    """The demo with a standing clock, running. `waits`: the app waits for the EHR as long as it takes. `held`
    is the EHR, and holds back what a state wants held.
    """

    def __init__(self, *, waits: bool = False) -> None:
        self.clock = StandingClock()
        self.demo = build_demo(app_port=0, ehr_port=0, clock=self.clock)
        if waits:
            self.demo = _waiting(self.demo, self.clock)
        self.held = Held(self.demo.ehr.app)
        app, ehr = self.demo.listeners
        self.demo = replace(self.demo, listeners=(app, Listener(self.held, ehr.socket)))
        self._ready = threading.Event()
        self._stop = None
        self._loop = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self.start()

    def release(self) -> None:
        """Let the EHR answer all that it holds back, so that nothing is cut off in the middle."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self.held.release)


def _waiting(demo: Demo, clock: Clock) -> Demo:
    """The same demo with an app that gives an answer of the EHR all the time in the world."""
    app_url, ehr_url = (f"http://{HOST}:{listener.port}" for listener in demo.listeners)
    known = demo_registrations(demo.ehr, app_url, ehr_url).all
    waiting = Registrations(
        replace(each, request_timeout_s=_LONG_S, wave_timeout_s=_LONG_S) for each in known
    )
    app = create_app(demo_settings(app_url, Path(demo.folder.name)), waiting, clock=clock)
    return replace(demo, app=app, listeners=(Listener(app, demo.listeners[0].socket), demo.listeners[1]))


class Stage:
    """One browser without a past at a running demo: `page` is its only tab. What a state does here, a
    clinician can do, or an EHR that misbehaves.
    """

    def __init__(self, running: StandingDemo, context: BrowserContext) -> None:
        self.running = running
        self.context = context
        self.page = context.new_page()

    @property
    def ehr(self) -> DemoEhr:
        return self.running.demo.ehr

    @property
    def app_url(self) -> str:
        return self.ehr.app_launch_url.removesuffix("/launch")

    def launch(self, patient: str = ROSA) -> str:
        """Open the app from a chart, in a tab of its own. Returns the address of the visit."""
        self.page.goto(self.ehr.new_launch(patient, encounter_id=f"{patient}-today"))
        return self.page.url

    def open(self, name: str, patient: str = ROSA) -> str:
        """Open a page of a visit: "room". Returns the address of the visit."""
        visit = self.launch(patient)
        self.page.goto(visit + name)
        return visit

    def write(self, question: str, words: str) -> None:
        prompt = self.page.locator("details.app-prompt", has_text=question).first
        if prompt.get_attribute("open") is None:
            prompt.locator("summary").first.click()
        prompt.get_by_role("textbox").first.fill(words)

    def kept(self) -> None:
        """Until the draft is kept."""
        expect(self.page.locator("#kept")).to_contain_text(re.compile(r"\d\d:\d\d"))

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=re.compile(f"^{name}")).first.click()

    def review(self) -> None:
        bar = self.page.get_by_role("region", name="Next step")
        bar.get_by_role("button", name=re.compile("Review")).click()
        self.sees("word for word")

    def send(self) -> None:
        self.page.get_by_role("button", name=re.compile("^(Send to|Send [0-9]|Make)")).first.click()
        expect(self.page).to_have_url(re.compile("/done"))

    def sees(self, words: str, view: View | None = None) -> None:
        """Until these words are seen."""
        expect((view or self.page).get_by_text(words).locator("visible=true").first).to_be_visible()

    def opens(self, disclosure: str) -> Locator:
        """Open what is closed behind these words."""
        summary = self.page.locator("summary", has_text=disclosure).locator("visible=true").first
        summary.click()
        return summary

    def in_the_ehr(self, patient: str = ROSA, width: str = "full") -> Frame:
        """The app opened on the demo EHR's own page. Returns its frame."""
        self.page.goto(f"{self.running.demo.url}?patient={patient}&width={width}")
        self.page.get_by_role("button", name="Open Common Ground").click()
        app = self.page.frame_locator("iframe.ehr-frame")
        expect(app.get_by_text("Chart read at").last).to_be_visible()
        return next(frame for frame in self.page.frames if "/visits/" in frame.url)

    def fills_the_window(self) -> Frame:
        """The frame of the demo EHR's page as large as the window, as EHRs show an app. Returns it."""
        frame = self.page.locator("iframe.ehr-frame")
        frame.evaluate(
            "each => each.style.cssText = 'position: fixed; inset: 0; z-index: 9; block-size: 100%'"
        )
        return self.page.frames[1]


@contextmanager
def stage(
    running: StandingDemo, browser: Browser, blocking: Path | None = None, *, with_script: bool = True
) -> Iterator[Stage]:
    """A stage on which nothing has happened: no fault, the clock at its beginning, an empty browser.
    `blocking`: a folder for the profile of a browser that keeps no cookies.
    """
    running.demo.ehr.faults.reset()
    running.clock.now = BEGINNING
    if blocking is None:
        context = browser.new_context(locale="en-US", java_script_enabled=with_script)
    else:
        context = _cookieless(browser, blocking)
    context.set_default_timeout(15_000)
    try:
        yield Stage(running, context)
    finally:
        context.close()
        running.release()


def _cookieless(browser: Browser, profile: Path) -> BrowserContext:
    """A Chromium of its own, in whose settings somebody has blocked all cookies."""
    preferences = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (profile / "Default").mkdir(parents=True)
    (profile / "Default" / "Preferences").write_text(json.dumps(preferences))
    return browser.browser_type.launch_persistent_context(
        profile, executable_path=find_chromium(), locale="en-US", args=["--no-sandbox"]
    )
