"""Drafts at rest: what was typed and not yet sent, kept twelve hours for the same user, patient and EHR, and
for nobody else.

A draft belongs to the launch it was typed in. Its `owner` is a fingerprint of registration, patient and
user; when that launch is over, a later launch of the same owner is offered the text.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from smartapp.clock import Clock
from smartapp.observability.metrics import UNCOUNTED, Metrics
from smartapp.store.database import Database
from smartapp.store.retention import KEPT_FOR
from smartapp.store.schema import drafts
from smartapp.store.vault import Vault


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """`body` as it was put in; `revision` counts the changes."""

    launch_id: str
    body: bytes
    revision: int
    changed_at: datetime


class Drafts:
    def __init__(self, database: Database, vault: Vault, clock: Clock, metrics: Metrics = UNCOUNTED) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._metrics = metrics

    def owner(self, registration_id: str, patient_id: str, user: str) -> str:
        """Whose draft: one user, one patient, one EHR. `user` is the id_token's subject, or the browser where
        there is none.
        """
        return self._vault.fingerprint("owner", registration_id, patient_id, user)

    @asynccontextmanager
    async def changing(self, owner: str) -> AsyncIterator[AsyncConnection]:
        """A transaction in which nobody else changes this owner's drafts or ledger: for what is read first
        and then written.
        """
        async with self._database.transaction() as connection:
            await self._database.lock_in(connection, owner)
            yield connection

    async def load(self, launch_id: str) -> StoredDraft | None:
        async with self._database.reading() as connection:
            return await self.load_in(connection, launch_id)

    async def load_in(self, connection: AsyncConnection, launch_id: str) -> StoredDraft | None:
        """As `load`, inside a transaction of the caller."""
        query = select(drafts).where(drafts.c.launch_id == launch_id)
        row = (await connection.execute(query)).one_or_none()
        return None if row is None else self._opened(row)

    async def save(self, launch_id: str, *, owner: str, body: bytes) -> datetime:
        """Keep `body` as this launch's draft, replacing an earlier one. Returns the time it was kept."""
        async with self.changing(owner) as connection:
            return await self.save_in(connection, launch_id, owner=owner, body=body)

    async def save_in(
        self, connection: AsyncConnection, launch_id: str, *, owner: str, body: bytes
    ) -> datetime:
        """As `save`, inside the caller's `changing(owner)`."""
        kept_at = self._clock()
        values = {
            "sealed": self._vault.seal(body, bound_to=f"draft/{launch_id}/{owner}"),
            "changed_at": int(kept_at.timestamp()),
        }
        changed = await connection.execute(
            update(drafts)
            .where(drafts.c.launch_id == launch_id, drafts.c.owner == owner)
            .values(**values, revision=drafts.c.revision + 1)
        )
        if changed.rowcount == 0:
            await connection.execute(
                insert(drafts).values(launch_id=launch_id, owner=owner, revision=1, **values)
            )
        self._metrics.draft_kept()
        return kept_at

    async def offered(self, owner: str, *, to_launch: str) -> StoredDraft | None:
        """The newest draft of the same owner from another launch, not older than twelve hours."""
        found = await self.all_offered(owner, to_launch=to_launch)
        return found[0] if found else None

    async def all_offered(self, owner: str, *, to_launch: str) -> tuple[StoredDraft, ...]:
        """As `offered`, but every one, newest first: the newest may hold no words, and an older one some."""
        oldest = int((self._clock() - KEPT_FOR).timestamp())
        query = (
            select(drafts)
            .where(drafts.c.owner == owner, drafts.c.launch_id != to_launch, drafts.c.changed_at >= oldest)
            .order_by(drafts.c.changed_at.desc())
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return tuple(self._opened(row) for row in rows)

    async def discard_in(self, connection: AsyncConnection, launch_id: str) -> None:
        """Delete a launch's draft, inside the caller's `changing`, who has looked at what it holds."""
        await connection.execute(delete(drafts).where(drafts.c.launch_id == launch_id))

    def _opened(self, row: Row[Any]) -> StoredDraft:
        body = self._vault.open(row.sealed, bound_to=f"draft/{row.launch_id}/{row.owner}")
        return StoredDraft(row.launch_id, body, row.revision, datetime.fromtimestamp(row.changed_at, UTC))
