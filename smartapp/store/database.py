"""One database, SQLite or PostgreSQL: opened once, and every error of it turned into StoreUnavailable."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from smartapp.errors import StoreUnavailable
from smartapp.store.engines import POSTGRESQL, Turn, engine_for, only_read
from smartapp.store.schema import metadata

_BUSY_TIMEOUT_S = 5.0


class Database:
    """Owns the engine. `transaction()` and, for reads, `reading()` are the only ways in."""

    def __init__(self, engine: AsyncEngine, turn: Turn | None) -> None:
        self._engine = engine
        self._turn = turn

    @classmethod
    async def open(cls, url: str, *, busy_timeout_s: float = _BUSY_TIMEOUT_S) -> "Database":
        """Connect and create missing tables. `busy_timeout_s`: how long a writer waits for another one,
        unless the URL says it ("?timeout=2").

        Raises StoreUnavailable, and ConfigurationError for a URL that cannot be used.
        """
        database = cls(*engine_for(url, busy_timeout_s=busy_timeout_s))
        async with database.transaction() as connection:
            await database.lock_in(connection, "schema")
            await connection.run_sync(metadata.create_all)
        return database

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: committed at the end of the block, rolled back on an error.

        Raises StoreUnavailable when the database is locked, full or gone. An IntegrityError passes: the
        caller asked for it.
        """
        try:
            async with self._turn.mine() if self._turn else nullcontext(), self._engine.begin() as connection:
                yield connection
        except IntegrityError:
            raise
        except (SQLAlchemyError, OSError) as error:
            raise StoreUnavailable(_name_of(error)) from error

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """As `transaction`, for reads alone: waits for no writer, and sees one state of the database."""
        try:
            async with self._engine.connect() as connection:
                await only_read(connection)
                async with connection.begin():
                    yield connection
        except (SQLAlchemyError, OSError) as error:
            raise StoreUnavailable(_name_of(error)) from error

    async def lock_in(self, connection: AsyncConnection, name: str) -> None:
        """Wait until nobody else holds the lock `name`, and hold it until this transaction ends. Who reads
        an owner's rows and then writes takes the lock named by the owner, before the first read.

        On SQLite a transaction has the whole database to itself already. When the wait takes too long, the
        transaction raises StoreUnavailable.
        """
        if connection.dialect.name == POSTGRESQL:
            # https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
            await connection.execute(select(func.pg_advisory_xact_lock(_lock_number(name))))

    async def close(self) -> None:
        await self._engine.dispose()


def _lock_number(name: str) -> int:
    """64 bits with a sign. Two names of one number would wait for one another, and no more."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)


def _name_of(error: Exception) -> str:
    """For the log: the kind of error and, on PostgreSQL, its SQLSTATE; never the statement or its values."""
    state = getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None
    return f"{type(error).__name__} {state}" if state else type(error).__name__
