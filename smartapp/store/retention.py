"""How long things are kept: twelve hours after they were last of use, then they are deleted for good."""

from datetime import datetime, timedelta

from sqlalchemy import delete

from smartapp.clock import Clock
from smartapp.store.database import Database
from smartapp.store.schema import drafts, launches, ledger, pending_launches

KEPT_FOR = timedelta(hours=12)


class Retention:
    """Drafts and ledger rows count from their last change, launches from their end."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def purge(self) -> int:
        """Delete everything that is too old. Returns how many rows."""
        now = self._clock()
        oldest = _seconds(now - KEPT_FOR)
        statements = (
            delete(drafts).where(drafts.c.changed_at < oldest),
            delete(ledger).where(ledger.c.changed_at < oldest),
            delete(launches).where(launches.c.expires_at < oldest),
            delete(pending_launches).where(pending_launches.c.expires_at < _seconds(now)),
        )
        async with self._database.transaction() as connection:
            await self._database.lock_in(connection, "purge")
            return sum([(await connection.execute(statement)).rowcount for statement in statements])


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
