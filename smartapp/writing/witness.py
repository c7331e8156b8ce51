"""Tells the audit trail what leaves for the chart, before it does, and what became of it.

Both stand in the same transaction as the ledger's row: what cannot be told does not leave (threat T31).
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from smartapp.sdm.model import ChangeKind
from smartapp.store.audit import Action, Audit, Audited, Result
from smartapp.store.ledger import Also, LedgerRow
from smartapp.writing.entry import HANDOUT, PROVENANCE, Entry, Outcome
from smartapp.writing.model import RESOURCE_TYPES, PlannedItem, Rung, State

_RESULTS: Final[Mapping[State, Result]] = {State.STORED: Result.STORED, State.UNKNOWN: Result.UNKNOWN}
_TYPES: Final = {PROVENANCE: "Provenance", HANDOUT: "DocumentReference"}
_ID_LENGTH: Final = 12


@dataclass(slots=True)
class Witness:
    """Of one press. `has_sent`: something of it may have left."""

    audit: Audit
    who: Audited
    has_sent: bool = False

    def sending(self, rows: Sequence[tuple[LedgerRow, Entry]]) -> Also:
        """For the claim of rows that leave together."""

        async def tell(connection: AsyncConnection) -> None:
            objects = [name for row, entry in rows for name in _names(row, entry, "")]
            action = _action(*rows[0])
            await self.audit.record_in(connection, self.who, action, Result.SENT, objects=objects)

        return tell

    def settled(self, row: LedgerRow, entry: Entry, outcome: Outcome) -> Also:
        """For the settling of a row."""

        async def tell(connection: AsyncConnection) -> None:
            names = [*_names(row, entry, outcome.reference), f"state:{outcome.state}"]
            names += [f"status:{outcome.status}"] if outcome.status else []
            result = _RESULTS.get(outcome.state, Result.NOT_STORED)
            await self.audit.record_in(connection, self.who, _action(row, entry), result, objects=names)

        return tell

    async def diverting(self, items: Iterable[PlannedItem]) -> None:
        """What the EHR refused is to go another way. Raises AuditUnavailable."""
        names = [name for item in items for name in (_type(item.rung), _item(item.draft.id))]
        await self.audit.record(self.who, Action.DIVERT, Result.BEGUN, objects=names)


def _action(row: LedgerRow, entry: Entry) -> Action:
    if row.rung == HANDOUT:
        return Action.HANDOUT
    if entry.change is None or row.rung == PROVENANCE:
        return Action.WRITE
    return Action.TAKE_BACK if entry.change.kind is ChangeKind.WITHDRAWN else Action.CHANGE


def _names(row: LedgerRow, entry: Entry, reference: str) -> Iterator[str]:
    if row.rung not in _TYPES and entry.change is not None:
        yield entry.change.reference
    else:
        yield reference or _TYPES.get(row.rung) or _type(Rung(row.rung))
    yield _item(row.item_id)


def _type(rung: Rung) -> str:
    return RESOURCE_TYPES.get(rung, "none")


def _item(item_id: str) -> str:
    """Joins the rows of one item. A hash, since nothing but our own page says what an id looks like."""
    return f"item:{hashlib.sha256(item_id.encode()).hexdigest()[:_ID_LENGTH]}"
