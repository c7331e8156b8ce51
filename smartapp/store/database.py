"""One database, SQLite or PostgreSQL: opened once in the version that this code knows, and every error of it
turned into StoreUnavailable.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from smartapp.errors import ConfigurationError, Fault, StoreUnavailable
from smartapp.store.engines import POSTGRESQL, Turn, engine_for, only_read
from smartapp.store.migrations import History, Standing

_BUSY_TIMEOUT_S = 5.0
_THREAD_ENDS_S = 0.05
_WHAT_TO_DO = {
    Standing.OLDER: "run `smartapp migrate`, then start again",
    Standing.NEWER: "start the version that it was migrated for. Nothing was changed",
}


class Database:
    """Owns the engine. `transaction()` and, for reads, `reading()` are the only ways in."""

    def __init__(self, engine: AsyncEngine, turn: Turn | None, history: History) -> None:
        self._engine = engine
        self._turn = turn
        self._history = history
        self._has_failed = False

    @classmethod
    def at(
        cls, url: str, *, busy_timeout_s: float = _BUSY_TIMEOUT_S, history: History | None = None
    ) -> "Database":
        """The database at `url`, in whatever version it is: for who is about to migrate it.

        Raises ConfigurationError for a URL that cannot be used.
        """
        return cls(*engine_for(url, busy_timeout_s=busy_timeout_s), history or History())

    @classmethod
    async def open(
        cls, url: str, *, busy_timeout_s: float = _BUSY_TIMEOUT_S, history: History | None = None
    ) -> "Database":
        """Connect. A database without a version gets its tables. `busy_timeout_s`: how long a writer waits
        for another one, unless the URL says it ("?timeout=2").

        Raises StoreUnavailable; ConfigurationError for a URL that cannot be used, and for a database that
        is older or newer than this code.
        """
        database = cls.at(url, busy_timeout_s=busy_timeout_s, history=history)
        try:
            standing = await database.standing()
            if standing is Standing.UNVERSIONED:
                await database.migrate()
            elif standing is not Standing.CURRENT:
                raise ConfigurationError((database.fault(standing),))
        except BaseException:
            await database.close()
            raise
        return database

    async def standing(self) -> Standing:
        """How the database stands to the version that this code knows. Only reads."""
        async with self.reading() as connection:
            return await connection.run_sync(self._history.standing)

    async def migrate(self) -> Standing:
        """Bring the database to the newest version, all of it or nothing; of several who do it at once, one
        does, and the others wait. Returns how it stood before.

        Raises ConfigurationError when it is newer than this code.
        """
        async with self.transaction() as connection:
            await self.lock_in(connection, "schema")
            before = await connection.run_sync(self._history.standing)
            if before is Standing.NEWER:
                raise ConfigurationError((self.fault(before),))
            if before is not Standing.CURRENT:
                await connection.run_sync(self._history.upgrade)
            return before

    @staticmethod
    def fault(standing: Standing) -> Fault:
        """What is wrong with a database that stands so, and what to do."""
        return Fault("database", None, f"it {standing}: {_WHAT_TO_DO[standing]}")

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
            self._has_failed = True
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
            self._has_failed = True
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
        if self._has_failed:
            # Of a connection that could not be made, SQLite's driver has a thread left that still tells its
            # end to this event loop, and would end in a traceback if the loop were gone.
            await asyncio.sleep(_THREAD_ENDS_S)


def _lock_number(name: str) -> int:
    """64 bits with a sign. Two names of one number would wait for one another, and no more."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)


def _name_of(error: Exception) -> str:
    """For the log: the kind of error and, on PostgreSQL, its SQLSTATE; never the statement or its values."""
    state = getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None
    return f"{type(error).__name__} {state}" if state else type(error).__name__
