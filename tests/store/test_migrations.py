"""Databases of any age come to the version that the code knows, or are refused in one line."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from pydantic import SecretBytes
from sqlalchemy import Connection, inspect, text

from smartapp.errors import ConfigurationError, StoreUnavailable
from smartapp.store import migrations
from smartapp.store.database import Database
from smartapp.store.keyring import open_vault
from smartapp.store.migrations import History, Standing
from smartapp.store.schema import metadata
from smartapp.store.vault import Vault
from tests.refusals import captured_log
from tests.store.filled import WHOLE, fill, held

KEY = SecretBytes(b"k" * 32)
BEFORE_VERSIONS = Path(__file__).with_name("before_versions.sql")
NEXT = '''"""Version 0002: drafts have a color."""

import sqlalchemy as sa

revision = "0002"
down_revision = "0001"


def upgrade(op):
    op.add_column("drafts", sa.Column("color", sa.String(10)))
'''
BROKEN = NEXT.replace('"drafts"', '"no_such_table"').replace(
    "    op.add", '    op.create_table("half", sa.Column("x", sa.Integer))\n    op.add'
)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """In no version yet."""
    made = Database.at(database_url)
    yield made
    await made.close()


def history_with(step: str, folder: Path) -> History:
    """The shipped history and one step more."""
    shutil.copytree(Path(migrations.__file__).parent / "versions", folder / "versions", dirs_exist_ok=True)
    (folder / "versions" / "v0002.py").write_text(step, encoding="utf-8")
    return History(folder)


async def make_tables_of_before(database: Database) -> None:
    """As a database was made before there were versions: the tables, and no version."""
    async with database.transaction() as connection:
        binary = "BYTEA" if connection.dialect.name == "postgresql" else "BLOB"
        script = BEFORE_VERSIONS.read_text(encoding="utf-8").partition("\n")[2]
        for statement in filter(str.strip, script.replace("BLOB", binary).split(";")):
            await connection.execute(text(statement))


def differences(connection: Connection) -> list[Any]:  # Any: alembic's operations
    found = list(compare_metadata(MigrationContext.configure(connection), metadata))
    for table in metadata.sorted_tables:  # alembic does not compare primary keys
        primary_key = inspect(connection).get_pk_constraint(table.name)["constrained_columns"]
        if primary_key != [column.name for column in table.primary_key]:
            found.append(("primary_key", table.name))
    return found


async def assert_is_the_schema(database: Database) -> None:
    async with database.reading() as connection:
        assert await connection.run_sync(differences) == []


async def tables(database: Database) -> set[str]:
    async with database.reading() as connection:
        return set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))


async def set_version(database: Database, version: str) -> None:
    async with database.transaction() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": version})


async def test_migrations_make_exactly_the_schema(database: Database) -> None:
    await database.migrate()

    await assert_is_the_schema(database)
    assert await tables(database) == {*metadata.tables, "alembic_version"}


async def test_a_difference_from_the_schema_would_be_seen(database: Database) -> None:
    await database.migrate()
    for statement in ("DROP INDEX drafts_by_owner", "ALTER TABLE audit ADD COLUMN extra TEXT"):
        async with database.transaction() as connection:
            await connection.execute(text(statement))

    async with database.reading() as connection:
        found = await connection.run_sync(differences)

    assert sorted(each[0] for each in found) == ["add_index", "remove_column"]


async def test_empty_database_is_migrated_when_it_is_opened(database_url: str) -> None:
    database = await Database.open(database_url)

    standing = await database.standing()
    await assert_is_the_schema(database)
    await database.close()
    assert standing is Standing.CURRENT


async def test_database_from_before_versions_is_adopted_with_all_it_holds(
    database: Database, database_url: str
) -> None:
    await make_tables_of_before(database)
    await fill(database, Vault([KEY]))
    before = await database.standing()

    adopted = await Database.open(database_url)
    vault = await open_vault(adopted, [KEY])
    found = await held(adopted, vault)
    await assert_is_the_schema(adopted)
    after = await adopted.standing()
    await adopted.close()

    assert (before, after) == (Standing.UNVERSIONED, Standing.CURRENT)
    assert found == WHOLE


async def test_older_database_is_refused_until_it_is_migrated(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await database.migrate()
    await fill(database, Vault([KEY]))
    newer_code = history_with(NEXT, tmp_path)

    with pytest.raises(ConfigurationError) as error:
        await Database.open(database_url, history=newer_code)
    at = Database.at(database_url, history=newer_code)
    stood = await at.migrate()
    await at.close()
    opened = await Database.open(database_url, history=newer_code)
    found = await held(opened, Vault([KEY]))
    await opened.close()

    [fault] = error.value.faults
    assert str(fault) == (
        "database: it is older than this Common Ground: run `smartapp migrate`, then start again"
    )
    assert stood is Standing.OLDER
    assert found == WHOLE


async def test_database_of_newer_code_is_refused_and_left_alone(
    database: Database, database_url: str
) -> None:
    await database.migrate()
    await set_version(database, "9999")
    before = await tables(database)

    with pytest.raises(ConfigurationError) as error:
        await Database.open(database_url)
    with pytest.raises(ConfigurationError):
        await database.migrate()

    [fault] = error.value.faults
    assert str(fault) == (
        "database: it is newer than this Common Ground: start the version that it was migrated for. "
        "Nothing was changed"
    )
    assert await tables(database) == before
    assert await database.standing() is Standing.NEWER


async def test_step_that_fails_leaves_nothing_half_done(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    await database.migrate()
    before = await tables(database)
    broken = Database.at(database_url, history=history_with(BROKEN, tmp_path))

    with pytest.raises(StoreUnavailable):
        await broken.migrate()

    await broken.close()
    assert await tables(database) == before
    assert await database.standing() is Standing.CURRENT


async def test_of_several_who_migrate_at_once_one_does_and_the_others_find_it_done(
    database_url: str,
) -> None:
    several = [Database.at(database_url) for _ in range(5)]

    before = await asyncio.gather(*(one.migrate() for one in several))

    await assert_is_the_schema(several[0])
    for one in several:
        await one.close()
    assert sorted(before) == sorted([Standing.UNVERSIONED, *[Standing.CURRENT] * 4])


async def test_nothing_is_migrated_by_looking(database: Database) -> None:
    assert await database.standing() is Standing.UNVERSIONED
    assert await tables(database) == set()


async def test_what_alembic_logs_is_not_printed(database: Database) -> None:
    with captured_log(every_logger=True) as log:
        await database.migrate()

    assert any("Running upgrade" in said for said in log.raw)
    assert [line for line in log.lines if "upgrade" in line or "CREATE" in line or "Impl" in line] == []


def test_versions_come_one_after_the_other() -> None:
    scripts = sorted((Path(migrations.__file__).parent / "versions").glob("v*.py"))

    assert [script.stem for script in scripts] == [f"v{number:04}" for number in range(1, len(scripts) + 1)]
