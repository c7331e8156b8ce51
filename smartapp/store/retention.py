"""How long things are kept: twelve hours after they were last of use, then they are deleted for good. What
was set aside as not right is remembered for two years.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete

from smartapp.clock import Clock
from smartapp.store.database import Database
from smartapp.store.schema import drafts, launches, ledger, pending_launches, set_aside

KEPT_FOR = timedelta(hours=12)
SET_ASIDE_FOR = timedelta(days=730)


class Retention:
    """Drafts and ledger rows count from their last change, launches from their end, what was set aside from
    that moment.
    """

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
            delete(set_aside).where(set_aside.c.set_aside_at < _seconds(now - SET_ASIDE_FOR)),
        )
        async with self._database.transaction() as connection:
            await self._database.lock_in(connection, "purge")
            return sum([(await connection.execute(statement)).rowcount for statement in statements])


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
