"""A hostile chart in a real browser: no dialog, no script refused, nobody else asked, no error told."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import RunningDemo
from tests.browser.test_journeys import ROSA, app_frame, go_to_review, opened, send_button, write
from tests.figures import record
from tests.security.hostile import ATTRIBUTES, CODED, LETTERS, MARK, MARKUP, ROUTING, Spoiler

pytestmark = pytest.mark.browser

WATCH = """
window.seen = [];
document.addEventListener("securitypolicyviolation", (event) => window.seen.push(event.violatedDirective));
"""


@dataclass
class Heard:
    """What the browser did or said that it should not have."""

    wrong: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, page: Page) -> "Heard":
        heard = cls()

        def dialog(shown: object) -> None:
            heard.wrong.append("dialog")
            shown.dismiss()  # type: ignore[attr-defined]

        page.add_init_script(WATCH)
        page.on("dialog", dialog)
        page.on("pageerror", lambda error: heard.wrong.append(str(error)))
        page.on("console", lambda said: heard.wrong.append(said.text) if said.type == "error" else None)
        page.on(
            "request", lambda request: heard.hosts.add(urlsplit(request.url).hostname or request.url[:20])
        )
        page.on("popup", lambda _: heard.wrong.append("popup"))
        return heard


def spoil(demo: RunningDemo, payloads: tuple[str, ...], first: int) -> int:
    """Put payloads into every text of Rosa's chart, notes included."""
    spoiler = Spoiler(payloads, first, ROUTING | CODED)
    store = demo.demo.ehr.store
    for resource_type in store.types():
        for resource in store.of_type(resource_type):
            if ROSA in str(resource) and resource_type not in {"Practitioner", "Organization", "Encounter"}:
                changed = spoiler.spoiled(resource)
                assert isinstance(changed, dict)
                resource.clear()
                resource.update(changed)
    return spoiler.count


@pytest.mark.parametrize(("payloads", "first"), [(MARKUP, 0), (MARKUP, 11), (ATTRIBUTES + LETTERS, 3)])
def test_hostile_chart_runs_nothing_and_asks_nobody(
    page: Page, demo: RunningDemo, payloads: tuple[str, ...], first: int
) -> None:
    heard = Heard.of(page)
    count = spoil(demo, tuple(one for one in payloads if "\x00" not in one), first)
    app = opened(page, demo, ROSA)
    frame = app_frame(page)
    visit = frame.url

    texts = []
    for name in ("", "statements", "sources", "handout", "handout/page", "review", "room"):
        frame.goto(visit + name)
        frame.wait_for_load_state("networkidle")
        texts.append(frame.inner_text("body"))
        heard.wrong += frame.evaluate("window.seen")
        assert (
            frame.evaluate("document.querySelectorAll('[onerror], [onload], [onclick], iframe, base').length")
            == 0
        )
    write(app, "hoping for", MARKUP[0])
    go_to_review(app)
    send_button(app).click()
    app.get_by_text("in the chart").first.wait_for()

    assert heard.wrong + frame.evaluate("window.seen") == []
    assert heard.hosts == {"127.0.0.1"}
    assert sum(MARK in text for text in texts) > 3
    record("bad inputs tried in a browser", count)
