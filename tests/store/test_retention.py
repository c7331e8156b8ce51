"""Every table has an age at which its rows go, and getting rid of many holds up nobody for long."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, func, insert, select

from smartapp.store.database import Database
from smartapp.store.retention import (
    HIDDEN_FOR,
    KEPT_FOR,
    NEVER_DELETED,
    RULES,
    SET_ASIDE_FOR,
    SHOWN_FOR,
    Retention,
)
from smartapp.store.schema import (
    audit,
    drafts,
    feedback,
    hidden_reminders,
    keyring,
    launches,
    ledger,
    metadata,
    pending_launches,
    set_aside,
    shown_reminders,
)

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
OPERATIONS = Path(__file__).parent.parent.parent / "docs" / "operations.md"
NO_TIME = timedelta()
AGES = {
    pending_launches: ("expires_at", NO_TIME),
    launches: ("expires_at", KEPT_FOR),
    drafts: ("changed_at", KEPT_FOR),
    ledger: ("changed_at", KEPT_FOR),
    shown_reminders: ("shown_at", SHOWN_FOR),
    set_aside: ("set_aside_at", SET_ASIDE_FOR),
    hidden_reminders: ("hidden_on", HIDDEN_FOR),
}
"""Of each table but feedback, which counts months: the column that tells the age, and when a row goes."""


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await Database.open(database_url)
    yield opened
    await opened.close()


def row(table: Table, number: int = 0, **values: object) -> dict[str, object]:
    """A row of any table with something in every column."""
    made: dict[str, object] = {}
    for column in table.columns:
        is_text = column.type.python_type is str
        made[column.name] = f"x{number}" if is_text else b"x" if column.type.python_type is bytes else number
    return made | values


async def put(database: Database, table: Table, *rows: dict[str, object]) -> None:
    async with database.transaction() as connection:
        await connection.execute(insert(table), list(rows))


async def rows_in(database: Database, table: Table) -> int:
    async with database.reading() as connection:
        return int(await connection.scalar(select(func.count()).select_from(table)) or 0)


def test_no_table_is_without_a_rule() -> None:
    ruled = [rule.table for rule in RULES]

    assert len(set(ruled)) == len(ruled)
    assert {*ruled, *NEVER_DELETED} == set(metadata.sorted_tables)
    assert set(ruled) & set(NEVER_DELETED) == set()
    assert set(NEVER_DELETED) == {audit, keyring}
    assert {*AGES, feedback} == set(ruled)


def test_every_table_and_its_age_are_told_to_those_who_run_it() -> None:
    text = OPERATIONS.read_text(encoding="utf-8")

    told = re.findall(r"^\| `([a-z_]+)` \|", text, re.M)

    assert sorted(told) == sorted(metadata.tables)


@pytest.mark.parametrize("table", AGES, ids=lambda table: table.name)
async def test_row_goes_when_it_is_too_old_and_not_a_second_before(database: Database, table: Table) -> None:
    column, age = AGES[table]
    await put(database, table, row(table, **{column: int(NOW.timestamp())}))

    kept = await Retention(database, lambda: NOW + age).purge()
    left = await rows_in(database, table)
    deleted = await Retention(database, lambda: NOW + age + timedelta(seconds=1)).purge()

    assert (kept, left, deleted, await rows_in(database, table)) == (0, 1, 1, 0)


async def test_audit_and_keyring_are_never_purged(database: Database) -> None:
    for table in NEVER_DELETED:
        await put(database, table, row(table))

    await Retention(database, lambda: NOW + timedelta(days=36_500)).purge()

    assert [await rows_in(database, table) for table in NEVER_DELETED] == [1, 1]


async def test_all_old_rows_go_however_many_and_no_young_one(database: Database) -> None:
    old, young = int((NOW - timedelta(days=800)).timestamp()), int(NOW.timestamp())
    many = [row(shown_reminders, number, shown_at=old) for number in range(23)]
    await put(database, shown_reminders, *many, row(shown_reminders, 99, shown_at=young))
    await put(database, set_aside, *(row(set_aside, number, set_aside_at=old) for number in range(10)))

    deleted = await Retention(database, lambda: NOW, at_a_time=5).purge()

    assert deleted == 33
    assert await rows_in(database, shown_reminders) == 1
    assert await rows_in(database, set_aside) == 0


async def test_writer_gets_in_between_while_many_rows_are_deleted(database: Database) -> None:
    old = int((NOW - timedelta(days=800)).timestamp())
    many = [row(shown_reminders, number, shown_at=old) for number in range(200)]
    await put(database, shown_reminders, *many)
    left: list[int] = []

    async def write() -> None:
        await put(database, drafts, row(drafts, 1, changed_at=int(NOW.timestamp())))
        left.append(await rows_in(database, shown_reminders))

    purging = asyncio.create_task(Retention(database, lambda: NOW, at_a_time=2).purge())
    await write()
    deleted = await purging

    assert deleted == 200
    assert left[0] > 0, "the write waited for everything to be deleted"


async def test_two_workers_purge_at_once_and_each_row_goes_once(database: Database) -> None:
    old = int((NOW - timedelta(days=800)).timestamp())
    await put(database, set_aside, *(row(set_aside, number, set_aside_at=old) for number in range(40)))

    both = await asyncio.gather(*(Retention(database, lambda: NOW, at_a_time=3).purge() for _ in range(2)))

    assert await rows_in(database, set_aside) == 0
    assert sum(both) == 40


async def test_draft_that_is_typed_on_while_old_ones_are_deleted_stays(database: Database) -> None:
    """The row is picked as too old, and changed by somebody else before it is deleted."""
    old = int((NOW - timedelta(hours=13)).timestamp())
    await put(database, drafts, row(drafts, changed_at=old))

    async with database.transaction() as connection:
        await connection.execute(drafts.update().values(changed_at=int(NOW.timestamp())))
        purging = asyncio.create_task(Retention(database, lambda: NOW).purge())
        await asyncio.wait({purging}, timeout=0.3)
    deleted = await purging

    assert deleted == 0
    assert await rows_in(database, drafts) == 1
