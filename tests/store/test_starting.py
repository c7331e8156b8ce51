"""The commands that look after the database, and `smartapp serve` refusing one that it must not touch; in
processes of their own where the exit status counts.
"""

import asyncio
import base64
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pydantic import SecretBytes
from sqlalchemy import text

from smartapp.cli import main
from smartapp.store.database import Database
from smartapp.store.keyring import open_store
from smartapp.store.vault import Vault
from tests.store.filled import WHOLE, fill, held, opens

ROOT = Path(__file__).parent.parent.parent
OLD, NEW, WRONG = b"o" * 32, b"n" * 32, b"w" * 32


def environ(url: str, *keys: bytes) -> dict[str, str]:
    return {
        "SMARTAPP_BASE_URL": "https://app.test",
        "SMARTAPP_DATABASE_URL": url,
        "SMARTAPP_LAUNCH_CONFIG": str(ROOT / "launch_config"),
        "SMARTAPP_SECRET_KEYS": ",".join(base64.b64encode(key).decode() for key in keys),
    }


def run(url: str, *arguments: str, keys: tuple[bytes, ...] = (OLD,)) -> Result:
    cleared = {name: None for name in os.environ if name.startswith("SMARTAPP_")}
    return CliRunner().invoke(main, list(arguments), env={**cleared, **environ(url, *keys)})


def serve(url: str, *keys: bytes) -> subprocess.CompletedProcess[str]:
    """`smartapp serve`, which is expected to end by itself."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SMARTAPP_")}
    return subprocess.run(
        [sys.executable, "-m", "smartapp", "serve", "--port", "0"],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        env={**inherited, **environ(url, *keys)},
    )


async def filled(url: str) -> None:
    database, vault = await open_store(url, [SecretBytes(OLD)])
    await fill(database, vault)
    await database.close()


async def everything(url: str) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables."""
    database = Database.at(url)
    async with database.reading() as connection:
        names = ("alembic_version", "keyring", "drafts", "ledger", "launches", "feedback")
        found = {
            name: sorted(
                tuple(row) for row in (await connection.execute(text(f"SELECT * FROM {name}"))).all()
            )
            for name in names
        }
    await database.close()
    return found


async def holds_everything(url: str, *keys: bytes) -> bool:
    database, vault = await open_store(url, [SecretBytes(key) for key in keys])
    try:
        return await held(database, vault) == WHOLE
    finally:
        await database.close()


def test_serve_refuses_a_wrong_key_in_one_line_and_touches_nothing(database_url: str) -> None:
    asyncio.run(filled(database_url))
    before = asyncio.run(everything(database_url))

    ended = serve(database_url, WRONG)

    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr == (
        "smartapp: environment: SMARTAPP_SECRET_KEYS: none of these keys opens the database. Put the key "
        "that it was sealed with back; it may stand behind a new one. Nothing was changed\n"
    )
    assert asyncio.run(everything(database_url)) == before


def test_serve_refuses_a_newer_database_in_one_line(tmp_path: Path) -> None:
    database_url = f"sqlite+aiosqlite:///{tmp_path / 'newer.sqlite3'}"

    async def make_newer() -> None:
        database = await Database.open(database_url)
        async with database.transaction() as connection:
            await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        await database.close()

    asyncio.run(make_newer())

    ended = serve(database_url, OLD)

    assert ended.returncode == 2
    assert ended.stderr == (
        "smartapp: database: it is newer than this Common Ground: start the version that it was migrated "
        "for. Nothing was changed\n"
    )


def test_serve_tells_a_database_that_cannot_be_opened_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "CANARY.sqlite3"
    file.write_bytes(b"no database at all, and long enough to be looked at" * 40)

    ended = serve(f"sqlite+aiosqlite:///{file}", OLD)

    assert ended.returncode == 2
    assert ended.stderr == "smartapp: database: it cannot be opened (DatabaseError)\n"


def test_serve_makes_its_own_tables_in_an_empty_database(tmp_path: Path) -> None:
    database_url = f"sqlite+aiosqlite:///{tmp_path / 'empty.sqlite3'}"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    running = subprocess.Popen(
        [sys.executable, "-m", "smartapp", "serve", "--port", port],
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environ(database_url, OLD)},
    )
    assert running.stderr is not None
    lines = [running.stderr.readline()]
    while "Serving" not in lines[-1]:
        lines.append(running.stderr.readline())
        assert lines[-1], f"the app stopped: {lines}"
    running.send_signal(signal.SIGTERM)
    running.communicate()

    assert run(database_url, "migrate", "--check").exit_code == 0
    assert not any("CREATE" in line or "0001" in line for line in lines)


def test_migrate_brings_an_empty_database_up_to_date_and_says_so(database_url: str) -> None:
    before = run(database_url, "migrate", "--check")
    first, second = run(database_url, "migrate"), run(database_url, "migrate")
    after = run(database_url, "migrate", "--check")

    assert (before.exit_code, before.output) == (1, "The database has no version yet.\n")
    assert (first.exit_code, first.output) == (0, "The database is up to date now.\n")
    assert (second.exit_code, second.output) == (0, "The database is up to date already.\n")
    assert (after.exit_code, after.output) == (0, "The database is up to date.\n")


def test_two_processes_that_migrate_at_once_both_end_well(database_url: str) -> None:
    command = [sys.executable, "-m", "smartapp", "migrate"]
    both = [
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, **environ(database_url, OLD)},
        )
        for _ in range(2)
    ]

    said = sorted(one.communicate(timeout=60)[0] for one in both)

    assert [one.returncode for one in both] == [0, 0]
    assert said == ["The database is up to date already.\n", "The database is up to date now.\n"]


def test_rotate_tells_how_many_and_then_the_old_key_can_go(database_url: str) -> None:
    asyncio.run(filled(database_url))

    told = run(database_url, "reseal", keys=(NEW, OLD))

    assert told.exit_code == 0
    assert told.output.splitlines() == [
        "Sealed again with the first key: 10.",
        "The other keys are not needed any more.",
    ]
    assert asyncio.run(holds_everything(database_url, NEW))
    assert serve(database_url, OLD).returncode == 2


def test_rotate_with_keys_that_open_nothing_is_refused(database_url: str) -> None:
    asyncio.run(filled(database_url))
    before = asyncio.run(everything(database_url))

    told = run(database_url, "reseal", keys=(WRONG, NEW))

    assert told.exit_code == 2
    assert "none of these keys opens the database" in told.output
    assert asyncio.run(everything(database_url)) == before


@pytest.mark.parametrize("command", [("migrate",), ("migrate", "--check"), ("reseal",)])
def test_command_says_in_one_line_that_there_is_no_database(command: tuple[str, ...], tmp_path: Path) -> None:
    file = tmp_path / "CANARY.sqlite3"
    file.write_bytes(b"no database at all, and long enough to be looked at" * 40)

    told = run(f"sqlite+aiosqlite:///{file}", *command)

    assert told.exit_code == 2
    assert told.output == "smartapp: DatabaseError\n"


async def test_vault_without_the_databases_secrets_finds_nothing_of_it(database_url: str) -> None:
    await filled(database_url)
    database = await Database.open(database_url)

    found = await opens(database, Vault([SecretBytes(OLD)]))

    await database.close()
    assert not found, "the values open, but nothing is offered or remembered"
