"""The secrets of a database: made once, the same for every worker, and kept when keys come and go."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretBytes
from sqlalchemy import delete, select

from smartapp.errors import ConfigurationError, StoreUnavailable
from smartapp.store.database import Database
from smartapp.store.drafts import Drafts
from smartapp.store.hidden import Hidden, WhosePreference
from smartapp.store.keyring import open_store, open_vault, try_store
from smartapp.store.schema import keyring
from smartapp.store.set_aside import SetAside, WhoseChart
from smartapp.store.vault import Vault

OLD, NEW, WRONG = (SecretBytes(letter * 32) for letter in (b"o", b"n", b"w"))
ROSA = WhoseChart("demo", "https://ehr.test/fhir", "rosa")
OSEI = WhosePreference("demo", "https://ehr.test/fhir", "Practitioner/osei")


def clock() -> datetime:
    return datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await Database.open(database_url)
    yield opened
    await opened.close()


async def kept(database: Database) -> dict[str, bytes]:
    async with database.reading() as connection:
        return {row.name: row.sealed for row in (await connection.execute(select(keyring))).all()}


def told(error: pytest.ExceptionInfo[ConfigurationError]) -> str:
    [fault] = error.value.faults
    return str(fault)


async def test_secrets_of_a_new_database_are_nobodys_key_and_stay(database: Database) -> None:
    first = await open_vault(database, [OLD])
    second = await open_vault(database, [OLD])

    assert first.fingerprint("x") == second.fingerprint("x")
    assert first.chained("", "x") == second.chained("", "x")
    assert first.fingerprint("x") != Vault([OLD]).fingerprint("x")
    assert first.chained("", "x") != Vault([OLD]).chained("", "x")
    assert first.chained("", "x") != first.fingerprint("", "x")


async def test_two_databases_have_different_secrets() -> None:
    vaults = []
    for _ in range(2):
        database, vault = await open_store("sqlite+aiosqlite://", [OLD])
        vaults.append(vault)
        await database.close()

    assert len({vault.fingerprint("x") for vault in vaults}) == 2


async def test_workers_that_start_at_once_agree_on_one_secret(database_url: str) -> None:
    opened = await asyncio.gather(*(open_store(database_url, [OLD]) for _ in range(6)))

    fingerprints = {vault.fingerprint("x") for _, vault in opened}
    rows = await kept(opened[0][0])
    for database, _ in opened:
        await database.close()
    assert len(fingerprints) == 1
    assert set(rows) == {"fingerprint", "audit"}


async def test_fingerprints_stay_while_keys_are_added_reordered_and_removed(database: Database) -> None:
    first = await open_vault(database, [OLD])
    order = [await open_vault(database, keys) for keys in ([OLD, NEW], [NEW, OLD], [NEW, OLD, WRONG])]

    assert {vault.fingerprint("owner", "x") for vault in order} == {first.fingerprint("owner", "x")}


async def test_database_from_before_the_keyring_forgets_nothing(database: Database) -> None:
    before = Vault([NEW, OLD])
    owner = Drafts(database, before, clock).owner("demo", "rosa", "osei")
    await Drafts(database, before, clock).save("L1", owner=owner, body=b"words")
    await Hidden(database, before, clock).add(OSEI, "R13")
    old_marks = SetAside(database, before, clock)
    await old_marks.add(ROSA, [old_marks.mark(ROSA, kind="goal", words="walk")])

    vault = await open_vault(database, [NEW, OLD])

    drafts = Drafts(database, vault, clock)
    offered = await drafts.offered(drafts.owner("demo", "rosa", "osei"), to_launch="L2")
    set_aside = SetAside(database, vault, clock)
    assert offered is not None
    assert offered.body == b"words"
    assert await Hidden(database, vault, clock).among(OSEI, ["R13"]) == {"R13"}
    assert await set_aside.marks(ROSA) == {set_aside.mark(ROSA, kind="goal", words="walk")}
    assert vault.chained("", "x") != Vault([NEW, OLD]).chained("", "x")


async def test_database_that_only_remembers_fingerprints_forgets_none(database: Database) -> None:
    await Hidden(database, Vault([OLD]), clock).add(OSEI, "R13")

    vault = await open_vault(database, [OLD])

    assert await Hidden(database, vault, clock).among(OSEI, ["R13"]) == {"R13"}


async def test_keys_that_open_nothing_are_refused_and_change_nothing(database: Database) -> None:
    right = await open_vault(database, [OLD])
    before = await kept(database)

    with pytest.raises(ConfigurationError) as error:
        await open_vault(database, [WRONG, NEW])

    assert await kept(database) == before
    assert told(error) == (
        "environment: SMARTAPP_SECRET_KEYS: none of these keys opens the database. Put the key that it was "
        "sealed with back; it may stand behind a new one. Nothing was changed"
    )
    assert (await open_vault(database, [OLD])).fingerprint("x") == right.fingerprint("x")


async def test_wrong_key_makes_no_keyring_in_a_database_from_before(database: Database) -> None:
    drafts = Drafts(database, Vault([OLD]), clock)
    await drafts.save("L1", owner="owner", body=b"words")

    with pytest.raises(ConfigurationError):
        await open_vault(database, [WRONG])

    assert await kept(database) == {}
    assert (await open_vault(database, [OLD])).fingerprint("x") == Vault([OLD]).fingerprint("x")


async def test_keyring_that_lost_a_secret_gets_a_new_one_and_keeps_the_others(database: Database) -> None:
    first = await open_vault(database, [OLD])
    async with database.transaction() as connection:
        await connection.execute(delete(keyring).where(keyring.c.name == "audit"))

    second = await open_vault(database, [OLD])

    assert second.fingerprint("x") == first.fingerprint("x")
    assert second.chained("", "x") != first.chained("", "x")


async def test_secret_of_another_row_does_not_open(database: Database) -> None:
    await open_vault(database, [OLD])
    rows = await kept(database)
    async with database.transaction() as connection:
        await connection.execute(keyring.update().values(sealed=rows["audit"]))

    with pytest.raises(ConfigurationError):
        await open_vault(database, [OLD])


async def test_store_that_cannot_be_opened_is_one_fault_without_its_address(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as error:
        await try_store(f"sqlite+aiosqlite:///{tmp_path}", [OLD])

    assert told(error) == "database: it cannot be opened (OperationalError)"


async def test_folder_that_cannot_be_made_is_a_fault_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(ConfigurationError) as error:
        await try_store(f"sqlite+aiosqlite:///{tmp_path / 'file' / 'x.sqlite3'}", [OLD])

    assert told(error) == (
        "environment: SMARTAPP_DATABASE_URL names a folder that cannot be made (File exists)"
    )


@pytest.mark.parametrize("sealed", [b"", b"abc", b"abcd", b"abcd" + b"x" * 30])
def test_what_is_no_sealed_value_is_told_and_not_opened(sealed: bytes) -> None:
    with pytest.raises(StoreUnavailable):
        Vault([OLD]).open(sealed, bound_to="row")


@pytest.mark.parametrize("length", range(4, 40, 5))
def test_value_that_was_cut_off_does_not_open(length: int) -> None:
    sealed = Vault([OLD]).seal(b"words" * 10, bound_to="row")

    with pytest.raises(StoreUnavailable):
        Vault([OLD]).open(sealed[:length], bound_to="row")
