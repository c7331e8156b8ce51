"""Every state of the app and of the demo EHR: accessible, within reach, and in the docs as a picture."""

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser import checks, gallery
from tests.browser.checks import Look
from tests.browser.stage import Stage, StandingDemo, View, stage
from tests.browser.states import GROUPS, STATES, TITLES, State
from tests.browser.steps import review_error, room_errors
from tests.browser.steps_beyond import goal_error
from tests.figures import record

pytestmark = pytest.mark.browser

DOCS = Path(__file__).parent.parent.parent / "docs"
PICTURES, PAGE = DOCS / "screens", DOCS / "screens.md"
FOR_THE_DOCS = bool(os.environ.get("COMMON_GROUND_SCREENSHOTS"))
LIGHT = [Look(width) for width in (400, 768, 1280)]
OTHER = [Look(width, "dark") for width in (400, 768, 1280)] + [
    Look(width, forced=True) for width in (400, 1280)
]
REFLOW_PX = (320, 360, 400, 768, 1280, 1400)
LATE_S = 0.5
NAMES = [state.name for state in STATES]
PICTURED = "session-ended"
"""The state whose picture is made in every run, so that the way to make them stays whole."""

Running = Callable[[State], StandingDemo]


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """The demo of a state: shared by those that only read, its own for one that writes."""
    shared: dict[str, StandingDemo] = {}

    def get(state: State) -> StandingDemo:
        if state.demo not in shared:
            shared[state.demo] = StandingDemo(waits=state.demo == "waiting")
        return shared[state.demo] if state.demo != "own" else shared.pop("own")

    yield get
    for demo in shared.values():
        demo.stop()


@contextmanager
def reached(state: State, running: Running, browser: Browser, folder: Path) -> Iterator[tuple[Stage, View]]:
    """Given: somebody has come to this state."""
    demo = running(state)
    with ExitStack() as ending:
        if state.demo == "own":
            ending.callback(demo.stop)
        at = ending.enter_context(stage(demo, browser, None if state.keeps_cookies else folder / "profile"))
        yield at, state.reach(at)


@pytest.mark.parametrize("state", STATES, ids=NAMES)
def test_state_is_accessible_and_within_reach(
    state: State, running: Running, chromium: Browser, tmp_path: Path
) -> None:
    with reached(state, running, chromium, tmp_path) as (at, view):
        faults = [
            *told_apart(state, view),
            *found_by_axe(at.page, view),
            *out_of_reach(at.page, view),
            *checks.nameless(view),
            *off_the_keys(at.page, view),
            *moving_though_asked_not_to(at.page, view),
        ]
        assert not faults, checks.as_text(faults)
        if FOR_THE_DOCS or state.name == PICTURED:
            folder = PICTURES if FOR_THE_DOCS else tmp_path
            picture = gallery.sheet(at.context.new_page(), gallery.shots(at, view))
            folder.mkdir(exist_ok=True)
            (folder / f"{state.name}.webp").write_bytes(picture)
            assert len(picture) > 10_000


def test_nothing_counts_as_seen_before_the_style_of_its_page_is_here(
    running: Running, chromium: Browser
) -> None:
    loading = STATES[NAMES.index("before-loading")]
    with stage(running(loading), chromium) as at:
        at.context.route("**/app.css*", late)

        loading.reach(at)

        assert at.page.get_by_role("button", name="Try again: ").count() == 4


def late(route: Route) -> None:
    time.sleep(LATE_S)
    route.continue_()


def told_apart(state: State, view: View) -> list[str]:
    """One heading of the first level, one main part, a language, and the title of this screen."""
    told = checks.told(view)
    wanted = {"title": f"{state.title} - Common Ground", "lang": "en", "mains": 1}
    faults = [f"{name} is {told[name]!r}" for name, value in wanted.items() if told[name] != value]
    return faults if len(told["h1"]) == 1 and told["h1"][0].strip() else [*faults, f"h1 {told['h1']}"]


