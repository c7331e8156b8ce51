"""Reminders that a clinician never wants to see at one EHR: a fingerprint of the two together, and the day.

Nobody's reminders can be listed or counted from the table: whether one is hidden is only answered to who
already has the clinician's identity, the reminder and the key.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from smartapp.clock import Clock
from smartapp.store.database import Database
from smartapp.store.engines import POSTGRESQL
from smartapp.store.schema import hidden_reminders
from smartapp.store.vault import Vault


@dataclass(frozen=True, slots=True)
class WhosePreference:
    """One clinician at one EHR. `user`: the fhirUser claim, or the id_token's subject where there is none."""

    registration_id: str
    fhir_base: str
    user: str


class Hidden:
    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    async def among(self, whose: WhosePreference, ids: Iterable[str]) -> frozenset[str]:
        """Which of these reminders this clinician put away for good."""
        by_mark = {self._mark(whose, each): each for each in ids}
        query = select(hidden_reminders.c.mark).where(hidden_reminders.c.mark.in_(by_mark))
        async with self._database.reading() as connection:
            return frozenset(by_mark[mark] for mark in (await connection.execute(query)).scalars())

    async def add(self, whose: WhosePreference, reminder: str) -> None:
        """Put it away. Twice is once."""
        today = self._clock().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        # The day alone: equal times would tell which rows one person made.
        row = {"mark": self._mark(whose, reminder), "hidden_on": int(today.timestamp())}
        async with self._database.transaction() as connection:
            insert = postgresql.insert if connection.dialect.name == POSTGRESQL else sqlite.insert
            await connection.execute(insert(hidden_reminders).values(row).on_conflict_do_nothing())

    async def remove(self, whose: WhosePreference, reminder: str) -> None:
        """Show it again."""
        mark = self._mark(whose, reminder)
        async with self._database.transaction() as connection:
            await connection.execute(delete(hidden_reminders).where(hidden_reminders.c.mark == mark))

    def _mark(self, whose: WhosePreference, reminder: str) -> str:
        return self._vault.fingerprint("hidden", whose.registration_id, whose.fhir_base, whose.user, reminder)
