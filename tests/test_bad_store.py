"""Our own store locked or full: the typed words stay with the clinician, and later everything works once."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from starlette.datastructures import MutableHeaders

from smartapp.errors import StoreUnavailable
from tests.pages import Form, form, words
from tests.refusals import ROSA, TYPED, Watched, captured_log, watched_clinic
from tests.visits import OpenVisit, box_of
from tests.ways import WAYS, Way

FILE = "clinic.sqlite3"
LONG = f"{TYPED} " + "a long story " * 300


def database_in(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder / FILE}?timeout=0.05"


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Watched]:
    async with watched_clinic(database=database_in(tmp_path)) as watched:
        yield watched


@asynccontextmanager
async def locked(folder: Path) -> AsyncIterator[None]:
    """Another process has the database for itself."""
    other = sqlite3.connect(folder / FILE, isolation_level=None, check_same_thread=False)
    # In a thread: what the app is just writing must come to its end first.
    await asyncio.to_thread(other.execute, "BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.close()


@contextmanager
def full(at: Watched) -> Iterator[None]:
    """The disk is full: no connection may make the file longer."""
    pool = at.clinic.app.state.services.database._engine.sync_engine.pool

    def limit(connection: Any, *_: object) -> None:
        pages(connection, 1)

    def pages(connection: Any, most: int) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA max_page_count = {most}")
        cursor.close()

    def unlimit(connection: Any, *_: object) -> None:
        pages(connection, 1_000_000)

    event.listen(pool, "checkout", limit)
    try:
        yield
    finally:
        event.remove(pool, "checkout", limit)
        event.listen(pool, "checkout", unlimit)


async def typed(visit: OpenVisit, text: str) -> Form:
    """The room's form with words in it, not posted yet."""
    found = form((await visit.page("room")).text, "/draft")
    found.fields = found.changed({f"{box_of(found, 'goal')}-words": text})
    return found


