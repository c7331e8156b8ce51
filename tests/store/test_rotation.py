"""A new key takes over everything that the old one sealed, while others write, and loses nothing."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretBytes
from sqlalchemy import LargeBinary, select

from smartapp.errors import StoreUnavailable
from smartapp.store.database import Database
from smartapp.store.drafts import Drafts
from smartapp.store.keyring import open_store, open_vault
from smartapp.store.rotation import Rotated, Rotation
from smartapp.store.schema import drafts as drafts_table
from smartapp.store.schema import metadata, sealed_columns
from smartapp.store.vault import Secrets, Vault
from tests.figures import record
from tests.postgres import Postgres
from tests.store.filled import WHOLE, clock, fill, held, key_ids, opens

OLD, NEW = SecretBytes(b"o" * 32), SecretBytes(b"n" * 32)
SECRETS = Secrets(SecretBytes(b"f" * 32), SecretBytes(b"a" * 32))
SEALED_VALUES = 10
"""What `fill` puts in, and the two secrets of the keyring."""
_EXAMPLES = int(os.environ.get("COMMON_GROUND_ROTATIONS", "8"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await Database.open(database_url)
    yield opened
    await opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Gives the URL of an empty database each time."""
    if request.param == "sqlite":
        numbers = count()
        return lambda: f"sqlite+aiosqlite:///{tmp_path / f'{next(numbers)}.sqlite3'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.new_database


def test_every_binary_column_is_sealed_and_says_for_which_row() -> None:
    binary = [
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    ]

    assert binary == sealed_columns()
    assert len(binary) == 7


async def test_old_key_can_be_taken_away_after_rotation_and_nothing_is_forgotten(database: Database) -> None:
    await fill(database, await open_vault(database, [OLD]))
    both = await open_vault(database, [NEW, OLD])
    readable = await held(database, both)

    rotated = await Rotation(database, both).run()

    alone = await open_vault(database, [NEW])
    ids = await key_ids(database)
    assert readable == WHOLE
    assert rotated == Rotated(sealed_again=SEALED_VALUES, left=0, unopened=0)
    assert set().union(*ids.values()) == {alone.first_key_id}
    assert all(ids.values()), "a table was empty: nothing was tried on it"
    assert await held(database, alone) == WHOLE
    assert not await opens(database, Vault([OLD], SECRETS))


async def test_without_rotation_the_old_key_is_still_needed(database: Database) -> None:
    await fill(database, await open_vault(database, [OLD]))
    both = await open_vault(database, [NEW, OLD])

    assert await opens(database, both)
    assert not await opens(database, Vault([NEW], SECRETS))


async def test_rotation_done_twice_changes_nothing_the_second_time(database: Database) -> None:
    await fill(database, await open_vault(database, [OLD]))
    both = await open_vault(database, [NEW, OLD])

    await Rotation(database, both).run()

    assert await Rotation(database, both).run() == Rotated(sealed_again=0, left=0, unopened=0)


@pytest.mark.parametrize("at_a_time", [1, 2, 7, 1000])
async def test_all_pages_are_gone_through_whatever_their_size(database: Database, at_a_time: int) -> None:
    old = Drafts(database, Vault([OLD], SECRETS), clock)
    for number in range(14):
        await old.save(f"L{number}", owner="owner", body=f"words {number}".encode())

    rotated = await Rotation(database, Vault([NEW, OLD], SECRETS), at_a_time=at_a_time).run()

    new = Drafts(database, Vault([NEW], SECRETS), clock)
    assert rotated.sealed_again == 14
    for number in range(14):
        found = await new.load(f"L{number}")
        assert found is not None
        assert (found.body, found.revision) == (f"words {number}".encode(), 1)


async def test_row_that_is_changed_between_reading_and_writing_it_keeps_the_change(
    database: Database,
) -> None:
    old, new = Drafts(database, Vault([OLD], SECRETS), clock), Drafts(database, Vault([NEW], SECRETS), clock)
    await old.save("L1", owner="owner", body=b"before")
    rotation = Rotation(database, Vault([NEW, OLD], SECRETS))

    async with new.changing("owner") as connection:
        await new.save_in(connection, "L1", owner="owner", body=b"meanwhile")
        rotating = asyncio.create_task(rotation.run())
        waiting, _ = await asyncio.wait({rotating}, timeout=0.5)
    rotated = await rotating

    found = await new.load("L1")
    assert not waiting, "rotation read the row before, and waits to write it"
    assert found is not None
    assert found.body == b"meanwhile"
    assert rotated == Rotated(sealed_again=0, left=0, unopened=0)


