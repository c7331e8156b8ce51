"""One database, SQLite by default: opened once, and every error of it turned into StoreUnavailable."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from smartapp.errors import StoreUnavailable
from smartapp.store.schema import metadata

_BUSY_TIMEOUT_S = 5.0
_READS_ONLY = "common_ground_reads_only"


class Database:
    """Owns the engine. `transaction()` and, for reads, `reading()` are the only ways in."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @classmethod
    async def open(cls, url: str, *, busy_timeout_s: float = _BUSY_TIMEOUT_S) -> "Database":
        """Connect and create missing tables. `busy_timeout_s`: how long a writer waits for another one,
        unless the URL says it ("?timeout=2").

        Raises StoreUnavailable.
        """
        database = cls(_engine(url, busy_timeout_s))
        async with database.transaction() as connection:
            await connection.run_sync(metadata.create_all)
        return database

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: committed at the end of the block, rolled back on an error.

        Raises StoreUnavailable when the database is locked, full or gone. An IntegrityError passes: the
        caller asked for it.
        """
        try:
            async with self._engine.begin() as connection:
                yield connection
        except IntegrityError:
            raise
        except (SQLAlchemyError, OSError) as error:
            raise StoreUnavailable(type(error).__name__) from error

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """As `transaction`, for reads alone: waits for no writer, and sees one state of the database."""
        try:
            async with self._engine.connect() as connection:
                await connection.execution_options(**{_READS_ONLY: True})
                async with connection.begin():
                    yield connection
        except (SQLAlchemyError, OSError) as error:
            raise StoreUnavailable(type(error).__name__) from error

    async def close(self) -> None:
        await self._engine.dispose()


def _engine(url: str, busy_timeout_s: float) -> AsyncEngine:
    parsed = make_url(url)
    if not parsed.drivername.startswith("sqlite"):
        return create_async_engine(parsed, pool_pre_ping=True)
    if parsed.database in {None, "", ":memory:"}:
        # One connection, used by one task at a time: a second connection would be another, empty database.
        engine = create_async_engine(parsed, poolclass=AsyncAdaptedQueuePool, pool_size=1, max_overflow=0)
    else:
        Path(str(parsed.database)).parent.mkdir(parents=True, exist_ok=True)
        waiting = {} if "timeout" in parsed.query else {"timeout": busy_timeout_s}
        engine = create_async_engine(parsed, connect_args=waiting)
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    event.listen(engine.sync_engine, "invalidate", _roll_back)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:  # Any: DBAPI connections have no type
    # The driver would begin transactions late and by itself; SQLAlchemy's documented way is to take over
    # with our own BEGIN.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _begin_immediate(connection: Any) -> None:  # Any: as above
    # A deferred transaction that reads and then writes fails at once when another writer is there; an
    # immediate one waits its turn.
    reads_only = connection.get_execution_options().get(_READS_ONLY)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def _roll_back(connection: Any, _record: object, _error: object) -> None:  # Any: as above
    # A request that is cancelled in the middle of a statement drops its connection. SQLite closes it only
    # when the statement's cursor is gone too, which the traceback may hold: until then, nobody could write.
    connection.rollback()
