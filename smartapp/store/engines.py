"""The two databases that the app runs on, SQLite and PostgreSQL, made to behave alike: a commit is on disk, a
wait for another writer ends, and a reader sees one state.
"""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from smartapp.errors import ConfigurationError, Fault, StoreUnavailable

try:
    import asyncpg
except ImportError:  # the extra `postgres` is not installed
    asyncpg = None

POSTGRESQL: Final = "postgresql"
_READS_ONLY: Final = "common_ground_reads_only"
_SPELLINGS: Final = {
    "sqlite": "sqlite",
    "sqlite+aiosqlite": "sqlite",
    "postgres": POSTGRESQL,
    "postgresql": POSTGRESQL,
    "postgresql+asyncpg": POSTGRESQL,
}
_LOOK_AGAIN_S: Final = 0.01
_TURN_S: Final = 10.0
_CONNECT_S: Final = 5.0
_IDLE_TIMES: Final = 4
_CONNECTIONS: Final = 8
"""Of one worker; a transaction takes milliseconds, so more would only wait in the database instead."""


def database_kind(url: str) -> str:
    """Which one a URL names: "sqlite" or "postgresql". Raises ConfigurationError for anything else, and for
    PostgreSQL without its driver.
    """
    try:
        kind = _SPELLINGS.get(make_url(url).drivername)
    except (ArgumentError, ValueError):  # ValueError: of an odd port, with a piece of the URL in it
        kind = None
    if kind is None:
        raise _fault("is not the URL of a SQLite or PostgreSQL database (postgresql://USER@HOST/NAME)")
    if kind == POSTGRESQL and asyncpg is None:
        raise _fault("names PostgreSQL, whose driver is not installed: see requirements/postgres.lock")
    return kind


class Turn:
    """Whose turn it is to write, in this process: first come, first served."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def mine(self) -> AsyncIterator[None]:
        """Raises StoreUnavailable when it takes too long."""
        try:
            async with asyncio.timeout(_TURN_S):
                await self._lock.acquire()
        except TimeoutError as error:
            raise StoreUnavailable("too many writers") from error
        try:
            yield
        finally:
            self._lock.release()


def engine_for(url: str, *, busy_timeout_s: float) -> tuple[AsyncEngine, Turn | None]:
    """The engine, and on SQLite the queue of its writers. `busy_timeout_s`: how long a writer waits for
    another one, unless the URL says it ("?timeout=2").

    Raises ConfigurationError.
    """
    kind, parsed = database_kind(url), make_url(url)
    wait_s = _seconds(parsed, busy_timeout_s)
    bare = parsed.difference_update_query(["timeout"])
    if kind == POSTGRESQL:
        return _postgresql(bare, wait_s), None
    # SQLite lets in whoever happens to ask when the file is free. Of many writers in one process one may
    # then wait until its time is up.
    return _sqlite(bare, wait_s), Turn()


async def only_read(connection: AsyncConnection) -> None:
    """Before it begins: this connection reads one state of the database, and waits for no writer."""
    if connection.dialect.name == POSTGRESQL:
        await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    else:
        await connection.execution_options(**{_READS_ONLY: True})


def _seconds(url: URL, usual: float) -> float:
    try:
        return float(str(url.query.get("timeout", usual)))
    except ValueError as error:
        raise _fault("has a timeout that is no number of seconds") from error


def _fault(problem: str) -> ConfigurationError:
    return ConfigurationError((Fault("environment", None, f"SMARTAPP_DATABASE_URL {problem}"),))


def _postgresql(url: URL, wait_s: float) -> AsyncEngine:
    address = url.set(drivername=POSTGRESQL).render_as_string(hide_password=False)
    milliseconds = int(wait_s * 1000)
    session = {
        "application_name": "common-ground",
        "lock_timeout": str(milliseconds),
        "statement_timeout": str(2 * milliseconds),
        # A worker that stopped in the middle of a transaction must not keep its locks.
        "idle_in_transaction_session_timeout": str(_IDLE_TIMES * milliseconds),
        # Nothing may be sent to a chart before its ledger row would survive a power cut.
        "synchronous_commit": "on",
    }

    async def connect() -> Any:  # Any: the driver ships no types
        # The driver reads the URL itself, and so understands what PostgreSQL's own tools do (sslmode).
        try:
            return await asyncpg.connect(
                address, timeout=_CONNECT_S, command_timeout=3 * wait_s, server_settings=session
            )
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise StoreUnavailable(type(error).__name__) from error

    # READ COMMITTED whatever the server's default is: who waited for a lock must then see what was written
    # under it, and in a snapshot that was taken before the wait they would not.
    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        pool_size=_CONNECTIONS,
        max_overflow=0,
        pool_timeout=wait_s,
    )


def _sqlite(url: URL, wait_s: float) -> AsyncEngine:
    parsed = url.set(drivername="sqlite+aiosqlite")
    waiting = {"timeout": wait_s}
    if parsed.database in {None, "", ":memory:"}:
        # One connection, used by one task at a time: a second connection would be another, empty database.
        engine = create_async_engine(
            parsed, connect_args=waiting, poolclass=AsyncAdaptedQueuePool, pool_size=1, max_overflow=0
        )
    else:
        _make_folder(Path(str(parsed.database)).parent)
        engine = create_async_engine(parsed, connect_args=waiting)
    event.listen(engine.sync_engine, "connect", partial(_prepare_sqlite, wait_s))
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    event.listen(engine.sync_engine, "invalidate", _roll_back)
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _fault(f"names a folder that cannot be made ({error.strerror})") from error


def _prepare_sqlite(wait_s: float, connection: Any, _record: object) -> None:  # Any: drivers have no types
    # The driver would begin transactions late and by itself; SQLAlchemy's documented way is to take over
    # with our own BEGIN.
    connection.isolation_level = None
    cursor = connection.cursor()
    _write_ahead(cursor, connection, until=time.monotonic() + wait_s)
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _write_ahead(cursor: Any, connection: Any, *, until: float) -> None:  # Any: as above
    """Switch the file to its write-ahead log. SQLite waits for no other writer there, so we do: two workers
    may start on a new file at the same moment.
    """
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() >= until:
                raise
            connection.run_async(lambda _: asyncio.sleep(_LOOK_AGAIN_S))
        else:
            return


def _begin_sqlite(connection: Any) -> None:  # Any: as above
    # A deferred transaction that reads and then writes fails at once when another writer is there; an
    # immediate one waits its turn.
    reads_only = connection.get_execution_options().get(_READS_ONLY)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def _roll_back(connection: Any, _record: object, _error: object) -> None:  # Any: as above
    # A request that is cancelled in the middle of a statement drops its connection. SQLite closes it only
    # when the statement's cursor is gone too, which the traceback may hold: until then, nobody could write.
    connection.rollback()
