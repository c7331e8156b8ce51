"""Browsers that go away, clocks that jump, sessions that end: all while words are being sent."""

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.pages import Form, form, forms, words
from tests.visits import APP, Clinic, OpenVisit, clinic
from tests.workers import PausedWire, another_worker, database_in, same_visit

ROSA = "delgado-rosa"


@dataclass
class Leaving:
    """A browser that closes the connection when it has seen `pieces` pieces of the answer; a server tells the
    app of it in one of two ways.
    """

    pieces: int
    is_told: bool
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    seen: bytes = b""
    body: bytes = b""

    async def ask(self, at: Clinic, visit: OpenVisit, method: str, page: str) -> None:
        cookie = "; ".join(f"{name}={value}" for name, value in visit.browser._app.cookies.items())
        scope: dict[str, Any] = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": visit.path(page),
            "raw_path": visit.path(page).encode(),
            "root_path": "",
            "scheme": "https",
            "query_string": b"",
            "headers": [
                (b"host", APP.removeprefix("https://").encode()),
                (b"cookie", cookie.encode()),
                (b"origin", APP.encode()),
                (b"sec-fetch-site", b"same-origin"),
                (b"content-type", b"application/x-www-form-urlencoded"),
            ],
            "asgi": {"version": "3.0", "spec_version": "2.4" if not self.is_told else "2.3"},
            "client": ("test", 1),
            "server": ("app.test", 443),
        }
        if not self.pieces:
            self.gone.set()
        with suppress(OSError):
            await at.app(scope, self._receive, self._send)

    async def _receive(self) -> dict[str, Any]:
        if self.body:
            body, self.body = self.body, b""
            return {"type": "http.request", "body": body, "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        if self.gone.is_set() and not self.is_told:
            raise OSError("the connection is closed")
        if message["type"] == "http.response.body" and message.get("body"):
            self.seen += message["body"]
            self.pieces -= 1
            if self.pieces == 0:
                self.gone.set()


@pytest.fixture
def database(tmp_path: Path) -> str:
    return database_in(tmp_path)


@pytest.fixture
async def at(database: str) -> AsyncIterator[Clinic]:
    async with clinic(database=database) as running:
        yield running


both_ways = pytest.mark.parametrize("transactions", [False, True], ids=["alone", "together"])
"""Whether several statements go in one transaction."""


@pytest.fixture
async def complaints() -> AsyncIterator[list[dict[str, Any]]]:
    """What the event loop would complain of: results that nobody asked for, tasks that vanished."""
    found: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: found.append(context))
    yield found
    asyncio.get_running_loop().set_exception_handler(None)


def goals(at: Clinic) -> list[str]:
    return [goal["description"]["text"] for goal in at.ehr.created("Goal")]


def pressed(found: Form) -> bytes:
    return urlencode(found.fields).encode()


@pytest.mark.parametrize("is_told", [True, False])
async def test_browser_that_leaves_in_the_middle_of_a_page_harms_nobody_and_is_no_error(
    at: Clinic,
    database: str,
    is_told: bool,
    complaints: list[dict[str, Any]],
    caplog: pytest.LogCaptureFixture,
) -> None:
    wire = PausedWire(at.wire)
    async with another_worker(at, database, wire=wire) as slow:
        visit = same_visit(await at.browser().open(ROSA), slow)
        stop = wire.hold(lambda request: "/Condition" in request.url.path)
        leaving = Leaving(1, is_told)
        asking = asyncio.create_task(leaving.ask(slow, visit, "GET", ""))
        await leaving.gone.wait()
        stop.release()
        await asking

        answer = await visit.page()

    assert b"DELGADO" in leaving.seen
    assert answer.status_code == 200
    assert "read at" in words(answer.text)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    assert complaints == []


@pytest.mark.parametrize("is_told", [True, False])
async def test_token_that_is_being_renewed_when_the_browser_leaves_is_kept(
    at: Clinic, database: str, is_told: bool, complaints: list[dict[str, Any]]
) -> None:
    wire = PausedWire(at.wire)
    async with another_worker(at, database, wire=wire) as slow:
        visit = same_visit(await at.browser().open(ROSA), slow)
        at.ehr.expire_tokens()
        stop = wire.hold(lambda request: request.url.path == "/auth/token", answers=True)
        leaving = Leaving(0, is_told)
        asking = asyncio.create_task(leaving.ask(slow, visit, "GET", "statements"))
        await stop.reached.wait()
        asking.cancel()
        await asyncio.wait({asking})
        stop.release()

        answer = await visit.page("statements")

    assert answer.status_code == 200
    assert len([one for one in at.ehr.requests if one.path == "/auth/token"]) == 2
    assert complaints == []


