"""SQLite and PostgreSQL behave alike: who changes an owner's rows is alone with them, and nobody waits for
ever.
"""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretBytes
from sqlalchemy import text

from smartapp.errors import ConfigurationError, StoreUnavailable
from smartapp.store.database import Database
from smartapp.store.drafts import Drafts
from smartapp.store.engines import database_kind
from smartapp.store.launches import Launches
from smartapp.store.vault import Vault
from tests.postgres import Postgres, find_programs, running_postgres

WAIT_S = 0.4


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await Database.open(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def impatient(postgres: Postgres) -> AsyncIterator[Database]:
    """On PostgreSQL, waiting WAIT_S for a lock."""
    opened = await Database.open(f"{postgres.new_database()}&timeout={WAIT_S}")
    yield opened
    await opened.close()


def drafts_of(database: Database, at: datetime = datetime(2026, 11, 22, tzinfo=UTC)) -> Drafts:
    return Drafts(database, Vault([SecretBytes(b"a" * 32)]), lambda: at)


async def test_what_is_read_and_then_written_under_the_owners_lock_loses_no_change(
    database: Database,
) -> None:
    drafts = drafts_of(database)

    async def add(letter: str) -> None:
        async with drafts.changing("owner") as connection:
            before = await drafts.load_in(connection, "L1")
            body = (before.body if before else b"") + letter.encode()
            await drafts.save_in(connection, "L1", owner="owner", body=body)

    await asyncio.gather(*(add(letter) for letter in "abcdefghijkl"))

    kept = await drafts.load("L1")
    assert kept is not None
    assert sorted(kept.body.decode()) == list("abcdefghijkl")


async def test_reader_sees_one_state_while_others_write(database: Database) -> None:
    drafts = drafts_of(database)
    await drafts.save("L1", owner="owner", body=b"before")

    async with database.reading() as connection:
        first = await drafts.load_in(connection, "L1")
        await drafts.save("L1", owner="owner", body=b"after")
        second = await drafts.load_in(connection, "L1")

    assert first == second
    later = await drafts.load("L1")
    assert later is not None
    assert later.body == b"after"


async def test_reader_cannot_write_on_postgresql(impatient: Database) -> None:
    async def write() -> None:
        async with impatient.reading() as connection:
            await connection.execute(text("DELETE FROM drafts"))

    with pytest.raises(StoreUnavailable, match="25006"):
        await write()


async def test_workers_that_start_at_once_on_an_empty_database_all_come_up(database_url: str) -> None:
    opened = await asyncio.gather(*(Database.open(database_url) for _ in range(4)))

    for number, one in enumerate(opened):
        await drafts_of(one).save(f"L{number}", owner="owner", body=b"words")
    kept = [await drafts_of(opened[0]).load(f"L{number}") for number in range(4)]
    for one in opened:
        await one.close()
    assert [one and one.body for one in kept] == [b"words"] * 4


async def test_worker_that_starts_while_another_one_makes_a_new_file_waits_for_it(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / "new.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    starting = asyncio.create_task(Database.open(f"sqlite+aiosqlite:///{tmp_path / 'new.sqlite3'}"))
    done, _ = await asyncio.wait({starting}, timeout=WAIT_S)

    other.execute("ROLLBACK")
    database = await starting

    assert not done
    await drafts_of(database).save("L1", owner="owner", body=b"words")
    await database.close()
    other.close()


async def test_writers_of_one_worker_are_served_in_the_order_they_came_on_sqlite(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'x.sqlite3'}")
    served = []

    async def write(number: int) -> None:
        async with database.transaction():
            served.append(number)

    async with database.transaction():
        writing = [asyncio.create_task(write(number)) for number in range(12)]
        await asyncio.wait(writing, timeout=WAIT_S)
    await asyncio.gather(*writing)

    await database.close()
    assert served == list(range(12))


async def test_time_after_2038_is_kept(database: Database) -> None:
    in_2050 = datetime(2050, 1, 1, tzinfo=UTC)
    launches = Launches(database, Vault([SecretBytes(b"a" * 32)]), lambda: in_2050)

    await launches.put("L1", browser="b", owner="o", context=b"", tokens=b"", expires_at=in_2050)

    stored = await launches.get("L1")
    assert stored is not None
    assert stored.expires_at == int(in_2050.timestamp())


async def test_lock_of_one_owner_holds_up_no_other_owner(impatient: Database) -> None:
    drafts = drafts_of(impatient)

    async with drafts.changing("owner-a"):
        await drafts.save("L2", owner="owner-b", body=b"words")

    assert await drafts.load("L2") is not None


async def test_wait_for_a_lock_ends_and_the_store_is_said_to_be_unavailable(impatient: Database) -> None:
    drafts = drafts_of(impatient)

    async with drafts.changing("owner"):
        with pytest.raises(StoreUnavailable, match="55P03"):
            await drafts.save("L1", owner="owner", body=b"words")

    await drafts.save("L1", owner="owner", body=b"words")


async def test_worker_that_stops_in_the_middle_keeps_no_lock(impatient: Database) -> None:
    drafts, held = drafts_of(impatient), asyncio.Event()

    async def stop_in_the_middle() -> None:
        async with drafts.changing("owner"):
            held.set()
            await asyncio.Event().wait()

    stopped = asyncio.create_task(stop_in_the_middle())
    await held.wait()

    kept = False
    until = time.monotonic() + 20
    while not kept and time.monotonic() < until:
        try:
            await drafts.save("L1", owner="owner", body=b"words")
            kept = True
        except StoreUnavailable:
            continue  # it waited for the lock, as long as it may

    stopped.cancel()
    await asyncio.gather(stopped, return_exceptions=True)
    assert kept


async def test_database_that_hangs_is_told_and_not_waited_for(impatient: Database) -> None:
    drafts = drafts_of(impatient)
    async with impatient.transaction() as connection:
        backend = int(str(await connection.scalar(text("SELECT pg_backend_pid()"))))
    began = time.monotonic()

    os.kill(backend, signal.SIGSTOP)
    try:
        with pytest.raises(StoreUnavailable):
            await drafts.save("L1", owner="owner", body=b"words")
        waited_s = time.monotonic() - began
    finally:
        os.kill(backend, signal.SIGCONT)

    assert waited_s < 50 * WAIT_S
    await drafts.save("L1", owner="owner", body=b"words")


async def test_database_that_went_away_is_told_and_used_again_when_it_is_back() -> None:
    programs = find_programs()
    if programs is None:
        pytest.skip("NO POSTGRESQL FOUND: nothing was tested on it")
    with running_postgres(programs) as server:
        database = await Database.open(server.new_database())
        drafts = drafts_of(database)
        await drafts.save("L1", owner="owner", body=b"words")

        server.stop()
        with pytest.raises(StoreUnavailable):
            await drafts.load("L1")
        server.start()

        kept = await drafts.load("L1")
        await database.close()
    assert kept is not None
    assert kept.body == b"words"


async def test_database_that_is_not_there_is_told_by_the_kind_of_error_only(postgres: Postgres) -> None:
    url = postgres.new_database().replace("/test_", "/CANARY_")

    with pytest.raises(StoreUnavailable) as told:
        await Database.open(url)

    assert told.value.detail == "InvalidCatalogNameError"


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("sqlite+aiosqlite:///x.sqlite3", "sqlite"),
        ("sqlite://", "sqlite"),
        ("postgresql://app@db.hospital.example/ground?sslmode=verify-full", "postgresql"),
        ("postgres://app@db.hospital.example/ground", "postgresql"),
        ("postgresql+asyncpg://app@db.hospital.example/ground", "postgresql"),
    ],
)
def test_database_is_known_by_its_url(url: str, kind: str) -> None:
    assert database_kind(url) == kind