async def test_app_that_cannot_open_its_store_does_not_start_and_says_why_in_the_log(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database at all, and long enough to be looked at" * 40)

    with captured_log(every_logger=False) as log, pytest.raises(StoreUnavailable):
        async with watched_clinic(database=f"sqlite+aiosqlite:///{tmp_path / FILE}"):
            pass

    [told] = log.events("database-not-opened")
    assert told["detail"] == "DatabaseError"


async def test_words_that_a_locked_store_cannot_keep_are_on_the_page_and_kept_later(
    at: Watched, tmp_path: Path
) -> None:
    visit = await at.open()
    room = await typed(visit, TYPED)

    async with locked(tmp_path):
        refused = await visit.browser.post(room.action, room.fields)
    kept = await visit.browser.post(room.action, room.fields)
    done = await visit.send()

    at.assert_refused(refused, "store-unavailable", typed=TYPED)
    assert TYPED in kept.text
    assert "It is in the chart" in words(done.text)
    assert at.stored() == [TYPED]


async def test_database_url_says_how_long_a_writer_waits(at: Watched, tmp_path: Path) -> None:
    visit = await at.open()
    room = await typed(visit, TYPED)

    async with locked(tmp_path):
        began = time.monotonic()
        await visit.browser.post(room.action, room.fields)
        waited_s = time.monotonic() - began

    assert waited_s < 3


async def test_autosave_is_told_that_a_locked_store_kept_nothing(at: Watched, tmp_path: Path) -> None:
    visit = await at.open()
    room = await typed(visit, TYPED)

    async with locked(tmp_path):
        answer = await visit.browser.post_once(
            room.action, room.fields, headers={"Accept": "application/json"}
        )

    (logged,) = at.log.events("refused")
    assert answer.status_code == 503
    assert answer.json()["code"] == "store-unavailable"
    assert answer.json()["reference"] == logged["reference"]
    assert TYPED not in answer.text
    at.assert_log_is_clean()


async def test_send_to_a_locked_store_sends_nothing_and_the_same_press_later_sends_once(
    at: Watched, tmp_path: Path
) -> None:
    visit = await at.open()
    await visit.write(goal=TYPED)
    review = await visit.review()

    async with locked(tmp_path):
        refused = await visit.browser.post(review.action, review.fields)
        stored_then = at.stored()
    done = await visit.send(review)
    await visit.send(review)

    at.assert_refused(refused, "store-unavailable")
    assert stored_then == []
    assert "It is in the chart" in words(done.text)
    assert at.stored() == [TYPED]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
async def test_store_that_locks_while_the_ehr_answers_is_not_called_nothing_sent(
    tmp_path: Path, way: Way
) -> None:
    other = sqlite3.connect(tmp_path / FILE, isolation_level=None)

    def lock(_: MutableHeaders, body: bytes) -> bytes:
        other.execute("BEGIN EXCLUSIVE")
        return body

    async with watched_clinic(database=database_in(tmp_path), registration=way.registration) as at:
        visit = await at.open()
        await visit.write(**way.said)
        review = await visit.review()
        at.wire.change(way.first, lock)

        refused = await visit.browser.post(review.action, review.fields)
        other.close()
        at.wire.mend()
        at.clock.now = at.clock.now.replace(minute=2)
        await visit.send(review)
        check = form((await visit.page("done")).text, "/check")
        done = await visit.browser.post(check.action, check.fields)

        at.assert_refused(refused, "sending-unclear")
        assert "Nothing was sent" not in words(refused.text)
        assert way.all_stored in words(done.text)
        assert at.stored() == way.stored


async def test_launch_while_the_store_is_locked_stops_before_the_sign_in(at: Watched, tmp_path: Path) -> None:
    async with locked(tmp_path):
        began = await at.browser().begin(at.clinic.ehr.new_launch(ROSA))

    at.assert_refused(began, "store-unavailable")
    assert at.wire.requests("GET /auth") == 0


async def test_callback_while_the_store_is_locked_spends_no_code(at: Watched, tmp_path: Path) -> None:
    browser = at.browser()
    began = await browser.begin(at.clinic.ehr.new_launch(ROSA))
    back = await browser.get_once(began.headers["location"])

    async with locked(tmp_path):
        refused = await browser.get_once(back.headers["location"])
        asked = at.wire.requests("POST /auth/token")
    opened = await browser.get(back.headers["location"])

    at.assert_refused(refused, "store-unavailable")
    assert asked == 0
    assert opened.status_code == 200


@pytest.mark.parametrize("page", ["", "room", "review", "done", "statements"])
async def test_pages_can_be_read_while_another_process_writes(at: Watched, tmp_path: Path, page: str) -> None:
    visit = await at.open()

    async with locked(tmp_path):
        answer = await visit.page(page)

    assert answer.status_code == 200


async def test_words_that_a_full_store_cannot_keep_are_on_the_page_and_kept_later(at: Watched) -> None:
    visit = await at.open()
    room = await typed(visit, LONG * 60)

    with full(at):
        refused = await visit.browser.post(room.action, room.fields)
    kept = await visit.browser.post(room.action, room.fields)

    at.assert_refused(refused, "store-unavailable", typed=(LONG * 60).strip())
    assert (LONG * 60).strip() in words(kept.text)


async def test_send_to_a_full_store_sends_nothing_and_the_same_press_later_sends_once(at: Watched) -> None:
    visit = await at.open()
    said = {kind: f"{kind}: {LONG}"[:4000] for kind in ("goal", "worry", "hope")}
    await visit.write(**said)
    review = await visit.review()

    with full(at):
        refused = await visit.browser.post(review.action, review.fields)
        stored_then = at.stored()
    done = await visit.send(review)

    at.assert_refused(refused, "store-unavailable")
    assert stored_then == []
    assert "All 3 are in the chart" in words(done.text)
    assert len(at.stored()) == 3


async def test_store_that_is_full_has_lost_nothing_that_was_kept(at: Watched) -> None:
    visit = await at.open()
    await visit.write(hope=TYPED)
    room = await typed(visit, LONG * 60)

    with full(at):
        await visit.browser.post(room.action, room.fields)
        shown = await visit.page("room")

    assert TYPED in shown.text
