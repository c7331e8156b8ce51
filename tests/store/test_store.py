"""What is kept outlives the process, opens for its own row only, and is readable to nobody else."""

import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest
from pydantic import SecretBytes

from smartapp.errors import StoreUnavailable
from smartapp.store.database import Database
from smartapp.store.drafts import Drafts
from smartapp.store.launches import Launches, PendingLaunches
from smartapp.store.retention import Retention
from smartapp.store.vault import Vault

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


class MovingClock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: int) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def vault() -> Vault:
    return Vault([SecretBytes(b"a" * 32)])


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await Database.open(database_url)
    yield opened
    await opened.close()


def test_sealed_value_opens_only_in_its_own_row(vault: Vault) -> None:
    sealed = vault.seal(b"words", bound_to="draft/1")

    assert vault.open(sealed, bound_to="draft/1") == b"words"
    with pytest.raises(StoreUnavailable):
        vault.open(sealed, bound_to="draft/2")


def test_new_first_key_still_opens_what_the_old_one_sealed() -> None:
    old, new = SecretBytes(b"o" * 32), SecretBytes(b"n" * 32)
    sealed = Vault([old]).seal(b"words", bound_to="row")

    rotated = Vault([new, old])

    assert rotated.open(sealed, bound_to="row") == b"words"
    assert rotated.seal(b"words", bound_to="row")[:4] != sealed[:4]
    assert rotated.fingerprint("owner", "x") == Vault([old]).fingerprint("owner", "x")
    with pytest.raises(StoreUnavailable):
        Vault([new]).open(sealed, bound_to="row")


def test_fingerprint_keeps_its_parts_apart(vault: Vault) -> None:
    assert vault.fingerprint("ab", "c") != vault.fingerprint("a", "bc")


async def test_pending_launch_is_taken_once_even_by_two_at_the_same_time(
    database: Database, vault: Vault, clock: MovingClock
) -> None:
    pending = PendingLaunches(database, vault, clock)
    await pending.put("state", "browser", body=b"verifier", expires_at=START + timedelta(minutes=10))
    taken = []

    async def take() -> None:
        taken.append(await pending.take("state"))

    async with anyio.create_task_group() as group:
        for _ in range(5):
            group.start_soon(take)

    assert [one.body for one in taken if one is not None] == [b"verifier"]


async def test_pending_launch_says_when_it_is_too_old(
    database: Database, vault: Vault, clock: MovingClock
) -> None:
    pending = PendingLaunches(database, vault, clock)
    await pending.put("state", "browser", body=b"verifier", expires_at=START + timedelta(minutes=10))

    clock.move(minutes=11)
    taken = await pending.take("state")

    assert taken is not None
    assert taken.expired


async def test_only_one_of_two_refreshes_replaces_the_tokens(
    database: Database, vault: Vault, clock: MovingClock
) -> None:
    launches = Launches(database, vault, clock)
    await launches.put(
        "L1", browser="b", owner="o", context=b"context", tokens=b"old", expires_at=START + timedelta(hours=8)
    )

    first = await launches.replace_tokens("L1", tokens=b"first", from_version=1)
    second = await launches.replace_tokens("L1", tokens=b"second", from_version=1)

    stored = await launches.get("L1")
    assert (first, second) == (True, False)
    assert stored is not None
    assert (stored.tokens, stored.context) == (b"first", b"context")


async def test_ended_launch_forgets_its_tokens_and_takes_no_new_ones(
    database: Database, vault: Vault, clock: MovingClock
) -> None:
    launches = Launches(database, vault, clock)
    await launches.put(
        "L1",
        browser="b",
        owner="o",
        context=b"context",
        tokens=b"secret",
        expires_at=START + timedelta(hours=8),
    )

    await launches.end("L1", "patient-changed")
    await launches.end("L1", "later reason")

    stored = await launches.get("L1")
    assert stored is not None
    assert (stored.ended, stored.tokens) == ("patient-changed", b"")
    assert not await launches.replace_tokens("L1", tokens=b"new", from_version=1)


async def test_draft_is_offered_to_the_same_owner_only_and_for_twelve_hours(
    database: Database, vault: Vault, clock: MovingClock
) -> None:
    drafts = Drafts(database, vault, clock)
    owner = drafts.owner("demo", "patient-a", "dr-osei")
    other = drafts.owner("demo", "patient-b", "dr-osei")
    await drafts.save("L1", owner=owner, body=b"words")

    to_same = await drafts.offered(owner, to_launch="L2")
    to_other = await drafts.offered(other, to_launch="L3")
    clock.move(hours=12, minutes=1)
    too_late = await drafts.offered(owner, to_launch="L2")

    assert to_same is not None
    assert to_same.body == b"words"
    assert to_other is None
    assert too_late is None
    assert await Retention(database, clock).purge() == 1


async def test_draft_survives_the_process(database_url: str, vault: Vault, clock: MovingClock) -> None:
    first = await Database.open(database_url)
    await Drafts(first, vault, clock).save("L1", owner="o", body=b"typed before the crash")
    await first.close()

    second = await Database.open(database_url)
    found = await Drafts(second, vault, clock).load("L1")
    await second.close()

    assert found is not None
    assert found.body == b"typed before the crash"


async def test_nothing_can_be_read_in_the_database_file(
    tmp_path: Path, vault: Vault, clock: MovingClock
) -> None:
    path = tmp_path / "canary.sqlite3"
    database = await Database.open(f"sqlite+aiosqlite:///{path}")
    await Drafts(database, vault, clock).save("L1", owner="o", body=b"CANARY-words")
    await Launches(database, vault, clock).put(
        "L1",
        browser="CANARY-cookie",
        owner="o",
        context=b"CANARY-patient",
        tokens=b"CANARY-token",
        expires_at=START,
    )
    await PendingLaunches(database, vault, clock).put(
        "CANARY-state", "CANARY-browser", body=b"CANARY-verifier", expires_at=START
    )
    await database.close()

    assert all(b"CANARY" not in file.read_bytes() for file in tmp_path.iterdir())


async def test_locked_database_is_told_apart_from_a_bug(
    tmp_path: Path, vault: Vault, clock: MovingClock
) -> None:
    path = tmp_path / "store.sqlite3"
    database = await Database.open(f"sqlite+aiosqlite:///{path}", busy_timeout_s=0.01)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    with pytest.raises(StoreUnavailable):
        await Drafts(database, vault, clock).save("L1", owner="o", body=b"words")

    other.close()
    await Drafts(database, vault, clock).save("L1", owner="o", body=b"words")
    await database.close()


async def test_full_database_keeps_what_it_had(tmp_path: Path, vault: Vault, clock: MovingClock) -> None:
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'store.sqlite3'}")
    drafts = Drafts(database, vault, clock)
    await drafts.save("L1", owner="o", body=b"words")

    async def save_when_full() -> None:
        async with database.transaction() as connection:
            await connection.exec_driver_sql("PRAGMA max_page_count = 1")
            await drafts.save_in(connection, "L1", owner="o", body=b"w" * 100_000)

    with pytest.raises(StoreUnavailable):
        await save_when_full()

    kept = await drafts.load("L1")
    await database.close()
    assert kept is not None
    assert kept.body == b"words"


async def test_writers_wait_for_one_another(database: Database, vault: Vault, clock: MovingClock) -> None:
    drafts = Drafts(database, vault, clock)

    async def save(number: int) -> None:
        await drafts.save("L1", owner="o", body=str(number).encode())

    async with anyio.create_task_group() as group:
        for number in range(20):
            group.start_soon(save, number)

    found = await drafts.load("L1")
    assert found is not None
    assert found.revision == 20