def found_by_axe(page: Page, view: View) -> list[str]:
    """In light every rule; in dark and in forced colors those that read colors. For the docs, every rule."""
    faults: list[str] = []
    for look in (*LIGHT, *OTHER):
        checks.take(page, look)
        found = checks.axe(view, look, only_colors=look in OTHER and not FOR_THE_DOCS)
        faults += [f"axe, {look}: {fault}" for fault in found]
        record("pages and looks that axe has read", 1)
    return faults


def out_of_reach(page: Page, view: View) -> list[str]:
    """Sideways scrolling in any width, and with the spacing that a reader may set; targets too small."""
    faults: list[str] = []
    for width in REFLOW_PX:
        checks.take(page, Look(width))
        if over := checks.sideways(view):
            faults.append(f"{over} px wider than {width} px")
        if width in (400, 1280):
            faults += [f"small at {width} px: {fault}" for fault in checks.small_targets(view)]
    checks.take(page, Look(400))
    with checks.spaced(view):
        if over := checks.sideways(view):
            faults.append(f"{over} px wider than 400 px with wide spacing")
    return faults


def off_the_keys(page: Page, view: View) -> list[str]:
    faults: list[str] = []
    for width in (400, 1280):
        checks.take(page, Look(width))
        stops, found = checks.keyboard_walk(page, view)
        record("places that the Tab key came to", stops)
        faults += [f"Tab at {width} px: {fault}" for fault in found]
    return faults


def moving_though_asked_not_to(page: Page, view: View) -> list[str]:
    page.emulate_media(reduced_motion="reduce")
    found = checks.moving(view)
    page.emulate_media(reduced_motion="null")
    return [f"moves: {each}" for each in found]


@pytest.mark.parametrize("with_script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("reach", [room_errors, review_error, goal_error])
def test_what_must_be_mended_takes_the_focus_and_leads_to_its_field(
    chromium: Browser, reach: Callable[[Stage], View], with_script: bool
) -> None:
    demo = StandingDemo()
    with stage(demo, chromium, with_script=with_script) as at:
        reach(at)

        summary = at.page.locator("#errors")
        expect(summary).to_be_focused()
        expect(summary).to_be_in_viewport()
        assert at.page.title().startswith("Error: ")
        link = summary.get_by_role("link").first
        if link.count():
            link.click()
            expect(at.page.locator("#errors a:focus")).to_have_count(0)
    demo.stop()


def test_screens_have_titles_of_their_own() -> None:
    assert len(set(TITLES.values())) == len(TITLES)


def page_of_pictures() -> str:
    """The whole of docs/screens.md."""
    parts = [INTRODUCTION]
    for group in GROUPS:
        parts.append(f"## {group.heading}\n\n{group.line}\n")
        parts += [
            f"### {state.name}\n\n{state.line}\n\n![{state.line}](screens/{state.name}.webp)\n"
            for state in group.states
        ]
    return "\n".join(parts)


INTRODUCTION = """# Screens

Every state that a person can see. Each picture holds three widths (400, 768 and 1280 px), in light above and
in dark below; what is longer than 1,500 px is cut off. The pictures are made by
`tests/browser/test_states.py`, which comes to each state by real steps, checks it
([accessibility](accessibility.md)) and then takes the picture:

    COMMON_GROUND_SCREENSHOTS=1 .venv/bin/pytest tests/browser/test_states.py

All people, words and results are made up. The clock of the pictures stands at 9 June 2026, 10:17.
"""


def test_every_state_has_its_line_and_its_picture_and_no_picture_is_left_over() -> None:
    if FOR_THE_DOCS:
        PAGE.write_text(page_of_pictures(), encoding="utf-8")

    assert PAGE.read_text(encoding="utf-8") == page_of_pictures()
    assert sorted(path.name for path in PICTURES.iterdir()) == sorted(f"{name}.webp" for name in NAMES)
    assert all(path.stat().st_size <= gallery.MOST_BYTES for path in PICTURES.iterdir())
    assert len(set(NAMES)) == len(NAMES)
    assert all(re.fullmatch(r"[A-Z“].*\.", state.line) for state in STATES)
