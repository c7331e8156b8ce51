"""The app in the frame of an EHR on another site, in a real Chromium, whatever it does with cookies."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Page, Playwright, expect, sync_playwright

from smartapp.sandbox.resource import Resource
from tests.browser.conftest import find_chromium
from tests.browser.test_journeys import assert_accessible, go_to_review, kept, send_button, write
from tests.browser.two_sites import TwoSites
from tests.figures import record

ROSA, MARCUS = "delgado-rosa", "bell-marcus"
QUESTION = "What are you most worried about?"
BLOCKED = "This browser keeps no cookies for Common Ground."
OWN_TAB = "Open in a tab of its own"
REFUSED = "chrome-error:"

Preferences = dict[str, object]
ALLOWED: Preferences = {"cookie_controls_mode": 0}
THIRD_PARTY_BLOCKED: Preferences = {"cookie_controls_mode": 1}
ALL_BLOCKED: Preferences = {"default_content_setting_values": {"cookies": 2}}

pytestmark = pytest.mark.browser


def exception(pattern: str, *, allow: bool) -> Preferences:
    """What a person sets for one site: `pattern` is "site,site of the page around it"."""
    return {"content_settings": {"exceptions": {"cookies": {pattern: {"setting": 1 if allow else 2}}}}}


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoSites]:
    running = TwoSites(tmp_path_factory.mktemp("sites"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def server(sites: TwoSites) -> TwoSites:
    """The two sites with a chart into which nobody has written."""
    sites.server.requests.clear()
    return sites


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    if find_chromium() is None:
        pytest.skip("NO CHROMIUM FOUND: the app was not tried in an EHR's frame")
    with sync_playwright() as running:
        yield running


Browsing = Callable[[Preferences], BrowserContext]


@pytest.fixture
def browse(playwright: Playwright, sites: TwoSites, tmp_path: Path) -> Iterator[Browsing]:
    """Starts a Chromium with these preferences, which believes the two sites' certificate and no other that
    is not in its store.
    """
    opened: list[BrowserContext] = []

    def start(preferences: Preferences) -> BrowserContext:
        profile = tmp_path / f"profile-{len(opened)}"
        (profile / "Default").mkdir(parents=True)
        (profile / "Default" / "Preferences").write_text(json.dumps({"profile": preferences}))
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=find_chromium(),
            viewport={"width": 1280, "height": 900},
            locale="en-US",
            args=[
                "--no-sandbox",
                "--disable-background-networking",
                "--host-resolver-rules=MAP *.test 127.0.0.1",
                f"--ignore-certificate-errors-spki-list={sites.key_pin}",
            ],
        )
        context.set_default_timeout(15_000)
        opened.append(context)
        return context

    yield start
    for context in opened:
        context.close()


@contextmanager
def chart(sites: TwoSites) -> Iterator[Callable[[], list[Resource]]]:
    """What is stored as Observation from here on."""
    before = len(sites.server.created("Observation"))
    yield lambda: sites.server.created("Observation")[before:]


def plain_cookie(page: Page, sites: TwoSites) -> str:
    """What became of a third-party cookie of the old kind, so that a test knows its browser."""
    page.goto(sites.framed(f"{sites.stranger}/plain-cookie"))
    return page.frame_locator("iframe").locator("body").inner_text()


def opened(page: Page, sites: TwoSites, patient: str) -> FrameLocator:
    """Given: the clinician has opened the app from this patient's chart."""
    page.goto(f"{sites.ehr}/?patient={patient}")
    page.get_by_role("button", name="Open Common Ground").click()
    return page.frame_locator("iframe.ehr-frame")


def type_worry(app: FrameLocator, words: str) -> None:
    app.get_by_role("link", name="Go to the questions").click()
    write(app, QUESTION, words)
    kept(app)


def send(app: FrameLocator) -> None:
    send_button(app).click()
    expect(app.get_by_text("Read back from the chart at")).to_be_visible()


def app_urls(page: Page) -> list[str]:
    """Where each frame of the EHR's page has got to; a refusal may come after the page has loaded."""
    frames = page.frames[1:]
    for _ in range(100):
        if all(frame.url for frame in frames):
            break
        page.wait_for_timeout(50)
    return [frame.url for frame in frames]


@pytest.mark.parametrize(
    ("preferences", "old_cookies"), [(ALLOWED, "came back"), (THIRD_PARTY_BLOCKED, "blocked")]
)
def test_whole_visit_goes_through_in_the_frame_of_another_site(
    server: TwoSites, browse: Browsing, preferences: Preferences, old_cookies: str
) -> None:
    page = browse(preferences).pages[0]
    assert plain_cookie(page, server) == old_cookies

    with chart(server) as stored:
        app = opened(page, server, ROSA)
        type_worry(app, "Ending up like my sister.")
        go_to_review(app)
        send(app)

        (observation,) = stored()
    assert observation["subject"]["reference"] == f"Patient/{ROSA}"
    assert observation["valueString"] == "Ending up like my sister."
    assert urlsplit(app_urls(page)[0]).netloc == urlsplit(server.app).netloc
    record("visits in the frame of another site", 1)


