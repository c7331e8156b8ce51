"""The fetching of styles: through the registration's door, without a token, once, and never in the way."""

import asyncio
import json
import logging
from dataclasses import replace

import httpx2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from smartapp.breaker import KINDS_IN_A_ROW
from smartapp.http import Origin
from smartapp.logs import JsonFormatter
from smartapp.smart.doors import Doors
from smartapp.smart.registrations import Registrations
from smartapp.smart.styles import AGAIN_AFTER, MAX_STYLES, Styles
from tests.smart.support import DEMO, EHR, Ticking, Wire

URL = f"{EHR}/auth/styles/plain.json"
DOCUMENT = {"color_background": "#f4f2ec;", "font_family_body": "Arial"}
SHEET = "--smart-color-background:#f4f2ec;"


class Served:
    """Styles behind a wire; every address answers `document` unless a test says else."""

    def __init__(self, document: object = DOCUMENT) -> None:
        self.clock = Ticking()
        self.registration = replace(DEMO, auth_hosts=("looks.ehr.example",))
        self.document = document
        self.status = 200
        self.headers: dict[str, str] = {}
        self.wire = Wire(httpx2.MockTransport(self._answer))
        self.styles = Styles(Doors(self.wire, Registrations((self.registration,))), self.clock)

    def _answer(self, _: httpx2.Request) -> httpx2.Response:
        body = self.document if isinstance(self.document, bytes) else json.dumps(self.document).encode()
        return httpx2.Response(self.status, content=body, headers=self.headers)

    async def sheet(self, url: str | None = URL, *, wait_s: float = 5) -> str:
        return await self.styles.sheet(self.registration, url, wait_s=wait_s)

    @property
    def asked(self) -> list[str]:
        return [str(request.url) for request in self.wire.seen]


async def test_style_is_fetched_once_for_each_address() -> None:
    served = Served()

    first, again = await served.sheet(), await served.sheet()
    other = await served.sheet(f"{URL}?v=2")

    assert SHEET in first
    assert first == again == other
    assert served.asked == [URL, f"{URL}?v=2"]
    assert served.styles.count == 2


async def test_launches_at_once_share_one_request() -> None:
    served = Served()

    await asyncio.gather(*(served.sheet() for _ in range(5)))

    assert served.asked == [URL]


async def test_styles_that_cannot_be_had_shut_no_visit_out() -> None:
    served = Served()
    door = served.styles._doors.for_registration(served.registration)
    served.status = 503

    for _ in range(KINDS_IN_A_ROW * 2):
        assert await served.sheet() == ""
        served.clock.pass_(seconds=AGAIN_AFTER.total_seconds() + 1)

    assert len(served.asked) == KINDS_IN_A_ROW * 2
    assert door.is_answering(f"{EHR}/token")


async def test_style_is_asked_for_without_token_or_cookie() -> None:
    served = Served()

    await served.sheet()

    (request,) = served.wire.seen
    assert request.method == "GET"
    assert {"authorization", "cookie", "referer"}.isdisjoint(request.headers)
    assert request.headers["accept"] == "application/json"


@pytest.mark.parametrize(
    "url",
    [
        "https://canary.test/style.json", "http://127.0.0.1:9001/x.json", "https://127.0.0.1:9000/x.json",
        "http://127.0.0.1:9000@canary.test/x", "http://127.0.0.1.canary.test:9000/x",
        "//canary.test/x", "file:///etc/passwd", "data:application/json,{}", "/auth/styles/plain.json",
        "http://[::1", "x" * 2_001, f"{EHR}/{'x' * 2_001}",
    ],
)  # fmt: skip
async def test_style_of_another_origin_is_never_asked_for(url: str) -> None:
    served = Served()

    assert await served.sheet(url) == ""
    assert served.asked == []


async def test_style_may_be_on_a_host_that_the_registration_names() -> None:
    served = Served()

    assert SHEET in await served.sheet("https://looks.ehr.example/hospital.json")