@both_ways
@pytest.mark.parametrize("is_told", [True, False])
async def test_words_are_sent_although_the_browser_leaves_meanwhile(
    at: Clinic, database: str, is_told: bool, transactions: bool, complaints: list[dict[str, Any]]
) -> None:
    wire = PausedWire(at.wire)
    async with another_worker(at, database, wire=wire, transactions=transactions) as slow:
        visit = same_visit(await at.browser().open(ROSA), slow)
        await visit.write(goal="Dance", worry="Falling")
        stop = wire.hold(lambda request: request.method == "POST", answers=True)
        leaving = Leaving(0, is_told, body=pressed(await visit.review()))
        asking = asyncio.create_task(leaving.ask(slow, visit, "POST", "send"))
        await stop.reached.wait()
        stop.release()
        await asking

        done = await visit.page("done")

    assert goals(at) == ["Dance"]
    assert "All 2 are in the chart" in words(done.text)
    assert complaints == []


@both_ways
async def test_session_that_idles_out_while_words_are_sent_ends_after_them(
    at: Clinic, database: str, transactions: bool
) -> None:
    wire = PausedWire(at.wire)
    async with another_worker(at, database, wire=wire, transactions=transactions) as slow:
        visit = same_visit(await at.browser().open(ROSA), slow)
        await visit.write(goal="Dance", worry="Falling")
        stop = wire.hold(lambda request: request.method == "POST", answers=True)
        sending = asyncio.create_task(visit.send())
        await stop.reached.wait()
        at.clock.now += timedelta(minutes=16)
        stop.release()

        answer = await sending

    assert answer.status_code == 401
    assert "Nothing was sent" not in words(answer.text)
    assert goals(at) == ["Dance"]
    assert len(at.ehr.created("Observation")) == 1
    later = await at.browser().open(ROSA)
    assert "A draft from" not in words((await later.page()).text)


@both_ways
async def test_launch_that_ends_while_words_are_sent_offers_the_rest(
    at: Clinic, database: str, transactions: bool
) -> None:
    wire = PausedWire(at.wire)
    async with another_worker(at, database, wire=wire, transactions=transactions) as slow:
        visit = same_visit(await at.browser().open(ROSA), slow)
        await visit.write(worry="Falling", goal="Dance")
        stop = wire.hold(lambda request: b"Falling" in request.content, answers=True)
        sending = asyncio.create_task(visit.send())
        await stop.reached.wait()
        at.ehr.faults.token.refresh_switches_patient = "bell-marcus"
        at.ehr.expire_tokens()
        stop.release()

        answer = await sending

    at.ehr.faults.reset()
    assert answer.status_code == 409
    assert goals(at) == (["Dance"] if transactions else [])
    assert [one["subject"]["reference"] for one in at.ehr.created("Observation")] == [f"Patient/{ROSA}"]
    later = await at.browser().open(ROSA)
    use = form((await later.page()).text, "/draft/adopt")
    await later.browser.post(use.action, use.fields)
    at.clock.now += timedelta(seconds=61)
    await later.send()
    for button in [each for each in forms((await later.page("done")).text) if "/check" in each.action]:
        await later.browser.post(button.action, button.fields)
    done = await later.page("done")
    assert goals(at) == ["Dance"]
    assert len(at.ehr.created("Observation")) == 1
    assert "All 2 are in the chart" in words(done.text)


async def test_clock_that_moves_back_neither_ends_a_visit_nor_loses_words(at: Clinic) -> None:
    visit = await at.browser().open(ROSA)
    await visit.write(goal="Dance")
    at.clock.now -= timedelta(hours=3)

    await visit.write(worry="Falling")
    done = await visit.send()

    assert "All 2 are in the chart" in words(done.text)
    at.clock.now += timedelta(hours=3, minutes=5)
    assert (await visit.page("done")).status_code == 200