def test_browser_without_cookies_stops_before_the_ehr_is_asked_and_says_so_in_frame_and_tab(
    server: TwoSites, browse: Browsing
) -> None:
    context = browse(ALL_BLOCKED)
    page = context.pages[0]

    page.goto(server.framed(server.server.new_launch(ROSA)))
    app = page.frame_locator("iframe")
    expect(app.get_by_role("heading", name=BLOCKED)).to_be_visible()
    with context.expect_page() as opening:
        app.get_by_role("link", name=OWN_TAB).click()
    tab = opening.value

    expect(tab.get_by_role("heading", name=BLOCKED)).to_be_visible()
    expect(tab.get_by_role("link", name=OWN_TAB)).to_have_count(0)
    assert [each.path for each in server.server.requests] == []


def test_tab_of_its_own_opens_the_visit_where_only_frames_are_blocked(
    server: TwoSites, browse: Browsing
) -> None:
    context = browse(ALLOWED | exception(f"{server.app},{server.ehr}", allow=False))
    page = context.pages[0]
    page.goto(server.framed(server.server.new_launch(ROSA)))

    with context.expect_page() as opening:
        page.frame_locator("iframe").get_by_role("link", name=OWN_TAB).click()
    tab = opening.value

    expect(tab.get_by_text("DELGADO, Rosa (Mrs)").first).to_be_visible()
    assert urlsplit(tab.url).path.startswith("/visits/")
    assert tab.evaluate("window.opener") is None


def test_what_the_page_asks_it_for_is_enough(server: TwoSites, browse: Browsing) -> None:
    page = browse(ALL_BLOCKED | exception(f"{server.app},*", allow=True)).pages[0]
    assert plain_cookie(page, server) == "blocked"

    page.goto(server.framed(server.server.new_launch(ROSA)))

    expect(page.frame_locator("iframe").get_by_text("DELGADO, Rosa (Mrs)").first).to_be_visible()


def test_page_of_blocked_cookies_is_accessible_in_every_width_and_scheme(
    server: TwoSites, browse: Browsing
) -> None:
    page = browse(ALL_BLOCKED).pages[0]
    page.goto(server.framed(server.server.new_launch(ROSA)))
    expect(page.frame_locator("iframe").get_by_role("heading", name=BLOCKED)).to_be_visible()
    frame = page.frames[1]

    for width in (400, 768, 1280):
        page.locator("iframe").evaluate("(frame, width) => { frame.width = width }", width)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            assert_accessible(frame)
            overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert frame.evaluate(overflow) <= 0, f"scrolls sideways at {width}"


def test_only_the_ehr_of_the_launch_frames_the_app(server: TwoSites, browse: Browsing) -> None:
    page = browse(ALLOWED).pages[0]
    launches = [f"{server.app}/launch?iss={server.server.fhir_base}&launch=x"]
    everybody = [f"{server.app}{path}" for path in ("/", "/nothing", "/static/app.css", "/sources/R01")]

    page.goto(server.framed(server.server.new_launch(ROSA)))
    by_ehr = app_urls(page)
    visit_and_launches = [*by_ehr, server.server.new_launch(ROSA), *launches]
    page.goto(server.framed(*visit_and_launches, *everybody, by=server.stranger))
    by_stranger = app_urls(page)
    page.goto(server.framed(*everybody))
    of_no_launch = app_urls(page)

    assert urlsplit(by_ehr[0]).path.startswith("/visits/")
    assert len(by_stranger) == 3 + len(everybody)
    assert {url.split("//")[0] for url in (*by_stranger, *of_no_launch)} == {REFUSED}
    assert len(of_no_launch) == len(everybody)
    record("frames of strangers refused", len(by_stranger))


def test_two_patients_in_two_frames_of_one_page_stay_apart(server: TwoSites, browse: Browsing) -> None:
    page = browse(THIRD_PARTY_BLOCKED).pages[0]
    patients = (ROSA, MARCUS)
    page.goto(server.framed(*(server.server.new_launch(patient) for patient in patients)))
    rosa, marcus = (page.frame_locator("iframe").nth(number) for number in (0, 1))

    with chart(server) as stored:
        type_worry(rosa, f"Worry of {ROSA}.")
        type_worry(marcus, f"Worry of {MARCUS}.")
        go_to_review(rosa)
        go_to_review(marcus)
        send(marcus)

        assert [each["subject"]["reference"] for each in stored()] == [f"Patient/{MARCUS}"]
        page.frames[1].evaluate("location.reload()")
        expect(rosa.locator(".confirm")).to_contain_text("DELGADO, Rosa (Mrs)")
        expect(rosa.get_by_text(f"Worry of {ROSA}.")).to_be_visible()
        expect(rosa.get_by_text(re.compile(MARCUS))).to_have_count(0)
        send(rosa)

        assert {each["subject"]["reference"]: each["valueString"] for each in stored()} == {
            f"Patient/{patient}": f"Worry of {patient}." for patient in patients
        }
