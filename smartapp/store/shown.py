"""Which reminders a patient's visits have shown: remembered for twelve months as fingerprints, and nothing
else.

What a reminder was shown for can be told only from a chart that still says it. No reminder, no word of the
chart and no clinician is in the table.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from smartapp.clock import Clock
from smartapp.store.database import Database
from smartapp.store.engines import POSTGRESQL
from smartapp.store.schema import shown_reminders
from smartapp.store.set_aside import WhoseChart
from smartapp.store.vault import Vault


@dataclass(frozen=True, slots=True)
class ShownMarks:
    """`here`: what this visit showed. `before`: what other visits did, with the middle of the latest day of
    each.
    """

    here: frozenset[str]
    before: Mapping[str, datetime]


class Shown:
    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    def mark(self, whose: WhoseChart, *trigger: str) -> str:
        """What stands for one reason of one reminder in this patient's chart."""
        return self._vault.fingerprint("shown", *_parts(whose), *trigger)

    async def marks(self, whose: WhoseChart, launch_id: str) -> ShownMarks:
        """Everything that this patient's visits at this site have shown."""
        query = select(shown_reminders).where(shown_reminders.c.patient == self._patient(whose))
        async with self._database.reading() as connection:
            rows = (await connection.execute(query.order_by(shown_reminders.c.shown_at))).all()
        visit = self._visit(launch_id)
        return ShownMarks(
            frozenset(row.trigger_mark for row in rows if row.visit == visit),
            {row.trigger_mark: _moment(row.shown_at) for row in rows if row.visit != visit},
        )

    async def add(self, whose: WhoseChart, launch_id: str, marks: Iterable[str]) -> None:
        """Remember that this visit showed these. What it showed already stays as it is."""
        # The day alone: the very second would lead to the visit, and so to its clinician, in the audit trail.
        noon = self._clock().astimezone(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
        patient, visit = self._patient(whose), self._visit(launch_id)
        rows = [
            {"patient": patient, "trigger_mark": mark, "visit": visit, "shown_at": int(noon.timestamp())}
            for mark in sorted(set(marks))
        ]
        if not rows:
            return
        async with self._database.transaction() as connection:
            insert = postgresql.insert if connection.dialect.name == POSTGRESQL else sqlite.insert
            await connection.execute(insert(shown_reminders).values(rows).on_conflict_do_nothing())

    def _patient(self, whose: WhoseChart) -> str:
        return self._vault.fingerprint("shown-patient", *_parts(whose))

    def _visit(self, launch_id: str) -> str:
        return self._vault.fingerprint("shown-visit", launch_id)


def _parts(whose: WhoseChart) -> tuple[str, str, str]:
    return whose.registration_id, whose.fhir_base, whose.patient_id


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
