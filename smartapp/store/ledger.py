"""What is to be written to the chart and what became of it: one row a resource, changed only by
compare-and-set.

The ledger knows neither FHIR nor what the states mean: `rung` and `state` are words of the caller, `body` is
sealed. A row is committed before anything is sent, so no crash loses it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from smartapp.clock import Clock
from smartapp.errors import WrongPatient
from smartapp.store.audit import Audit
from smartapp.store.database import Database
from smartapp.store.retention import KEPT_FOR
from smartapp.store.schema import ledger
from smartapp.store.vault import Vault

Also = Callable[[AsyncConnection], Awaitable[None]]
"""What stands or falls together with a change of rows; the last thing of its transaction."""


@dataclass(frozen=True, slots=True)
class NewRow:
    """`attempt`: 0 for what never went out."""

    item_id: str
    rung: str
    body: bytes
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """`attempt` counts how often it was claimed for sending or given other words: whoever holds the row as it
    was before can neither claim nor settle it. `changed_at` in seconds since 1970.
    """

    item_id: str
    launch_id: str
    owner: str
    position: int
    rung: str
    state: str
    attempt: int
    body: bytes
    changed_at: int = 0


class Ledger:
    """`audit`: the trail that says what left and what became of it; a plain one of the same database when
    None.
    """

    def __init__(self, database: Database, vault: Vault, clock: Clock, *, audit: Audit | None = None) -> None:
        self.audit = audit or Audit(database, vault, clock)
        self._database = database
        self._vault = vault
        self._clock = clock

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """One transaction for several steps; also for drafts, which live in the same database."""
        async with self._database.transaction() as connection:
            yield connection

    async def lock_owner_in(self, connection: AsyncConnection, owner: str) -> None:
        """Until the transaction ends, nobody else changes this owner's rows."""
        await self._database.lock_in(connection, owner)

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
        await self.lock_owner_in(connection, owner)
        known = await self.refuse_others_in(connection, owner, ids=[row.item_id for row in rows])
        new = {row.item_id: row for row in rows if row.item_id not in known}
        first = await self._next_position_in(connection, launch_id)
        for place, row in enumerate(new.values(), start=first):
            await self._insert_in(
                connection,
                LedgerRow(row.item_id, launch_id, owner, place, row.rung, state, row.attempt, row.body),
            )
        return frozenset(new)

    async def refuse_others_in(
        self, connection: AsyncConnection, owner: str, *, ids: Collection[str]
    ) -> frozenset[str]:
        """Those of `ids` that the owner has. Raises WrongPatient when one is another owner's."""
        query = select(ledger.c.item_id, ledger.c.owner).where(ledger.c.item_id.in_(ids))
        found = (await connection.execute(query)).all()
        if any(row.owner != owner for row in found):
            raise WrongPatient("a ledger item of another owner")
        return frozenset(str(row.item_id) for row in found)

    async def rearrange_in(
        self,
        connection: AsyncConnection,
        before: Iterable[LedgerRow],
        after: Iterable[LedgerRow],
    ) -> None:
        """Make `before`, rows of one owner read in this transaction, to `after`: add, change, move, delete.

        A row that only moved to another launch keeps its age.
        """
        old, new = {row.item_id: row for row in before}, {row.item_id: row for row in after}
        gone = [item_id for item_id in old if item_id not in new]
        if gone:
            await connection.execute(delete(ledger).where(ledger.c.item_id.in_(gone)))
        for item_id, row in new.items():
            if item_id not in old:
                await self._insert_in(connection, row)
            elif row != old[item_id]:
                await self._replace_in(connection, old[item_id], row)

    async def bring_in(
        self,
        connection: AsyncConnection,
        launch_id: str,
        *,
        owner: str,
        rows: Sequence[NewRow],
        states: Collection[str],
    ) -> None:
        """Move the owner's rows that another launch left in one of `states` behind those of this launch."""
        await self.lock_owner_in(connection, owner)
        first = await self._next_position_in(connection, launch_id)
        for place, row in enumerate(rows, start=first):
            await connection.execute(
                update(ledger)
                .where(
                    ledger.c.item_id == row.item_id,
                    ledger.c.owner == owner,
                    ledger.c.launch_id != launch_id,
                    ledger.c.state.in_(states),
                )
                .values(launch_id=launch_id, position=place)
            )

    async def of_launch(self, launch_id: str) -> tuple[LedgerRow, ...]:
        """The launch's rows by position."""
        async with self._database.reading() as connection:
            return await self.of_launch_in(connection, launch_id)

    async def of_launch_in(self, connection: AsyncConnection, launch_id: str) -> tuple[LedgerRow, ...]:
        query = select(ledger).where(ledger.c.launch_id == launch_id).order_by(ledger.c.position)
        return tuple(self._opened(row) for row in (await connection.execute(query)).all())

    async def of_owner_in(self, connection: AsyncConnection, owner: str) -> tuple[LedgerRow, ...]:
        """All rows of the owner, whichever launch they are with; until the transaction ends, nobody else
        changes them.
        """
        await self.lock_owner_in(connection, owner)
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
        claimed = await self.claim_all([(row, body)], states=states, to=to)
        return claimed[0] if claimed else None

    async def claim_all(
        self,
        rows: Sequence[tuple[LedgerRow, bytes]],
        *,
        states: Collection[str],
        to: str,
        also: Also | None = None,
    ) -> tuple[LedgerRow, ...]:
        """As `claim`, for several rows of one owner, each with its new body: all of them, or none and ()."""
        claimed = tuple(
            replace(row, state=to, attempt=row.attempt + 1, body=body, changed_at=self._now())
            for row, body in rows
        )
        try:
            async with self._database.transaction() as connection:
                for (row, _), new in zip(rows, claimed, strict=True):
                    here = ledger.c.launch_id == row.launch_id
                    if not await self._set_in(connection, row, new, here, ledger.c.state.in_(states)):
                        raise _NotAll
                if also is not None:
                    await also(connection)
        except _NotAll:
            return ()
        return claimed

    async def settle(
        self, row: LedgerRow, *, states: Collection[str], to: str, body: bytes, also: Also | None = None
    ) -> bool:
        """Write down what became of this attempt. False when the row moved on meanwhile."""
        settled = replace(row, state=to, body=body)
        async with self._database.transaction() as connection:
            is_set = await self._set_in(connection, row, settled, ledger.c.state.in_(states))
            if is_set and also is not None:
                await also(connection)
        return is_set

    async def _set_in(
        self,
        connection: AsyncConnection,
        row: LedgerRow,
        new: LedgerRow,
        *conditions: ColumnElement[bool],
    ) -> bool:
        await self.lock_owner_in(connection, row.owner)
        statement = (
            update(ledger)
            .where(
                ledger.c.item_id == row.item_id,
                ledger.c.owner == row.owner,
                ledger.c.attempt == row.attempt,
                *conditions,
            )
            .values(state=new.state, attempt=new.attempt, **self._sealed(new))
        )
        return (await connection.execute(statement)).rowcount == 1

    async def _insert_in(self, connection: AsyncConnection, row: LedgerRow) -> None:
        values = {"item_id": row.item_id, "owner": row.owner, **_placed(row), **_standing(row)}
        await connection.execute(insert(ledger).values(**values, **self._sealed(row)))

    async def _replace_in(self, connection: AsyncConnection, old: LedgerRow, new: LedgerRow) -> None:
        is_moved_only = _standing(old) == _standing(new) and old.body == new.body
        values = _placed(new) if is_moved_only else {**_placed(new), **_standing(new), **self._sealed(new)}
        await connection.execute(update(ledger).where(ledger.c.item_id == old.item_id).values(**values))

    async def _next_position_in(self, connection: AsyncConnection, launch_id: str) -> int:
        last = await connection.scalar(
            select(func.max(ledger.c.position)).where(ledger.c.launch_id == launch_id)
        )
        return 0 if last is None else int(last) + 1

    def _sealed(self, row: LedgerRow) -> dict[str, object]:
        # Not bound to the launch: a later launch of the same owner may take the row over.
        sealed = self._vault.seal(row.body, bound_to=f"ledger/{row.item_id}/{row.owner}")
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


class _NotAll(Exception):
    """Rolls the claims of one transaction back."""


def _placed(row: LedgerRow) -> Mapping[str, object]:
    return {"launch_id": row.launch_id, "position": row.position}


def _standing(row: LedgerRow) -> Mapping[str, object]:
    return {"rung": row.rung, "state": row.state, "attempt": row.attempt}