@pytest.mark.parametrize("url", ["mysql://app@h/db", "postgresql+psycopg2://h/db", "nonsense", "", "://"])
def test_url_of_another_database_is_a_fault_of_the_settings(url: str) -> None:
    with pytest.raises(ConfigurationError, match="SMARTAPP_DATABASE_URL"):
        database_kind(url)


def test_password_with_letters_that_a_url_cannot_hold_is_not_told() -> None:
    with pytest.raises(ConfigurationError, match="SMARTAPP_DATABASE_URL") as caught:
        database_kind("postgresql://app:se@cr:PIECE@host/db")

    assert "PIECE" not in str(caught.value)
    assert caught.value.__context__ is None  # whose text would stand in the traceback


async def test_timeout_that_is_no_number_is_a_fault_of_the_settings() -> None:
    with pytest.raises(ConfigurationError, match="SMARTAPP_DATABASE_URL"):
        await Database.open("sqlite://?timeout=soon")


def test_missing_driver_is_told_with_the_file_that_has_it() -> None:
    code = (
        "import sys; sys.modules['asyncpg'] = None\n"
        "from smartapp.store.engines import database_kind\n"
        "database_kind('postgresql://app@h/db')"
    )

    ended = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)

    assert "requirements/postgres.lock" in ended.stderr
