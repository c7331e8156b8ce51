"""What is to be written to the chart and what became of it: one row an item, changed only by compare-and-set.

The ledger knows neither FHIR nor what the states mean: `rung` and `state` are words of the caller, `body` is
sealed. A row is committed before anything is sent, so no crash loses it.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from smartapp.clock import Clock
from smartapp.errors import WrongPatient
from smartapp.store.database import Database
from smartapp.store.retention import KEPT_FOR
from smartapp.store.schema import ledger
from smartapp.store.vault import Vault


@dataclass(frozen=True, slots=True)
class NewRow:
    item_id: str
    rung: str
    body: bytes


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """`attempt` counts how often it was claimed for sending; `changed_at` in seconds since 1970."""

    item_id: str
    launch_id: str
    owner: str
    position: int
    rung: str
    state: str
    attempt: int
    body: bytes
    changed_at: int


class Ledger:
    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """One transaction for several steps; also for drafts, which live in the same database."""
        async with self._database.transaction() as connection:
            yield connection

    async def add_all_in(
        self,
        connection: AsyncConnection,
        launch_id: str,
        *,
        owner: str,
        state: str,
        rows: Sequence[NewRow],
    ) -> frozenset[str]:
        """Add rows behind those that the launch has, each in `state`. Returns the ids that were new.

        An id that the owner has already is left as it is. Raises WrongPatient for an id of another owner.
        """
        known = await self._owners_in(connection, [row.item_id for row in rows])
        if any(other != owner for other in known.values()):
            raise WrongPatient("a ledger item of another owner")
        new = {row.item_id: row for row in rows if row.item_id not in known}
        first = await self._next_position_in(connection, launch_id)
        for place, row in enumerate(new.values(), start=first):
            values = self._sealed(row.item_id, owner, row.body)
            values |= {"item_id": row.item_id, "launch_id": launch_id, "owner": owner, "position": place}
            values |= {"rung": row.rung, "state": state, "attempt": 0}
            await connection.execute(insert(ledger).values(values))
        return frozenset(new)

    async def bring_in(
        self,
        connection: AsyncConnection,
        launch_id: str,
        *,
        owner: str,
        rows: Sequence[NewRow],
        states: Collection[str],
        restart: str | None = None,
    ) -> None:
        """Move the owner's rows that another launch left in one of `states` behind those of this launch.

        `restart`: the state in which they begin again, with the new rung and body; without it they stay as
        they are.
        """
        first = await self._next_position_in(connection, launch_id)
        for place, row in enumerate(rows, start=first):
            values: dict[str, object] = {"launch_id": launch_id, "position": place}
            if restart is not None:
                values |= {"rung": row.rung, "state": restart, **self._sealed(row.item_id, owner, row.body)}
            await connection.execute(
                update(ledger)
                .where(
                    ledger.c.item_id == row.item_id,
                    ledger.c.owner == owner,
                    ledger.c.launch_id != launch_id,
                    ledger.c.state.in_(states),
                )
                .values(values)
            )

    async def of_launch(self, launch_id: str) -> tuple[LedgerRow, ...]:
        """The launch's rows by position."""
        async with self._database.reading() as connection:
            return await self.of_launch_in(connection, launch_id)

    async def of_launch_in(self, connection: AsyncConnection, launch_id: str) -> tuple[LedgerRow, ...]:
        query = select(ledger).where(ledger.c.launch_id == launch_id).order_by(ledger.c.position)
        return tuple(self._opened(row) for row in (await connection.execute(query)).all())

    async def of_owner_in(self, connection: AsyncConnection, owner: str) -> tuple[LedgerRow, ...]:
        """All rows of the owner, whichever launch they are with."""
        query = select(ledger).where(ledger.c.owner == owner).order_by(ledger.c.launch_id, ledger.c.position)
        return tuple(self._opened(row) for row in (await connection.execute(query)).all())

    async def left_over(
        self, owner: str, *, to_launch: str, states: Collection[str]
    ) -> tuple[LedgerRow, ...]:
        """The owner's rows in one of `states` from other launches, at most twelve hours old, oldest first."""
        query = (
            select(ledger)
            .where(
                ledger.c.owner == owner,
                ledger.c.launch_id != to_launch,
                ledger.c.state.in_(states),
                ledger.c.changed_at >= self._oldest(),
            )
            .order_by(ledger.c.changed_at, ledger.c.launch_id, ledger.c.position)
        )
        async with self._database.reading() as connection:
            return tuple(self._opened(row) for row in (await connection.execute(query)).all())

    async def claim(
        self, row: LedgerRow, *, states: Collection[str], to: str, body: bytes
    ) -> LedgerRow | None:
        """Take `row` for one attempt at sending it. None when somebody else has it or it moved on, also to
        another launch, which may have given it other words.
        """
        attempt = row.attempt + 1
        here = ledger.c.launch_id == row.launch_id
        changed = await self._set(row, states, here, state=to, attempt=attempt, body=body)
        if not changed:
            return None
        return LedgerRow(
            row.item_id, row.launch_id, row.owner, row.position, row.rung, to, attempt, body, self._now()
        )

    async def settle(self, row: LedgerRow, *, states: Collection[str], to: str, body: bytes) -> bool:
        """Write down what became of this attempt. False when the row moved on meanwhile."""
        return await self._set(row, states, state=to, attempt=row.attempt, body=body)

    async def _set(
        self,
        row: LedgerRow,
        states: Collection[str],
        *conditions: ColumnElement[bool],
        state: str,
        attempt: int,
        body: bytes,
    ) -> bool:
        statement = (
            update(ledger)
            .where(
                ledger.c.item_id == row.item_id,
                ledger.c.owner == row.owner,
                ledger.c.attempt == row.attempt,
                ledger.c.state.in_(states),
                *conditions,
            )
            .values(state=state, attempt=attempt, **self._sealed(row.item_id, row.owner, body))
        )
        async with self._database.transaction() as connection:
            return (await connection.execute(statement)).rowcount == 1

    async def _owners_in(self, connection: AsyncConnection, item_ids: Sequence[str]) -> dict[str, str]:
        query = select(ledger.c.item_id, ledger.c.owner).where(ledger.c.item_id.in_(item_ids))
        return {str(row.item_id): str(row.owner) for row in (await connection.execute(query)).all()}

    async def _next_position_in(self, connection: AsyncConnection, launch_id: str) -> int:
        last = await connection.scalar(
            select(func.max(ledger.c.position)).where(ledger.c.launch_id == launch_id)
        )
        return 0 if last is None else int(last) + 1

    def _sealed(self, item_id: str, owner: str, body: bytes) -> dict[str, object]:
        # Not bound to the launch: a later launch of the same owner may take the row over.
        sealed = self._vault.seal(body, bound_to=f"ledger/{item_id}/{owner}")
        return {"sealed": sealed, "changed_at": self._now()}

    def _opened(self, row: Row[Any]) -> LedgerRow:  # Any: SQLAlchemy types no columns of a Core table
        return LedgerRow(
            item_id=row.item_id,
            launch_id=row.launch_id,
            owner=row.owner,
            position=row.position,
            rung=row.rung,
            state=row.state,
            attempt=row.attempt,
            body=self._vault.open(row.sealed, bound_to=f"ledger/{row.item_id}/{row.owner}"),
            changed_at=row.changed_at,
        )

    def _oldest(self) -> int:
        return self._now() - int(KEPT_FOR.total_seconds())

    def _now(self) -> int:
        return int(self._clock().timestamp())
