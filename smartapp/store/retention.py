"""How long things are kept: twelve hours after they were last of use, then they are deleted for good. What
was shown is remembered for a year; what was set aside, hidden for good or found not useful for two.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete

from smartapp.clock import Clock
from smartapp.store.database import Database
from smartapp.store.schema import (
    drafts,
    feedback,
    hidden_reminders,
    launches,
    ledger,
    pending_launches,
    set_aside,
    shown_reminders,
)

KEPT_FOR = timedelta(hours=12)
SET_ASIDE_FOR = timedelta(days=730)
SHOWN_FOR = timedelta(days=367)
"""Twelve months with a leap day, and one more day: a site's date can be behind UTC."""
HIDDEN_FOR = timedelta(days=731)
FEEDBACK_FOR = timedelta(days=731)
"""Content is reviewed every 24 months at the latest, and after that these are about something else."""


class Retention:
    """Drafts and ledger rows count from their last change, launches from their end, everything else from the
    moment at which it was kept.
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
            delete(shown_reminders).where(shown_reminders.c.shown_at < _seconds(now - SHOWN_FOR)),
            delete(hidden_reminders).where(hidden_reminders.c.hidden_on < _seconds(now - HIDDEN_FOR)),
            delete(feedback).where(feedback.c.month < f"{now - FEEDBACK_FOR:%Y-%m}"),
        )
        async with self._database.transaction() as connection:
            await self._database.lock_in(connection, "purge")
            return sum([(await connection.execute(statement)).rowcount for statement in statements])


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
