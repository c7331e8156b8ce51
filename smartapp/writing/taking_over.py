"""Rows of the ledger that an earlier launch of the same owner left come to this one, behind its own."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncConnection

from smartapp.store.ledger import Ledger, LedgerRow
from smartapp.writing.model import WriteContext


async def take_over(
    ledger: Ledger,
    connection: AsyncConnection,
    context: WriteContext,
    *,
    known: Iterable[LedgerRow],
    is_wanted: Callable[[LedgerRow], bool],
) -> None:
    """`known`: all rows of the owner, read in this transaction."""
    rows = [*known]
    here = [row.position for row in rows if row.launch_id == context.launch_id]
    there = [row for row in rows if row.launch_id != context.launch_id and is_wanted(row)]
    moved = [
        replace(row, launch_id=context.launch_id, position=place)
        for place, row in enumerate(there, start=max(here, default=-1) + 1)
    ]
    await ledger.rearrange_in(connection, there, moved)
