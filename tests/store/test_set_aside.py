"""What was set aside as not right: remembered for one patient at one site, readable to nobody."""

import asyncio
import string
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretBytes
from sqlalchemy import select

from smartapp.store.database import Database
from smartapp.store.retention import SET_ASIDE_FOR, Retention
from smartapp.store.schema import set_aside
from smartapp.store.set_aside import SetAside, WhoseChart
from smartapp.store.vault import Vault

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
ROSA = WhoseChart("clinic-a", "https://ehr.test/fhir", "rosa")
WORDS = "I want to dance at the wedding."


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await Database.open(database_url)
    yield opened
    await opened.close()


def store_of(database: Database, at: datetime = START, key: bytes = b"a") -> SetAside:
    return SetAside(database, Vault([SecretBytes(key * 32)]), lambda: at)


async def test_it_is_remembered_by_the_next_process(database_url: str) -> None:
    first = await Database.open(database_url)
    store = store_of(first)
    await store.add(ROSA, [store.mark(ROSA, kind="goal", words=WORDS)])
    await first.close()

    second = await Database.open(database_url)
    later = store_of(second)
    marks = await later.marks(ROSA)
    await second.close()

    assert marks == {later.mark(ROSA, kind="goal", words=WORDS)}


@pytest.mark.parametrize(
    "other",
    [
        replace(ROSA, patient_id="ana"),
        replace(ROSA, registration_id="clinic-b"),
        replace(ROSA, fhir_base="https://other.test/fhir"),
    ],
)
async def test_another_patient_and_another_site_know_nothing_of_it(
    database: Database, other: WhoseChart
) -> None:
    store = store_of(database)

    await store.add(ROSA, [store.mark(ROSA, kind="goal", words=WORDS)])

    assert await store.marks(other) == frozenset()
    assert store.mark(other, kind="goal", words=WORDS) != store.mark(ROSA, kind="goal", words=WORDS)


async def test_words_are_the_same_however_they_are_spaced_or_capitalized(database: Database) -> None:
    store = store_of(database)

    marks = {
        store.mark(ROSA, kind="goal", words=each) for each in (WORDS, f"  {WORDS.upper()}\n", WORDS.title())
    }
    others = {
        store.mark(ROSA, kind="worry", words=WORDS),
        store.mark(ROSA, kind="goal", words="I want to sing at the wedding."),
        store.mark(ROSA, kind="goal", words=WORDS, apart=["negated"]),
    }

    assert len(marks) == 1
    assert len(marks | others) == 4


async def test_two_who_set_the_same_aside_at_once_leave_one_row(database: Database) -> None:
    store = store_of(database)
    marks = [store.mark(ROSA, kind="goal", words=f"Goal {number}") for number in range(3)]

    await asyncio.gather(*(store.add(ROSA, marks) for _ in range(6)))

    async with database.reading() as connection:
        rows = (await connection.execute(select(set_aside))).all()
    assert sorted(row.statement for row in rows) == sorted(marks)


async def test_what_is_shown_again_is_forgotten_and_the_rest_is_not(database: Database) -> None:
    store = store_of(database)
    one, other = (store.mark(ROSA, kind="goal", words=words) for words in ("One", "Other"))
    await store.add(ROSA, [one, other])

    await store.remove(ROSA, [one])
    await store.remove(ROSA, [one])
    await store.remove(ROSA, [])

    assert await store.marks(ROSA) == {other}


async def test_nothing_at_all_to_set_aside_writes_nothing(database: Database) -> None:
    await store_of(database).add(ROSA, [])

    assert await store_of(database).marks(ROSA) == frozenset()


async def test_row_holds_two_fingerprints_and_a_time(database: Database) -> None:
    store = store_of(database)
    await store.add(ROSA, [store.mark(ROSA, kind="goal", words=WORDS)])

    async with database.reading() as connection:
        row = (await connection.execute(select(set_aside))).one()

    patient, statement, at = row
    assert all(len(each) == 64 and set(each) <= set(string.hexdigits) for each in (patient, statement))
    assert at == int(START.timestamp())


async def test_nothing_can_be_read_in_the_file(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'x.sqlite3'}")
    store = store_of(database)
    await store.add(ROSA, [store.mark(ROSA, kind="goal", words=WORDS)])
    await database.close()

    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert not [each for each in (b"rosa", b"wedding", b"ehr.test", b"clinic-a") if each in kept.lower()]


async def test_it_is_forgotten_after_two_years_and_not_before(database: Database) -> None:
    store = store_of(database)
    await store.add(ROSA, [store.mark(ROSA, kind="goal", words=WORDS)])

    kept = await Retention(database, lambda: START + SET_ASIDE_FOR).purge()
    left = await store.marks(ROSA)
    deleted = await Retention(database, lambda: START + SET_ASIDE_FOR + timedelta(seconds=1)).purge()

    assert (kept, len(left), deleted) == (0, 1, 1)
    assert await store.marks(ROSA) == frozenset()


async def test_without_the_key_it_is_shown_again_and_no_other_statement_is_hidden(database: Database) -> None:
    store = store_of(database)
    await store.add(ROSA, [store.mark(ROSA, kind="goal", words=WORDS)])

    assert await store_of(database, key=b"z").marks(ROSA) == frozenset()