@pytest.mark.parametrize("how", ["status", "not-json", "list", "too-large", "redirect", "nothing"])
async def test_style_that_cannot_be_had_leaves_the_apps_own_looks(how: str) -> None:
    served = Served()
    match how:
        case "status":
            served.status = 503
        case "not-json":
            served.document = b"<html>"
        case "list":
            served.document = [DOCUMENT]
        case "too-large":
            served.document = json.dumps(DOCUMENT).encode().ljust(16 * 1024 + 1)
        case "redirect":
            served.status, served.headers = 302, {"location": f"{EHR}/other.json"}
        case _:
            served.document = {}

    assert await served.sheet() == ""
    assert served.styles.known(served.registration, URL) == ""
    assert served.asked == [URL]


async def test_failed_style_is_asked_for_again_after_a_minute_and_not_at_every_page() -> None:
    served = Served()
    served.status = 500
    await served.sheet()
    await served.sheet()
    at_once = len(served.asked)
    served.status = 200
    served.clock.moment += AGAIN_AFTER

    assert SHEET in await served.sheet()
    assert (at_once, len(served.asked)) == (1, 2)


async def test_known_style_is_kept_for_good() -> None:
    served = Served()
    await served.sheet()
    served.clock.pass_(days=300)

    assert SHEET in await served.sheet()
    assert len(served.asked) == 1


async def test_page_does_not_wait_for_a_slow_style() -> None:
    served = Served()
    served.wire.gate.clear()

    waited = await served.sheet(wait_s=0.01)
    is_known = served.styles.known(served.registration, URL)
    served.wire.gate.set()

    assert waited == ""
    assert is_known is None
    assert SHEET in await served.sheet()


async def test_no_more_styles_are_kept_than_a_memory_has_room_for() -> None:
    served = Served()

    for number in range(MAX_STYLES + 20):
        await served.sheet(f"{URL}?v={number}")

    assert served.styles.count == MAX_STYLES


@pytest.mark.parametrize(
    ("style", "has_colors", "has_face"), [("off", False, False), ("safe", True, False), ("full", True, True)]
)
async def test_site_says_how_much_is_taken_over(style: str, has_colors: bool, has_face: bool) -> None:
    served = Served()
    served.registration = replace(served.registration, style=style)

    sheet = await served.sheet()

    assert ("color-background" in sheet) is has_colors
    assert ("Arial" in sheet) is has_face
    assert bool(served.asked) is has_colors


async def test_launch_without_a_style_asks_for_nothing() -> None:
    served = Served()

    assert await served.sheet(None) == ""
    assert served.styles.known(served.registration, None) == ""
    assert served.asked == []


async def test_log_tells_how_it_went_without_the_address(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    served = Served()
    await served.sheet(f"{URL}?patient=CANARY")
    served.status = 404
    await served.sheet(f"{URL}?other=CANARY")
    await served.sheet("https://canary.test/CANARY")

    lines = [json.loads(JsonFormatter().format(record)) for record in caplog.records]

    told = [
        (line["event"], line.get("reason"), line["registration"])
        for line in lines
        if "style" in line["event"]
    ]
    assert told == [
        ("style-read", None, "demo"),
        ("style-not-read", "ehr-answer", "demo"),
        ("style-not-read", "foreign-origin", "demo"),
    ]
    assert "canary" not in json.dumps(lines).casefold()


async def test_what_is_on_its_way_at_the_end_is_stopped() -> None:
    served = Served()
    served.wire.gate.clear()
    served.styles.begin(served.registration, URL)
    await served.wire.arrived.wait()

    await served.styles.finish()

    assert served.styles.known(served.registration, URL) == ""


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.text(max_size=80), st.text(max_size=40).map(lambda text: f"{EHR}/{text}")))
@example(f"{EHR}/.")  # which is asked for without its path
def test_any_address_leaves_a_page_with_a_sheet_or_without(url: str) -> None:
    async def ask() -> tuple[str, list[str]]:
        served = Served()
        return await served.sheet(url), served.asked

    sheet, asked = asyncio.run(ask())

    assert isinstance(sheet, str)
    assert {Origin.of(one) for one in asked} <= {Origin.of(EHR)}


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200) | st.recursive(st.text() | st.none(), st.lists))
def test_any_answer_leaves_a_page_with_a_sheet_or_without(document: object) -> None:
    sheet = asyncio.run(Served(document).sheet())

    assert sheet == "" or sheet.startswith("@media screen{:root{")
