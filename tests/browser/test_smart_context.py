"""In a real Chromium: whatever style an EHR gives can be read, banner and visit fit, and paper is white."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from smartapp.smart.color import Color, contrast
from tests.browser.conftest import RunningDemo
from tests.browser.test_journeys import send_button

ROSA = "delgado-rosa"
TODAY = f"{ROSA}-today"
RIBBON = "Test data. Not a real patient."
Scheme = Literal["light", "dark"]
LOOKS: list[tuple[str, Scheme]] = [
    ("plain", "light"), ("plain", "dark"), ("dark", "light"), ("large", "light"), ("large", "dark"),
    ("faint", "light"),
]  # fmt: skip
PIXEL = """token => {
  const probe = document.body.appendChild(document.createElement("i"));
  probe.style.color = `var(${token})`;
  const canvas = new OffscreenCanvas(1, 1).getContext("2d");
  canvas.fillStyle = getComputedStyle(probe).color;
  canvas.fillRect(0, 0, 1, 1);
  probe.remove();
  return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
}"""
TEXTS = {
    "--paper": ("--ink", "--ink-2", "--accent", "--error", "--stored"),
    "--well": ("--ink", "--ink-2", "--accent"),
    "--wash": ("--accent",),
    "--accent": ("--on-accent",),
    "--band": ("--on-band", "--on-band-2"),
}
"""By ground: what is read on it."""

pytestmark = pytest.mark.browser


@contextmanager
def screen(chromium: Browser, scheme: Scheme = "light", width: int = 1024) -> Iterator[Page]:
    context = chromium.new_context(
        viewport={"width": width, "height": 700}, locale="en-US", color_scheme=scheme
    )
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def opened(page: Page, demo: RunningDemo, look: str = "", **launch: object) -> str:
    """The app is open for Rosa in an EHR with this look. Returns the visit's address."""
    demo.demo.ehr.faults.around.look = look
    page.goto(demo.demo.ehr.new_launch(ROSA, encounter_id=TODAY, **launch))  # type: ignore[arg-type]
    return page.url[: page.url.index("/", page.url.index("/visits/") + 8) + 1]


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {[node['html'] for node in each['nodes']]}" for each in found]


def color(page: Page, token: str) -> Color:
    return Color(*page.evaluate(PIXEL, token))


def background(page: Page) -> str:
    found: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return found


def unreadable(page: Page) -> list[str]:
    """Each pair of tokens whose contrast, as the browser paints it, is too low."""
    texts = [(one, ground, 4.5) for ground, each in TEXTS.items() for one in each]
    return [
        f"{one} on {ground}"
        for one, ground, least in [*texts, ("--edge", "--paper", 3)]
        if contrast(color(page, one), color(page, ground)) < least
    ]


def is_too_wide(page: Page) -> bool:
    found: bool = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return found


@pytest.mark.parametrize(("look", "scheme"), LOOKS)
def test_page_in_the_look_of_any_ehr_can_be_read(
    chromium: Browser, demo: RunningDemo, look: str, scheme: Scheme
) -> None:
    with screen(chromium, scheme) as page:
        visit = opened(page, demo, look)
        page.goto(f"{visit}room")
        expect(page.locator('link[href*="/style.css?v="]')).to_have_count(1)
        assert violations(page) == []
        page.get_by_text("What are you hoping for?").click()
        page.get_by_role("textbox").first.fill("Dance with Ernesto")
        page.get_by_role("button", name="Review", exact=False).last.click()
        expect(send_button(page)).to_be_visible()
        assert violations(page) == []
        assert unreadable(page) == []
        send_button(page).click()
        expect(page.get_by_role("heading", name="in the chart")).to_be_visible()
        assert violations(page) == []
        for path in ("", "statements", "handout/page", "patient/hope"):
            page.goto(visit + path)
            page.wait_for_load_state("networkidle")
            assert violations(page) == [], path
            assert not is_too_wide(page), path


@pytest.mark.parametrize(
    ("look", "scheme", "drawn"),
    [
        ("dark", "light", ("rgb(30, 36, 48)", "dark")),
        ("plain", "dark", ("rgb(244, 242, 236)", "light")),
        ("large", "dark", ("rgb(18, 22, 20)", "light dark")),
        ("", "dark", ("rgb(18, 22, 20)", "light dark")),
    ],
)
def test_background_is_the_ehrs_and_controls_are_drawn_for_it(
    chromium: Browser, demo: RunningDemo, look: str, scheme: Scheme, drawn: tuple[str, str]
) -> None:
    with screen(chromium, scheme) as page:
        visit = opened(page, demo, look)
        page.goto(f"{visit}room")

        color_scheme = page.evaluate("getComputedStyle(document.documentElement).colorScheme")
        assert (background(page), color_scheme) == drawn


