"""What goes over the wire for a page, in a browser that has nothing of the app yet."""

import sys
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import RunningDemo
from tests.figures import record

ROSA = "delgado-rosa"
MOST_BYTES = 60_000
PAGES = {"before": "", "room": "room", "review": "review"}

pytestmark = pytest.mark.browser


@dataclass
class Wire:
    """Counts what the browser itself says that it received, headers and all. `sizes`: bytes by path."""

    sizes: dict[str, int] = field(default_factory=dict)
    _paths: dict[str, str] = field(default_factory=dict)

    def asked(self, event: dict[str, Any]) -> None:  # Any: what the DevTools protocol sends
        path = urlsplit(event["request"]["url"]).path
        self._paths[event["requestId"]] = path if path.startswith("/static/") else "the page"

    def loaded(self, event: dict[str, Any]) -> None:
        path = self._paths[event["requestId"]]
        self.sizes[path] = self.sizes.get(path, 0) + round(event["encodedDataLength"])


@pytest.mark.parametrize("name", PAGES)
def test_page_and_all_that_belongs_to_it_is_under_60_kilobytes(
    chromium: Browser, demo: RunningDemo, name: str
) -> None:
    """The first page and Review with nothing of the app in the browser; the questions as a visit comes to
    them, from the first page: they hold every question and topic, so that none needs another request.
    """
    with chromium.new_context() as launching:
        page = launching.new_page()
        page.goto(demo.demo.ehr.new_launch(ROSA, encounter_id=f"{ROSA}-today"))
        base, cookies = page.url, launching.storage_state()
        page.goto(f"{base}room?open=hope")
        page.keyboard.type("Dance at the wedding.")
        expect(page.locator("[data-unsent]")).to_have_count(1)

    with chromium.new_context(storage_state=cookies) as empty:
        page, wire = empty.new_page(), Wire()
        devtools = empty.new_cdp_session(page)
        devtools.on("Network.requestWillBeSent", wire.asked)
        devtools.on("Network.loadingFinished", wire.loaded)
        devtools.send("Network.enable")
        if name == "room":
            page.goto(base, wait_until="networkidle")
            wire.sizes.clear()
        page.goto(base + PAGES[name], wait_until="networkidle")

    whole = sum(wire.sizes.values())
    sys.stdout.write(f"{name}: {whole} bytes {wire.sizes}\n")
    record(f"bytes sent for the page {name}", whole)
    assert wire.sizes["the page"] > 0
    for file in ("/static/app.css", "/static/app.js"):
        assert (wire.sizes[file] > 0) == (name != "room")
    assert whole < MOST_BYTES
