"""What a ledger row holds: the words, the resource exactly as it was sent, and what became of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import msgspec

from smartapp.errors import StoreUnavailable
from smartapp.sdm.model import DraftStatement
from smartapp.store.ledger import LedgerRow
from smartapp.writing.model import Receipt, Rung, State, WhyNot

PROVENANCE: Final = "provenance"
"""The `rung` of a Provenance's row, which is no item of the clinician's."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt. `candidate`: what the EHR said it made, where that is not proven."""

    state: State
    reference: str = ""
    version: str = ""
    status: int | None = None
    reason: str = ""
    is_absent: bool = False
    candidate: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """An item has one draft; a Provenance has `targets` ("Goal/1") and the drafts whose words they hold."""

    drafts: tuple[DraftStatement, ...]
    committed_at: datetime
    why_not: WhyNot | None = None
    targets: tuple[str, ...] = ()
    resource: dict[str, object] | None = None
    sent_at: datetime | None = None
    outcome: Outcome | None = None
    settled_at: datetime | None = None

    def sent(self, resource: dict[str, object], *, at: datetime) -> "Entry":
        return replace(self, resource=resource, sent_at=at, outcome=None, settled_at=None)

    def settled(self, outcome: Outcome, *, at: datetime) -> "Entry":
        return replace(self, outcome=outcome, settled_at=at)


_decoder = msgspec.json.Decoder(Entry)


def encode(entry: Entry) -> bytes:
    return msgspec.json.encode(entry)


def decode(row: LedgerRow) -> Entry:
    """Raises StoreUnavailable for a row that this version cannot read."""
    try:
        return _decoder.decode(row.body)
    except msgspec.DecodeError as error:
        raise StoreUnavailable("a ledger row of another version") from error


def receipt_of(row: LedgerRow) -> Receipt:
    """The receipt of an item's row."""
    entry = decode(row)
    state = State(row.state)
    receipt = Receipt(entry.drafts[0], Rung(row.rung), state, why_not=entry.why_not)
    outcome = entry.outcome
    if outcome is None or outcome.state is not state:
        return receipt
    return replace(
        receipt,
        reference=outcome.reference,
        version=outcome.version,
        status=outcome.status,
        reason=outcome.reason,
        is_absent=outcome.is_absent,
        at=entry.settled_at,
    )