def test_style_that_cannot_be_read_is_replaced_by_our_own_colors(
    chromium: Browser, demo: RunningDemo
) -> None:
    with screen(chromium) as page:
        page.goto(f"{opened(page, demo, 'faint')}room")

        assert background(page) == "rgb(237, 234, 227)"
        assert color(page, "--ink").css == "#151b18"
        assert color(page, "--accent").css == "#0b5a44"
        assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "13px"


@pytest.mark.parametrize("width", [400, 768])
def test_large_look_fits_a_narrow_frame(chromium: Browser, demo: RunningDemo, width: int) -> None:
    with screen(chromium, width=width) as page:
        visit = opened(page, demo, "large")
        for path in ("", "room", "statements", "handout", "end"):
            page.goto(visit + path)
            page.wait_for_load_state("networkidle")

            assert not is_too_wide(page), path


def test_paper_is_white_and_of_our_size_whatever_the_look(chromium: Browser, demo: RunningDemo) -> None:
    with screen(chromium) as page:
        visit = opened(page, demo, "dark")
        for path in ("statements", "handout/page"):
            page.goto(visit + path)
            page.emulate_media(media="print")

            assert background(page) == "rgb(255, 255, 255)", path
            assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "16px"


def test_ehr_with_a_banner_leaves_one_quiet_line_on_a_page(chromium: Browser, demo: RunningDemo) -> None:
    with screen(chromium) as page:
        visit = opened(page, demo)
        page.goto(f"{visit}room")
        whole = page.get_by_role("banner").bounding_box()
        visit = opened(page, demo, need_patient_banner=False)
        page.goto(f"{visit}room")
        slim = page.get_by_role("banner").bounding_box()

        expect(page.get_by_role("banner")).to_contain_text("DELGADO, Rosa (Mrs)")
        expect(page.get_by_role("banner")).to_contain_text("12-Mar-")
        assert whole
        assert slim
        assert slim["height"] < whole["height"]
        assert violations(page) == []


def test_identity_and_the_button_that_sends_are_in_one_glance(chromium: Browser, demo: RunningDemo) -> None:
    with screen(chromium) as page:
        visit = opened(page, demo, need_patient_banner=False)
        page.goto(f"{visit}room")
        page.get_by_text("What are you hoping for?").click()
        page.get_by_role("textbox").first.fill("Dance with Ernesto")
        page.get_by_role("button", name="Review", exact=False).last.click()
        name = page.locator(".confirm .confirm__name").bounding_box()
        button = send_button(page).bounding_box()

        assert name
        assert button
        assert 0 < button["y"] - name["y"] < 160


def test_visit_with_a_long_name_stays_in_its_line(chromium: Browser, demo: RunningDemo) -> None:
    store = demo.demo.ehr.store
    encounter = store.get("Encounter", TODAY)
    assert encounter
    long = "Extended multidisciplinary follow-up consultation with interpreter and family"
    store.write({**encounter, "type": [{"text": long}], "serviceProvider": {"display": long}})
    with screen(chromium) as page:
        visit = opened(page, demo)
        page.goto(f"{visit}statements")
        page.goto(f"{visit}statements")

        expect(page.locator(".app-steps__visit")).to_contain_text("Extended multidisciplinary")
        line = page.locator(".app-steps__visit").bounding_box()
        steps = page.get_by_role("navigation", name="This visit").bounding_box()
        assert line
        assert steps
        assert line["height"] < 30
        assert steps["height"] < 50
        assert not is_too_wide(page)


@pytest.mark.parametrize("path", ["", "statements", "sheets/af-stroke"])
def test_paper_of_a_sandbox_has_the_line_about_test_data(
    chromium: Browser, demo: RunningDemo, path: str
) -> None:
    with screen(chromium) as page:
        page.goto(opened(page, demo) + path)
        page.emulate_media(media="print")

        expect(page.get_by_text(RIBBON)).to_be_visible()


def test_printed_handout_of_a_sandbox_says_once_that_it_is_test_data(
    chromium: Browser, demo: RunningDemo
) -> None:
    with screen(chromium) as page:
        page.goto(f"{opened(page, demo)}handout/page")
        page.emulate_media(media="print")

        expect(page.locator(".paper").get_by_text(RIBBON)).to_be_visible()
        expect(page.locator(".app-ribbon")).to_be_hidden()


def test_visitor_chooses_the_look_on_the_demo_ehrs_page(page: Page, demo: RunningDemo) -> None:
    page.goto(f"{demo.demo.url}?patient={ROSA}")
    with page.expect_response("**/demo/switches"):
        page.get_by_label("Look, once opened again").select_option("dark")
    with page.expect_response("**/demo/switches"):
        page.get_by_label("Has a patient banner itself").check()
    page.get_by_role("button", name="Open Common Ground").click()

    app = page.frame_locator("iframe.ehr-frame")
    expect(app.locator(".app-banner--slim")).to_contain_text("DELGADO, Rosa (Mrs)")
    app.get_by_role("link", name="In the room").click()
    expect(app.locator("body")).to_have_css("background-color", "rgb(30, 36, 48)")
    assert violations(page) == []
