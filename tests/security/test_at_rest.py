"""Whole visits of a marked patient by a marked clinician, and then every byte of the database: nothing in it
can be read (threat T20).
"""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from smartapp.sandbox.stories import story_resources
from tests.figures import record
from tests.pages import form, forms, words
from tests.postgres import Postgres
from tests.refusals import Watched, watched_clinic
from tests.test_canaries import MARKS, PATIENT, TYPED, marked_chart
from tests.visits import START, box_of

CLINICIAN = {
    "resourceType": "Practitioner",
    "id": "p-4411",
    "name": [{"text": "Dr Quillwort Zebrano", "family": "Zebrano", "given": ["Quillwort"], "prefix": ["Dr"]}],
    "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1790000555"}],
}
MARKED_CLINICIAN = ("quillwort", "zebrano", "1790000555")
UNSENT = "Capybara words that were never sent"
WHY_NOT = "Okapi words about a reminder"


@asynccontextmanager
async def visited(database: str) -> AsyncIterator[Watched]:
    """A clinic in which everything that is kept has been kept: the app still runs."""
    resources = [*story_resources(START.date()), *marked_chart(START.date()), CLINICIAN]
    async with watched_clinic(resources=resources, database=database) as at:
        browser = at.browser()
        await _sent_and_remembered(at)
        unsent = await browser.open(PATIENT, user="Practitioner/p-4411")
        await unsent.write(goal=UNSENT, hope=UNSENT)
        await browser.begin(at.clinic.ehr.new_launch(PATIENT))
        yield at


async def _sent_and_remembered(at: Watched) -> None:
    """A visit that sends, is refused once, hides a reminder, and sets a sentence of a note aside."""
    visit = await at.browser().open(PATIENT, user="Practitioner/p-4411", encounter_id=f"{PATIENT}-today")
    page = await visit.page()
    assert "ZYXWALA" in page.text
    hide = form(page.text, "/hide")
    told = await visit.browser.post(hide.action, [*hide.fields, ("how", "not-useful")])
    about = form(told.text, "/not-useful")
    await visit.browser.post(about.action, about.filled(words=WHY_NOT))
    hide = form((await visit.page()).text, "/hide")
    await visit.browser.post(hide.action, [*hide.fields, ("how", "always")])
    statements = forms((await visit.page("statements")).text)
    found = next(each for each in statements if ("answer", "not_right") in [b[:2] for b in each.buttons])
    await visit.browser.post(found.action, [*found.fields, ("answer", "not_right")])
    room = form((await visit.page("room")).text, "/draft")
    box = box_of(room, "goal")
    assert (await visit.browser.post(room.action, room.changed({f"{box}-words": TYPED}))).status_code == 200
    at.faults.refuse_late.add("Goal")
    assert "1 was not accepted" in words((await visit.send()).text)
    at.faults.refuse_late.clear()


def marks_of(at: Watched) -> dict[str, str]:
    """What must not be found, in lower case, with what it stands for."""
    found = {mark: kind for kind, marks in MARKS.items() for mark in marks}
    found |= dict.fromkeys(MARKED_CLINICIAN, "clinician")
    found |= {"capybara": "typed", "okapi": "feedback", PATIENT: "patient id"}
    found |= {value.lower(): kind for value, kind in at.secrets().items()}
    kinds = {"cookie", "state", "nonce", "code", "code_verifier", "access_token", "refresh_token", "id_token"}
    assert set(found.values()) >= kinds
    return found


def found_in(content: bytes, marks: dict[str, str]) -> set[str]:
    """The kinds of marks that are in the content, as they are or in hexadecimal."""
    lower = content.lower()
    return {
        kind
        for mark, kind in marks.items()
        if mark.encode() in lower or mark.encode().hex().encode() in lower
    }


def files_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()))


async def dump_of(url: str) -> tuple[set[str], bytes]:
    """The tables that have rows, and everything in them: text as it is, binary values bare."""
    connection = await asyncpg.connect(url)
    try:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        names = [row["tablename"] for row in await connection.fetch(query)]
        rows = {name: await connection.fetch(f'SELECT * FROM "{name}"') for name in names}
    finally:
        await connection.close()
    values = [value for found in rows.values() for row in found for value in row.values()]
    return {name for name, found in rows.items() if found}, b"\n".join(map(_bare, values))


def _bare(value: Any) -> bytes:  # Any: what the driver makes of a column
    return value if isinstance(value, bytes) else str(value).encode()


FILLED = {
    *("alembic_version", "audit", "drafts", "feedback", "hidden_reminders", "keyring", "launches", "ledger"),
    *("pending_launches", "set_aside", "shown_reminders"),
}


async def test_no_byte_of_the_sqlite_files_tells_anything(tmp_path: Path) -> None:
    file = tmp_path / "clinic.sqlite3"
    async with visited(f"sqlite+aiosqlite:///{file}") as at:
        marks = marks_of(at)
        while_it_runs = files_of(tmp_path)
        names = {path.name for path in tmp_path.iterdir()}
    at_the_end = files_of(tmp_path)
    tables = {
        name
        for (name,) in sqlite3.connect(file).execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        if sqlite3.connect(file).execute(f"SELECT 1 FROM {name}").fetchone()
    }

    hits = found_in(while_it_runs, marks) | found_in(at_the_end, marks)

    record("marks searched in the database at rest", len(marks))
    record("marks found in the database at rest", len(hits))
    assert hits == set()
    assert names == {"clinic.sqlite3", "clinic.sqlite3-wal", "clinic.sqlite3-shm"}
    assert tables == FILLED, "a table was empty, and nothing was searched in it"


async def test_no_value_in_postgresql_tells_anything(postgres: Postgres) -> None:
    url = postgres.new_database()
    async with visited(url) as at:
        marks = marks_of(at)
    tables, dump = await dump_of(url)

    hits = found_in(dump, marks)

    record("marks searched in the database at rest", len(marks))
    record("marks found in the database at rest", len(hits))
    assert hits == set()
    assert tables == FILLED, "a table was empty, and nothing was searched in it"


@pytest.mark.parametrize("mark", ["Capybara", "ZYXWALA", "1790000555", PATIENT])
def test_mark_would_be_found_if_it_were_there(mark: str) -> None:
    marks = {mark.lower(): "mark"}

    assert found_in(b"\x00\xff" + mark.encode() + b"\x00", marks) == {"mark"}
    assert found_in(b"\\x" + mark.lower().encode().hex().encode(), marks) == {"mark"}
