"""Seals everything with the first key that an older one had sealed, while the app runs.

Each value is read, and put back only where it still is what was read: a row that somebody changed meanwhile
stays as they left it, and is looked at again.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, LargeBinary, Row, Table, and_, func, select, tuple_, update

from smartapp.errors import StoreUnavailable
from smartapp.store.database import Database
from smartapp.store.schema import BOUND_TO, sealed_columns
from smartapp.store.vault import KEY_ID_BYTES, Vault

_AT_A_TIME: Final = 200
"""Rows that are read together. Each is written by itself: nobody waits for more than one row."""
_ROUNDS: Final = 5
"""How often everything is gone through while other keys than the first still seal something."""


@dataclass(frozen=True, slots=True)
class Rotated:
    """How many values were sealed again, are `left` with another key because the app sealed them with it just
    now, and open with none of the keys.
    """

    sealed_again: int
    left: int
    unopened: int


class Rotation:
    """`at_a_time`: rows that are read together."""

    def __init__(self, database: Database, vault: Vault, *, at_a_time: int = _AT_A_TIME) -> None:
        self._database = database
        self._vault = vault
        self._at_a_time = at_a_time

    async def run(self) -> Rotated:
        """Seal everything with the first key. May be stopped and begun again at any time.

        Raises StoreUnavailable; what was done until then stays.
        """
        done = 0
        for _ in range(_ROUNDS):
            counts = [await self._column(column) for column in sealed_columns()]
            done += sum(sealed_again for sealed_again, _ in counts)
            unopened = sum(unopened for _, unopened in counts)
            left = sum([await self._left(column) for column in sealed_columns()]) - unopened
            if left <= 0:
                break
        return Rotated(done, max(left, 0), unopened)

    async def _column(self, column: Column[bytes]) -> tuple[int, int]:
        """Go through one column, by primary key. Returns how many values were sealed again, and how many do
        not open.
        """
        table, sealed_again, unopened = column.table, 0, 0
        key = tuple_(*table.primary_key)
        query = select(table).where(self._is_others(column)).order_by(*table.primary_key)
        behind: ColumnElement[bool] | None = None
        while True:
            page = query if behind is None else query.where(behind)
            async with self._database.reading() as connection:
                rows = (await connection.execute(page.limit(self._at_a_time))).all()
            for row in rows:
                try:
                    sealed_again += await self._seal_again(column, row)
                except _Unopened:
                    unopened += 1
            if len(rows) < self._at_a_time:
                return sealed_again, unopened
            behind = key > tuple_(*_key_of(table, rows[-1]))

    async def _seal_again(self, column: Column[bytes], row: Row[Any]) -> bool:  # Any: a Core row has no types
        """False when the value is not the one that was read any more."""
        before, table = row._mapping[column.name], column.table
        bound_to = column.info[BOUND_TO].format_map(row._mapping)
        try:
            plain = self._vault.open(before, bound_to=bound_to)
        except StoreUnavailable as error:
            raise _Unopened from error
        same_row = and_(
            *(one == value for one, value in zip(table.primary_key, _key_of(table, row), strict=True))
        )
        async with self._database.transaction() as connection:
            changed = await connection.execute(
                update(table)
                .where(same_row, column == before)
                .values({column.name: self._vault.seal(plain, bound_to=bound_to)})
            )
        return changed.rowcount == 1

    async def _left(self, column: Column[bytes]) -> int:
        """How many values another key than the first has sealed."""
        async with self._database.reading() as connection:
            query = select(func.count()).select_from(column.table).where(self._is_others(column))
            return int(await connection.scalar(query) or 0)

    def _is_others(self, column: Column[bytes]) -> ColumnElement[bool]:
        return func.substr(column, 1, KEY_ID_BYTES, type_=LargeBinary()) != self._vault.first_key_id


class _Unopened(Exception):
    """None of the keys opens this value in its row."""


def _key_of(table: Table, row: Row[Any]) -> list[Any]:  # Any: as above
    return [row._mapping[column.name] for column in table.primary_key]
