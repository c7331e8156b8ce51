"""What clinicians found not useful: a reminder, its version and the month, and words where somebody left
some. Neither who, nor for whom, nor in which visit.
"""

import secrets
from dataclasses import dataclass

from sqlalchemy import insert, select

from smartapp.clock import Clock
from smartapp.store.database import Database
from smartapp.store.schema import feedback
from smartapp.store.vault import Vault


@dataclass(frozen=True, slots=True, order=True)
class Feedback:
    """`month`: "2026-11". `text` "": somebody pressed "Not useful". Words are an entry of their own, so that
    nothing joins them to the press.
    """

    month: str
    reminder: str
    version: int
    text: str = ""


class FeedbackBox:
    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    async def add(self, reminder: str, version: int, *, text: str = "") -> None:
        """Keep one, with this month."""
        id_ = secrets.token_hex(16)
        row = {
            "id": id_,
            "reminder": reminder,
            "version": version,
            "month": f"{self._clock():%Y-%m}",
            "sealed": self._vault.seal(text.encode(), bound_to=f"feedback/{id_}"),
        }
        async with self._database.transaction() as connection:
            await connection.execute(insert(feedback).values(row))

    async def all(self) -> tuple[Feedback, ...]:
        """Everything that is kept, sorted: the order tells nothing of when in a month it came."""
        async with self._database.reading() as connection:
            rows = (await connection.execute(select(feedback))).all()
        found = (
            Feedback(
                row.month,
                row.reminder,
                row.version,
                self._vault.open(row.sealed, bound_to=f"feedback/{row.id}").decode(),
            )
            for row in rows
        )
        return tuple(sorted(found))
