"""The clinician's view of the ledger: one receipt a statement, in the order of the page."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from smartapp.sdm.model import ChangeKind
from smartapp.store.ledger import LedgerRow
from smartapp.writing.entry import CHANGE, HANDOUT, PROVENANCE, Entry, decode
from smartapp.writing.making import Link
from smartapp.writing.model import RESOURCE_TYPES, Receipt, Rung, State


def is_item(row: LedgerRow) -> bool:
    """Whether the row holds statements of the clinician's."""
    return row.rung not in {PROVENANCE, CHANGE, HANDOUT}


def receipts_of(rows: Iterable[LedgerRow]) -> tuple[Receipt, ...]:
    """Launch by launch in the order of `rows`, and each launch's in the order of its page."""
    kept = [(row, decode(row)) for row in rows]
    wishes = wishes_of(kept)
    launches = [*dict.fromkeys(row.launch_id for row, _ in kept)]
    placed = [
        (launches.index(row.launch_id), place, receipt)
        for row, entry in kept
        if is_item(row)
        for place, receipt in _placed(row, entry, wishes)
    ]
    return tuple(receipt for _, _, receipt in sorted(placed, key=lambda one: one[:2]))


def links_of(receipts: Iterable[Receipt]) -> dict[str, Link]:
    """Where the statements that are in the chart as data are, by id of the draft."""
    return {
        receipt.draft.id: Link(receipt.reference, RESOURCE_TYPES[receipt.rung])
        for receipt in receipts
        if receipt.rung.is_data
        if receipt.state is State.STORED and receipt.taken_back is not State.STORED
    }


def wishes_of(kept: Iterable[tuple[LedgerRow, Entry]]) -> dict[str, State]:
    """What became of the wish to take back what is at each reference: of the newest, but once it is done, a
    later one has nothing left to do.
    """
    wishes: dict[str, State] = {}
    for row, entry in kept:
        if row.rung == CHANGE and entry.change and entry.change.kind is ChangeKind.WITHDRAWN:
            reference = entry.change.reference
            is_done = wishes.get(reference) is State.STORED
            wishes[reference] = State.STORED if is_done else State(row.state)
    return wishes


def _placed(row: LedgerRow, entry: Entry, wishes: Mapping[str, State]) -> Iterator[tuple[int, Receipt]]:
    """The receipts of one row, each with its place on the page."""
    shared = _shared(row, entry)
    shared = replace(shared, taken_back=wishes.get(shared.reference) if shared.reference else None)
    for number, draft in enumerate(entry.drafts):
        why_not = entry.why_not[number] if entry.why_not else None
        place = row.position + (entry.places[number] if entry.places else 0)
        yield place, replace(shared, draft=draft, why_not=why_not)


def _shared(row: LedgerRow, entry: Entry) -> Receipt:
    """What is true of all statements of a row."""
    state, outcome = State(row.state), entry.outcome
    receipt = Receipt(entry.drafts[0], Rung(row.rung), state, row=row.item_id, shared_by=len(entry.drafts))
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