async def test_value_in_another_row_stays_as_it_is_and_is_told(database: Database) -> None:
    drafts = Drafts(database, Vault([OLD], SECRETS), clock)
    for launch in ("L1", "L2"):
        await drafts.save(launch, owner="owner", body=f"words of {launch}".encode())
    async with database.transaction() as connection:
        column = drafts_table.c.sealed
        stolen = await connection.scalar(select(column).where(drafts_table.c.launch_id == "L1"))
        await connection.execute(
            drafts_table.update().where(drafts_table.c.launch_id == "L2").values(sealed=stolen)
        )

    rotated = await Rotation(database, Vault([NEW, OLD], SECRETS)).run()

    async with database.reading() as connection:
        query = select(column).where(drafts_table.c.launch_id == "L2")
        after = await connection.scalar(query)
    assert rotated == Rotated(sealed_again=1, left=0, unopened=1)
    assert after == stolen
    with pytest.raises(StoreUnavailable):
        await drafts.load("L2")


async def test_worker_that_still_seals_with_the_old_key_is_told(database: Database) -> None:
    busy = Drafts(database, Vault([OLD, NEW], SECRETS), clock)
    await busy.save("L1", owner="owner", body=b"words")
    stop = asyncio.Event()

    async def type_on() -> None:
        while not stop.is_set():
            await busy.save("L1", owner="owner", body=b"words")

    typing = asyncio.create_task(type_on())
    rotated = await Rotation(database, Vault([NEW, OLD], SECRETS)).run()
    stop.set()
    await typing

    assert rotated.left == 1
    assert rotated.unopened == 0


WRITES = st.lists(st.tuples(st.sampled_from(["old", "new"]), st.integers(0, 3)), min_size=1, max_size=24)


# The fixture gives a new database each time.
@settings(max_examples=_EXAMPLES, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(writes=WRITES, rotations=st.integers(1, 2), at_a_time=st.sampled_from([1, 3, 200]))
def test_writes_that_go_on_while_everything_is_sealed_again_are_all_kept(
    new_database: Callable[[], str], writes: list[tuple[str, int]], rotations: int, at_a_time: int
) -> None:
    """Workers of both orders of keys save drafts, in any interleaving with the rotation."""
    kept, expected = asyncio.run(_interleaved(new_database(), writes, rotations, at_a_time=at_a_time))

    record("writes tried while keys were changed", len(writes))
    assert kept == expected


async def _interleaved(
    url: str, writes: list[tuple[str, int]], rotations: int, *, at_a_time: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the new key alone finds at the end, and what was saved last, by launch; with the revisions."""
    database, _ = await open_store(url, [OLD])
    orders = {"old": [OLD, NEW], "new": [NEW, OLD]}
    drafts = {
        name: Drafts(database, await open_vault(database, keys), clock) for name, keys in orders.items()
    }
    expected: dict[str, Any] = {}

    async def save_in_turn(launch: str) -> None:
        mine = [worker for worker, number in writes if f"L{number}" == launch]
        for revision, worker in enumerate(mine, start=1):
            body = f"{launch} {revision}".encode()
            await drafts[worker].save(launch, owner=launch, body=body)
            expected[launch] = (body, revision)

    rotation = Rotation(database, await open_vault(database, [NEW, OLD]), at_a_time=at_a_time)
    launches = sorted({f"L{number}" for _, number in writes})
    await asyncio.gather(*map(save_in_turn, launches), *(rotation.run() for _ in range(rotations)))
    await rotation.run()
    alone = Drafts(database, await open_vault(database, [NEW]), clock)
    found = {launch: await alone.load(launch) for launch in launches}
    await database.close()
    return {launch: one and (one.body, one.revision) for launch, one in found.items()}, expected
