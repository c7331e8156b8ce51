"""What was set aside as not right: remembered for one patient at one site as fingerprints, and nothing else.

No words, no name and no clinician is in the table: what was set aside can be told only from a chart that
still says it.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from smartapp.clock import Clock
from smartapp.store.database import Database
from smartapp.store.engines import POSTGRESQL
from smartapp.store.schema import set_aside
from smartapp.store.vault import Vault


@dataclass(frozen=True, slots=True)
class WhoseChart:
    """One patient at one site."""

    registration_id: str
    fhir_base: str
    patient_id: str


class SetAside:
    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    def mark(self, whose: WhoseChart, *, kind: str, words: str, apart: Iterable[str] = ()) -> str:
        """What stands for a statement, the same however its words are spaced or capitalized. `apart`: what
        else tells it from others with these words.
        """
        return self._vault.fingerprint("set-aside", *_parts(whose), kind, _normal(words), *apart)

    async def marks(self, whose: WhoseChart) -> frozenset[str]:
        """Everything that was set aside in this chart."""
        query = select(set_aside.c.statement).where(set_aside.c.patient == self._patient(whose))
        async with self._database.reading() as connection:
            return frozenset((await connection.execute(query)).scalars())

    async def add(self, whose: WhoseChart, marks: Iterable[str]) -> None:
        """Remember these. What is remembered already stays as it is, also when two do this at once."""
        now, patient = int(self._clock().timestamp()), self._patient(whose)
        rows = [{"patient": patient, "statement": mark, "set_aside_at": now} for mark in sorted(set(marks))]
        if not rows:
            return
        async with self._database.transaction() as connection:
            insert = postgresql.insert if connection.dialect.name == POSTGRESQL else sqlite.insert
            await connection.execute(insert(set_aside).values(rows).on_conflict_do_nothing())

    async def remove(self, whose: WhoseChart, marks: Iterable[str]) -> None:
        """Forget these."""
        async with self._database.transaction() as connection:
            await connection.execute(
                delete(set_aside).where(
                    set_aside.c.patient == self._patient(whose), set_aside.c.statement.in_(set(marks))
                )
            )

    def _patient(self, whose: WhoseChart) -> str:
        return self._vault.fingerprint("set-aside-patient", *_parts(whose))


def _parts(whose: WhoseChart) -> tuple[str, str, str]:
    return whose.registration_id, whose.fhir_base, whose.patient_id


def _normal(words: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", words).casefold().split())
