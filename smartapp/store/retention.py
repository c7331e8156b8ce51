"""How long things are kept: twelve hours after they were last of use, then they are deleted for good. What
was shown is remembered for a year; what was set aside, hidden for good or found not useful for two.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Table, delete, select, tuple_

from smartapp.clock import Clock
from smartapp.store.database import Database
from smartapp.store.schema import (
    audit,
    drafts,
    feedback,
    hidden_reminders,
    keyring,
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

_AT_A_TIME: Final = 500
"""Rows of one transaction: whoever wants to write waits for no more than that."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When rows of one table are too old, at a given moment."""

    table: Table
    too_old: Callable[[datetime], ColumnElement[bool]]


RULES: Final = (
    Rule(pending_launches, lambda now: pending_launches.c.expires_at < _seconds(now)),
    Rule(launches, lambda now: launches.c.expires_at < _seconds(now - KEPT_FOR)),
    Rule(drafts, lambda now: drafts.c.changed_at < _seconds(now - KEPT_FOR)),
    Rule(ledger, lambda now: ledger.c.changed_at < _seconds(now - KEPT_FOR)),
    Rule(shown_reminders, lambda now: shown_reminders.c.shown_at < _seconds(now - SHOWN_FOR)),
    Rule(set_aside, lambda now: set_aside.c.set_aside_at < _seconds(now - SET_ASIDE_FOR)),
    Rule(hidden_reminders, lambda now: hidden_reminders.c.hidden_on < _seconds(now - HIDDEN_FOR)),
    Rule(feedback, lambda now: feedback.c.month < f"{now - FEEDBACK_FOR:%Y-%m}"),
)
NEVER_DELETED: Final = (audit, keyring)


class Retention:
    """Drafts and ledger rows count from their last change, launches from their end, everything else from the
    moment at which it was kept. `at_a_time`: how many rows one transaction deletes.
    """

    def __init__(self, database: Database, clock: Clock, *, at_a_time: int = _AT_A_TIME) -> None:
        self._database = database
        self._clock = clock
        self._at_a_time = at_a_time

    async def purge(self) -> int:
        """Delete everything that is too old. Returns how many rows."""
        now, deleted = self._clock(), 0
        for rule in RULES:
            last = self._at_a_time
            while last >= self._at_a_time:
                last = await self._delete(rule.table, rule.too_old(now))
                deleted += last
        return deleted

    async def _delete(self, table: Table, too_old: ColumnElement[bool]) -> int:
        """Delete some, in a transaction of their own. Returns how many."""
        key = tuple_(*table.primary_key)
        some = select(*table.primary_key).where(too_old).limit(self._at_a_time)
        async with self._database.transaction() as connection:
            await self._database.lock_in(connection, "purge")
            # Too old in both places: a row may have been changed since it was picked.
            return (await connection.execute(delete(table).where(too_old, key.in_(some)))).rowcount


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
